import type { NoteResource } from '@drawbridge/schema/note.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type MadeProfile, makePerson, reasonOf } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { classicPdf } from '../../platform/inspect/files.test-kit.ts'

let server: TestServer
let person: MadeProfile
let taskPath: string
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  person = await makePerson(server)
  taskPath = `${person.path}/tasks/${person.tasks[0]?.id}`
})

test('a note with a file comes back with its author; removed, it is gone from the task and stays in the audit', async () => {
  const data = classicPdf().toString('base64')
  const file = await server.ask<{ id: string }>('POST', `${person.path}/files`, {
    body: { data, name: 'a.pdf' },
  })
  const added = await server.ask<NoteResource>('POST', `${taskPath}/notes`, {
    body: { text: 'Called the client', attachments: [{ id: file.body.id.toUpperCase(), name: 'a.pdf' }] },
  })
  expect(added.body).toMatchObject({
    text: 'Called the client',
    attachments: [{ id: file.body.id, name: 'a.pdf' }],
    author_name: 'MASTER',
    author_name_customised: false,
  })
  expect((await server.ask('GET', `${taskPath}/notes`)).body).toEqual([added.body])
  const removed = await server.ask('DELETE', `${taskPath}/notes/${added.body.id}`)
  expect([removed.status, removed.body]).toEqual([200, {}])
  expect((await server.ask('GET', `${taskPath}/notes`)).body).toEqual([])
  const again = await server.ask('DELETE', `${taskPath}/notes/${added.body.id}`)
  expect([again.status, reasonOf(again)]).toEqual([404, 'note.unknown'])
  const audit = await server.ask<{ action: string; message: string | null }[]>(
    'GET',
    `${person.path}/audit-items`,
  )
  expect(audit.body[0]).toMatchObject({ action: 'deleted-a-task-note', message: 'Called the client' })
  expect(audit.body[1]).toMatchObject({ action: 'added-a-task-note' })
})

test('a note says something, and attaches only files of its profile', async () => {
  const other = await makePerson(server)
  const data = classicPdf().toString('base64')
  const file = await server.ask<{ id: string }>('POST', `${other.path}/files`, { body: { data } })
  for (const body of [{}, { text: '' }, { text: '', attachments: [] }, { text: 'x'.repeat(10_001) }])
    expect((await server.ask('POST', `${taskPath}/notes`, { body })).status).toBe(400)
  const refused = await server.ask('POST', `${taskPath}/notes`, {
    body: { attachments: [{ id: file.body.id }] },
  })
  expect([refused.status, reasonOf(refused)]).toEqual([404, 'file.unknown'])
  expect((await server.ask('GET', `${taskPath}/notes`)).body).toEqual([])
})
