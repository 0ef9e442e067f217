import { AuditAction, type AuditItem } from '@drawbridge/schema/audit.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePerson } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { noise } from '../../platform/inspect/files.test-kit.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

async function auditOf(path: string): Promise<AuditItem[]> {
  const answer = await server.ask<AuditItem[]>('GET', `${path}/audit-items`)
  expect(answer.status).toBe(200)
  return answer.body
}

test('everything done on a profile is in its audit, newest first, under the names of the contract', async () => {
  const { path, id, tasks, applications } = await makePerson(server)
  const post = async (below: string, body: unknown) => {
    const answer = await server.ask<{ id: string }>('POST', `${path}${below}`, { body })
    expect(answer.status, answer.text).toBe(200)
    return answer.body
  }
  const tag = await post('/tags', { name: 'migrated' })
  await server.ask('DELETE', `${path}/tags/${tag.id}`)
  const png = await noise(20, 20).png().toBuffer()
  const data = png.toString('base64')
  await post('/files', { data, name: 'scan.png' })
  const image = await post('/document_images', { data, image_type: 'FRONT' })
  const passport = { category: 'PROOF_OF_IDENTITY', document_type: 'PASSPORT', images: [{ id: image.id }] }
  await post('/collected_data/documents', passport)
  const taskPath = `/tasks/${tasks[0]?.id}`
  await post(taskPath, { state: 'COMPLETED_PASS' })
  await post(taskPath, { state: 'INCOMPLETE' })
  await post('/status', JSON.stringify('SUSPENDED'))
  const applicationPath = `/applications/${applications[0]?.id}`
  await post(applicationPath, {
    status: 'REJECTED',
    comment: 'Not ours',
    reasons: [{ alias: 'not_eligible' }],
  })
  await post(`${applicationPath}/revert_decision`, {})
  const items = await auditOf(path)
  const actions = items.map((item) => item.action)
  const order: AuditAction[] = [
    'revert-decision',
    'profile-application-status-changed',
    'profile-status-changed',
    'uncompleted-a-task',
    'completed-a-task',
    'submitted-data',
    'uploaded-a-document',
    'added-a-file',
    'removed-a-tag',
    'added-a-tag',
    'added-a-task',
    'created-profile',
  ]
  const places = order.map((action) => actions.lastIndexOf(action))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((left, right) => left - right))
  for (const item of items) {
    const isByPolicy = item.action === 'added-a-task' || item.action === 'instructed-check'
    const byKey = isByPolicy ? {} : { apikey: { name: 'MASTER' } }
    expect(item).toMatchObject({ profileID: id, user: null, ...byKey })
    expect(AuditAction.options).toContain(item.action)
    expect(Math.abs(item.timestamp - Date.now() / 1000)).toBeLessThan(600)
  }
  expect(new Set(items.map((item) => item.id)).size).toBe(items.length)
  expect(items.find((item) => item.action === 'added-a-file')).toMatchObject({ filename: 'scan.png' })
  expect(items.find((item) => item.message === 'Not ours')?.action).toBe('profile-application-status-changed')
})

test('what the policy did by itself is not laid at the door of the key that caused it', async () => {
  const { path, tasks, applications } = await makePerson(server)
  for (const task of tasks)
    await server.ask('POST', `${path}/tasks/${task.id}`, { body: { state: 'COMPLETED_PASS' } })
  await server.ask('POST', `${path}/applications/${applications[0]?.id}`, { body: { status: 'APPROVED' } })
  await server.ask('POST', `${path}/tasks/${tasks[0]?.id}`, { body: { state: 'INCOMPLETE' } })
  const [moved, reopened] = await auditOf(path)
  expect(reopened).toMatchObject({ action: 'uncompleted-a-task', apikey: { name: 'MASTER' } })
  expect(moved).toMatchObject({
    action: 'profile-application-status-changed',
    ref_data: { new_status: 'IN_REVIEW' },
  })
  expect(moved?.apikey).toBeUndefined()
})

test('the audit of another environment is not there', async () => {
  const { path } = await makePerson(server)
  const foreign = await server.ask('GET', `${path}/audit-items`, { key: server.live.key })
  expect(foreign.status).toBe(404)
})
