import type { Document, DocumentImageResource } from '@drawbridge/schema/document.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type MadeProfile, makePerson, reasonOf } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { noise } from '../../platform/inspect/files.test-kit.ts'

let server: TestServer
let person: MadeProfile
let data: string
beforeAll(async () => {
  server = await startTestServer()
  data = (await noise(20, 20).png().toBuffer()).toString('base64')
})
afterAll(() => server.close())
beforeEach(async () => {
  person = await makePerson(server)
})

async function addImage(more: object = {}, to = person.path): Promise<DocumentImageResource> {
  const body = { data, image_type: 'FRONT', ...more }
  const answer = await server.ask<DocumentImageResource>('POST', `${to}/document_images`, { body })
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

const addDocument = (body: object, to = person.path) =>
  server.ask<Document>('POST', `${to}/collected_data/documents`, {
    body: { category: 'PROOF_OF_IDENTITY', document_type: 'PASSPORT', ...body },
  })

test('an image is listed without its content and read with it, unless full=false', async () => {
  const image = await addImage({ provider_reference: 'ref-9', image_type: 'BACK' })
  expect(image).toMatchObject({
    image_type: 'BACK',
    provider_reference: 'ref-9',
    file_id: expect.any(String),
  })
  expect((await server.ask('GET', `${person.path}/document_images`)).body).toEqual([image])
  const full = await server.ask<DocumentImageResource>('GET', `${person.path}/document_images/${image.id}`)
  expect(full.body).toEqual({ ...image, decrypted_data: `data:image/png;base64,${data}` })
  const brief = await server.ask('GET', `${person.path}/document_images/${image.id}?full=false`)
  expect(brief.body).toEqual({ id: image.id, image_type: 'BACK', upload_date: image.upload_date })
  expect((await server.ask('GET', `${person.path}/document_images/${image.id}?full=maybe`)).status).toBe(400)
})

test('a document with its images is added to the collected data and leaves the rest as it is', async () => {
  const images = [await addImage(), await addImage({ image_type: 'BACK' })]
  const before = (await server.ask<ProfileResource>('GET', person.path)).body.collected_data
  const added = await addDocument({
    images: images.map(({ id }) => ({ id: id.toUpperCase() })),
    x_note: 'kept',
  })
  expect(added.body).toMatchObject({ id: expect.any(String), x_note: 'kept', images })
  const after = (await server.ask<ProfileResource>('GET', person.path)).body
  expect(after.collected_data).toEqual({ ...before, documents: [added.body] })
  expect(after.document_images?.map((image) => image.id)).toEqual(images.map((image) => image.id))
})

test('adding a document changes the ETag of the collected data', async () => {
  const etag = async () => (await server.ask('GET', `${person.path}/collected_data`)).headers.get('etag')
  const before = await etag()
  await addDocument({})
  expect(await etag()).not.toBe(before)
})

test('an image shows one document only, and only one of its own profile', async () => {
  const image = await addImage()
  await addDocument({ images: [{ id: image.id }] })
  const twice = await addDocument({ document_type: 'DRIVING_LICENCE', images: [{ id: image.id }] })
  expect([twice.status, reasonOf(twice)]).toEqual([409, 'document-image.already-used'])
  const other = await makePerson(server)
  const [foreign, absent] = [
    await addDocument({ images: [{ id: image.id }] }, other.path),
    await addDocument({ images: [{ id: crypto.randomUUID() }] }, other.path),
  ]
  expect([foreign.status, reasonOf(foreign)]).toEqual([404, 'document-image.unknown'])
  expect(foreign.text).toBe(absent.text)
  const { documents } = (await server.ask<{ documents?: Document[] }>('GET', `${person.path}/collected_data`))
    .body
  expect(documents).toHaveLength(1)
})

test('a document sent again under its id takes the place of the one before', async () => {
  const image = await addImage()
  const { id } = (await addDocument({ images: [{ id: image.id }] })).body
  const again = await addDocument({
    id: id?.toUpperCase(),
    document_type: 'STATE_ID',
    images: [{ id: image.id }],
  })
  expect(again.body).toMatchObject({ id, document_type: 'STATE_ID' })
  const { documents } = (await server.ask<{ documents?: Document[] }>('GET', `${person.path}/collected_data`))
    .body
  expect(documents).toEqual([again.body])
})

test('a document without category or type is refused, one fault for each field', async () => {
  const refused = await server.ask('POST', `${person.path}/collected_data/documents`, { body: {} })
  expect(refused.status).toBe(400)
  expect(refused.body).toMatchObject({
    errors: [
      { code: 101, info: { pointer: '/category' } },
      { code: 101, info: { pointer: '/document_type' } },
    ],
  })
})
