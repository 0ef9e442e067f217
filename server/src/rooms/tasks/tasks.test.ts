import type { TaskResource } from '@drawbridge/schema/task.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type MadeProfile, makePerson, reasonOf, runChecks } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'

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

const setState = (body: object) => server.ask<TaskResource>('POST', taskPath, { body })
const listTasks = async () => (await server.ask<TaskResource[]>('GET', `${person.path}/tasks`)).body
const actions = async () =>
  (await server.ask<{ action: string }[]>('GET', `${person.path}/audit-items`)).body.map(
    (item) => item.action,
  )

test('a task goes to every state and back, and the older is_complete means the same', async () => {
  expect((await setState({ state: 'COMPLETED_PASS' })).body).toMatchObject({
    state: 'COMPLETED_PASS',
    is_complete: true,
  })
  expect((await setState({ state: 'COMPLETED_FAIL' })).body).toMatchObject({
    state: 'COMPLETED_FAIL',
    is_complete: false,
  })
  expect((await setState({ is_complete: true })).body.state).toBe('COMPLETED_PASS')
  expect((await setState({ is_complete: false })).body.state).toBe('INCOMPLETE')
  expect((await setState({ state: 'COMPLETED_PASS', is_complete: false })).body.state).toBe('COMPLETED_PASS')
  const read = await server.ask<TaskResource>('GET', taskPath)
  expect(read.body).toEqual((await listTasks())[0])
  expect(read.body.state).toBe('COMPLETED_PASS')
})

test('other fields of a change of state are ignored, and an unchanged state leaves no trace', async () => {
  await setState({ state: 'COMPLETED_PASS', is_expired: true, id: 'x' })
  const before = await actions()
  const again = await setState({ state: 'COMPLETED_PASS' })
  expect(again.status).toBe(200)
  expect(again.body.is_expired).toBe(false)
  expect((await setState({})).body.state).toBe('COMPLETED_PASS')
  expect(await actions()).toEqual(before)
})

test('a state that does not exist is refused with a pointer and changes nothing', async () => {
  const refused = await setState({ state: 'COMPLETED' })
  expect(refused.status).toBe(400)
  expect(refused.body).toMatchObject({ errors: [{ code: 201, info: { pointer: '/state' } }] })
  expect((await server.ask<TaskResource>('GET', taskPath)).body.state).toBe('INCOMPLETE')
})

test('a task made again is a new version, and the old one is read-only', async () => {
  await setState({ state: 'COMPLETED_PASS' })
  const alias = person.tasks[0]?.variant?.alias
  const made = await server.ask<TaskResource>('POST', `${person.path}/tasks`, {
    body: { variant: { alias } },
  })
  expect(made.body).toMatchObject({ state: 'INCOMPLETE', is_expired: false, variant: { alias } })
  const old = (await server.ask<TaskResource>('GET', taskPath)).body
  expect(old).toMatchObject({
    state: 'COMPLETED_PASS',
    is_expired: true,
    expiry_reason: 'NEW_TASK_VERSION',
    expired_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  })
  expect((await listTasks()).filter((task) => task.variant?.alias === alias)).toHaveLength(2)
  const refused = await setState({ state: 'COMPLETED_FAIL' })
  expect([refused.status, reasonOf(refused)]).toEqual([409, 'task.expired'])
})

test('a task is made by type, by alias, by id, and complete at once', async () => {
  const variant = person.tasks[0]?.variant
  for (const body of [
    { type: 'INDIVIDUAL_VERIFY_IDENTITY' },
    { variant: { alias: variant?.alias } },
    { variant: { id: variant?.id.toUpperCase() } },
  ]) {
    const made = await server.ask<TaskResource>('POST', `${person.path}/tasks`, {
      body: { ...body, is_complete: true },
    })
    expect(made.body, JSON.stringify(body)).toMatchObject({
      type: 'INDIVIDUAL_VERIFY_IDENTITY',
      state: 'COMPLETED_PASS',
      is_complete: true,
    })
  }
  expect((await listTasks()).filter((task) => !task.is_expired)).toHaveLength(person.tasks.length)
})

test('a task that is not for this kind of profile, or not there, is refused', async () => {
  for (const [body, pointer] of [
    [{ type: 'COMPANY_VERIFY_IDENTITY' }, '/type'],
    [{ variant: { alias: 'verify_company' } }, '/variant'],
    [{ variant: { alias: 'no_such' } }, '/variant'],
    [{}, '/type'],
  ] as const) {
    const refused = await server.ask('POST', `${person.path}/tasks`, { body })
    expect(refused.status, refused.text).toBe(400)
    expect(refused.body).toMatchObject({ errors: [{ info: { pointer } }] })
  }
  expect(await listTasks()).toHaveLength(person.tasks.length)
})

test('an expiry set by hand is shown with its reasons, and null brings the default back', async () => {
  const body = {
    expire_at: '2031-05-06 07:08:09',
    reason_categories: ['DOCUMENT_EXPIRY', 'OTHER'],
    reason_description: 'The passport ends',
  }
  const set = await server.ask<TaskResource>('POST', `${taskPath}/expiry`, { body })
  expect(set.body).toMatchObject({
    will_expire_at: body.expire_at,
    custom_expiry: {
      expiry_at: body.expire_at,
      reason_categories: body.reason_categories,
      reason_description: body.reason_description,
    },
  })
  const reset = await server.ask<TaskResource>('POST', `${taskPath}/expiry`, {
    body: { expire_at: null, reason_categories: ['OTHER'] },
  })
  expect(reset.body.will_expire_at).toBeUndefined()
  expect(reset.body.custom_expiry).toBeUndefined()
})

test('an expiry without a reason, or at a time that does not exist, is refused', async () => {
  for (const body of [
    { expire_at: '2031-02-30 00:00:00', reason_categories: ['OTHER'] },
    { expire_at: '2031-02-03T00:00:00Z', reason_categories: ['OTHER'] },
    { expire_at: '2031-02-03 00:00:00', reason_categories: [] },
    { expire_at: '2031-02-03 00:00:00' },
    { reason_categories: ['OTHER'] },
  ])
    expect((await server.ask('POST', `${taskPath}/expiry`, { body })).status).toBe(400)
  expect((await server.ask<TaskResource>('GET', taskPath)).body.will_expire_at).toBeUndefined()
})

test('checks that are named with a task are for it as well, those it has stay, and absent ones are refused', async () => {
  const [first, , third] = person.tasks
  const [check = ''] = first?.check_ids ?? []
  expect(first?.check_ids).toEqual([check])
  const named = await server.ask<TaskResource>('POST', `${person.path}/tasks/${third?.id}`, {
    body: { check_ids: [check.toUpperCase()] },
  })
  expect(named.body).toMatchObject({ state: 'INCOMPLETE', check_ids: [check, ...(third?.check_ids ?? [])] })
  expect((await server.ask<TaskResource>('GET', taskPath)).body.check_ids).toEqual([check])
  const made = await server.ask<TaskResource>('POST', `${person.path}/tasks`, {
    body: { type: 'INDIVIDUAL_VERIFY_SOURCE_OF_FUNDS', check_ids: [check] },
  })
  expect(made.body.check_ids).toEqual([check])
  const refused = await setState({ state: 'COMPLETED_PASS', check_ids: [crypto.randomUUID()] })
  expect([refused.status, reasonOf(refused)]).toEqual([404, 'check.unknown'])
  expect((await server.ask<TaskResource>('GET', taskPath)).body.state).toBe('INCOMPLETE')
})

test('a new version of a task runs its automatic checks again; one that a person set back is left alone', async () => {
  const made = await server.ask<TaskResource>('POST', `${person.path}/tasks`, {
    body: { type: 'INDIVIDUAL_VERIFY_IDENTITY' },
  })
  expect(made.body.check_ids).toHaveLength(1)
  expect(made.body.check_ids).not.toEqual(person.tasks[0]?.check_ids)
  await server.ask('POST', `${person.path}/tasks/${made.body.id}`, { body: { state: 'COMPLETED_PASS' } })
  await server.ask('POST', `${person.path}/tasks/${made.body.id}`, { body: { state: 'INCOMPLETE' } })
  await runChecks(server)
  const held = await server.ask<TaskResource>('GET', `${person.path}/tasks/${made.body.id}`)
  expect(held.body).toMatchObject({ state: 'INCOMPLETE', check_ids: made.body.check_ids })
})

test('a task is found only under its own profile', async () => {
  const other = await makePerson(server)
  const [mine, foreign, absent] = [person.tasks[0]?.id, other.tasks[0]?.id, crypto.randomUUID()]
  expect((await server.ask('GET', `${person.path}/tasks/${mine}`)).status).toBe(200)
  const answers = [foreign, absent, 'no-id'].map(async (id) => {
    const answer = await server.ask('GET', `${person.path}/tasks/${id}`)
    return [answer.status, answer.text]
  })
  const [first, ...rest] = await Promise.all(answers)
  expect(first?.[0]).toBe(404)
  for (const answer of rest) expect(answer).toEqual(first)
})
