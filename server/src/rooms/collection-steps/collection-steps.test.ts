import type { CheckResource } from '@drawbridge/schema/check.ts'
import type { CollectionStep } from '@drawbridge/schema/collection-step.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type MadeProfile, makePerson, personNamed, runChecks } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { classicPdf } from '../../platform/inspect/files.test-kit.ts'

let server: TestServer
let person: MadeProfile
let path: string
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  person = await makePerson(server)
  path = `${person.path}/collection_steps`
})

const replace = (steps: object[]) => server.ask<CollectionStep[]>('POST', path, { body: steps })
const list = async () => (await server.ask<CollectionStep[]>('GET', path)).body
const email = { collection_type: 'EMAIL' }
const identity = { collection_type: 'DOCUMENT', category: 'PROOF_OF_IDENTITY', allowed_types: ['PASSPORT'] }

test('steps are replaced as a whole, keep their order, and those whose data is there are gone at once', async () => {
  const made = await replace([identity, { collection_type: 'FULL_NAME' }, email])
  expect(made.status, made.text).toBe(200)
  expect(made.body).toMatchObject([identity, email])
  expect(made.body[0]).toHaveProperty('id')
  expect(await list()).toEqual(made.body)
  expect((await replace([{ collection_type: 'PHONE_NUMBER' }])).body).toEqual([
    { collection_type: 'PHONE_NUMBER' },
  ])
  expect((await replace([])).body).toEqual([])
  expect(await list()).toEqual([])
})

test('a step is gone when its data arrives, and the profile says whether any is left', async () => {
  await replace([identity, email])
  const shown = async () => (await server.ask<ProfileResource>('GET', person.path)).body
  expect(await shown()).toMatchObject({ has_collection_steps: true, collection_steps: [identity, email] })
  const data = { ...personNamed('Oduya'), contact_details: { email: 'mira@example.test' } }
  const posted = await server.ask('POST', `${person.path}/collected_data`, { body: data })
  expect(posted.status, posted.text).toBe(200)
  expect(await list()).toMatchObject([identity])
  const body = { data: classicPdf().toString('base64'), image_type: 'FRONT' }
  const image = await server.ask<{ id: string }>('POST', `${person.path}/document_images`, { body })
  const document = {
    category: 'PROOF_OF_IDENTITY',
    document_type: 'PASSPORT',
    images: [{ id: image.body.id }],
  }
  await server.ask('POST', `${person.path}/collected_data/documents`, { body: document })
  expect(await list()).toEqual([])
  expect(await shown()).toMatchObject({ has_collection_steps: false, collection_steps: [] })
})

test('a check waits while data is waited for, and runs with the data once it is there', async () => {
  await runChecks(server)
  await replace([email])
  const asked = await server.ask<CheckResource>('POST', `${person.path}/checks?mode=async`, {
    body: { check_type: 'IDENTITY_CHECK' },
  })
  expect(asked.status, asked.text).toBe(200)
  const check = async () =>
    (await server.ask<CheckResource>('GET', `${person.path}/checks/${asked.body.id}`)).body
  await runChecks(server)
  expect((await check()).state).toBe('PENDING')
  const contact_details = { email: 'mira@example.test' }
  const data = { ...personNamed('Oduya'), contact_details }
  await server.ask('POST', `${person.path}/collected_data`, { body: data })
  await runChecks(server)
  expect(await check()).toMatchObject({ state: 'COMPLETE', input_data: { contact_details } })
})

test('a step that does not exist is refused, and what was waited for stays', async () => {
  await replace([email])
  for (const body of [
    [{ collection_type: 'SHOE_SIZE' }],
    [{ collection_type: 'DOCUMENT', allowed_types: [] }],
    [{ collection_type: 'DOB', precision: 'DECADE' }],
    Array.from({ length: 101 }, () => email),
  ])
    expect((await replace(body)).status).toBe(400)
  expect(await list()).toEqual([email])
})
