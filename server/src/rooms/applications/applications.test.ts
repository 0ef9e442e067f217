import type { ProductApplication } from '@drawbridge/schema/application.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type MadeProfile, makePerson, reasonOf, runChecks } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'

let server: TestServer
let person: MadeProfile
let path: string
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  person = await makePerson(server)
  path = `${person.path}/applications/${person.applications[0]?.id}`
})

const read = async () => (await server.ask<ProductApplication>('GET', path)).body
const profile = async () => (await server.ask<ProfileResource>('GET', person.path)).body
const decide = (status: string, comment?: string) => {
  const reasons = status === 'REJECTED' ? [{ alias: 'not_eligible' }] : undefined
  return server.ask<ProductApplication>('POST', path, { body: { status, comment, reasons } })
}
const revert = (body?: object) => server.ask<ProductApplication>('POST', `${path}/revert_decision`, { body })
const statuses = (application: ProductApplication) => application.history?.map((line) => line.status)

async function passAllTasks(): Promise<void> {
  for (const task of person.tasks)
    await server.ask('POST', `${person.path}/tasks/${task.id}`, { body: { state: 'COMPLETED_PASS' } })
}

test('a new application waits for its tasks and says so by flag and blockers', async () => {
  const application = await read()
  expect(application).toMatchObject({
    status: 'APPLIED',
    flag: 'WAITING_ON_CHECKS',
    product: { alias: 'individual_account', automatically_apply: true },
  })
  expect(application.approval_blockers?.map((blocker) => blocker.task_variant?.alias)).toEqual([
    'verify_identity',
    'verify_address',
    'assess_exposure',
  ])
  expect(application.required_tasks).toHaveLength(3)
  expect(statuses(application)).toEqual(['APPLIED'])
})

test('approval is blocked until every task passes, and a failed task blocks it too', async () => {
  const [first, ...others] = person.tasks
  for (const task of others)
    await server.ask('POST', `${person.path}/tasks/${task.id}`, { body: { state: 'COMPLETED_PASS' } })
  await server.ask('POST', `${person.path}/tasks/${first?.id}`, { body: { state: 'COMPLETED_FAIL' } })
  const refused = await decide('APPROVED')
  expect([refused.status, reasonOf(refused)]).toEqual([409, 'application.blocked'])
  expect(refused.body).toMatchObject({ errors: [{ code: 402, source: 'API' }] })
  await server.ask('POST', `${person.path}/tasks/${first?.id}`, { body: { state: 'COMPLETED_PASS' } })
  expect((await read()).flag).toBe('WAITING_ON_CHECKS')
  await runChecks(server)
  expect((await read()).flag).toBe('READY_FOR_DECISION')
  const approved = await decide('APPROVED', 'All seen')
  expect(approved.body).toMatchObject({ status: 'APPROVED', flag: 'DECIDED', approval_blockers: [] })
  expect(approved.body.history?.at(-1)).toMatchObject({ status: 'APPROVED', comment: 'All seen' })
  expect((await profile()).category).toBe('CUSTOMER')
})

test('an approved application goes to review when a task is opened again, and back only by a person', async () => {
  await runChecks(server)
  await decide('APPROVED')
  const taskPath = `${person.path}/tasks/${person.tasks[0]?.id}`
  await server.ask('POST', taskPath, { body: { state: 'INCOMPLETE' } })
  expect(await read()).toMatchObject({ status: 'IN_REVIEW', flag: 'REQUIRES_MANUAL_TASK_COMPLETION' })
  await server.ask('POST', taskPath, { body: { state: 'COMPLETED_PASS' } })
  expect(await read()).toMatchObject({ status: 'IN_REVIEW', flag: 'READY_FOR_DECISION' })
  expect((await decide('APPROVED')).body.status).toBe('APPROVED')
  expect(statuses(await read())).toEqual(['APPLIED', 'APPROVED', 'IN_REVIEW', 'APPROVED'])
  expect((await profile()).category).toBe('CUSTOMER')
})

test('a new version of a task sends an approved application to review', async () => {
  await passAllTasks()
  await decide('APPROVED')
  await server.ask('POST', `${person.path}/tasks`, { body: { type: 'INDIVIDUAL_VERIFY_IDENTITY' } })
  expect((await read()).status).toBe('IN_REVIEW')
})

test('a transition that the contract does not know is refused with what is possible, and changes nothing', async () => {
  for (const status of ['APPLIED', 'IN_REVIEW', 'CANCELLED']) {
    const refused = await decide(status)
    expect([refused.status, reasonOf(refused)], status).toEqual([409, 'application.transition'])
    expect(refused.text).toContain('can become APPROVED or REJECTED')
  }
  expect((await decide('GRANTED')).status).toBe(400)
  expect(statuses(await read())).toEqual(['APPLIED'])
  await decide('REJECTED')
  for (const status of ['APPLIED', 'APPROVED', 'IN_REVIEW', 'CANCELLED'])
    expect((await decide(status)).status, status).toBe(409)
  expect((await profile()).category).toBe('INACTIVE_APPLICANT')
})

test('reverting a rejection brings the same application back to APPLIED, with or without a comment', async () => {
  const { id } = await read()
  await decide('REJECTED', 'Not now')
  expect((await read()).flag).toBe('DECIDED')
  const reverted = await revert()
  expect(reverted.body).toMatchObject({ id, status: 'APPLIED', flag: 'WAITING_ON_CHECKS' })
  expect((await profile()).category).toBe('APPLICANT')
  await decide('REJECTED')
  expect((await revert({ comment: 'A mistake' })).body.history?.at(-1)).toMatchObject({
    status: 'APPLIED',
    comment: 'A mistake',
  })
  const refused = await revert()
  expect([refused.status, reasonOf(refused)]).toEqual([409, 'application.transition'])
})

test('reverting a cancellation brings back the state before it, in review while screening begins anew', async () => {
  await passAllTasks()
  await decide('APPROVED')
  await decide('CANCELLED')
  expect((await profile()).category).toBe('PREVIOUS_CUSTOMER')
  const reverted = await revert()
  expect(statuses(reverted.body)).toEqual(['APPLIED', 'APPROVED', 'CANCELLED', 'APPROVED', 'IN_REVIEW'])
  expect(reverted.body.approval_blockers?.map((blocker) => blocker.task_variant?.alias)).toEqual([
    'assess_exposure',
  ])
  const screenings = (await profile()).tasks?.filter((task) => task.variant?.alias === 'assess_exposure')
  expect(screenings?.map((task) => [task.is_expired, task.expiry_reason, task.state])).toEqual([
    [true, 'NEW_TASK_VERSION', 'COMPLETED_PASS'],
    [false, undefined, 'INCOMPLETE'],
  ])
  await decide('CANCELLED')
  expect((await revert()).body.status).toBe('IN_REVIEW')
})

test('what a revert brought back is not decided, and cannot be reverted again', async () => {
  await passAllTasks()
  await decide('APPROVED')
  await decide('IN_REVIEW')
  await decide('CANCELLED')
  expect((await revert()).body.status).toBe('IN_REVIEW')
  const refused = await revert()
  expect([refused.status, reasonOf(refused)]).toEqual([409, 'application.transition'])
})

test('reverting an approval brings back APPLIED, which a person decides', async () => {
  await passAllTasks()
  await decide('APPROVED')
  expect((await revert()).body.status).toBe('APPLIED')
  expect((await profile()).category).toBe('APPLICANT')
  expect((await decide('APPROVED')).body.status).toBe('APPROVED')
})

test('an application is made by alias or id, for the role of an associate, with the tasks shared', async () => {
  const byAlias = await server.ask<ProductApplication>('POST', `${person.path}/applications`, {
    body: { product: { alias: 'director_check' }, associated_role: 'DIRECTOR' },
  })
  expect(byAlias.body).toMatchObject({ status: 'APPLIED', associated_role: 'DIRECTOR' })
  const byId = await server.ask<ProductApplication>('POST', `${person.path}/applications`, {
    body: { product: { id: byAlias.body.product.id.toUpperCase() } },
  })
  expect(byId.body.product.alias).toBe('director_check')
  const listed = await server.ask<ProductApplication[]>('GET', `${person.path}/applications`)
  expect(listed.body.map((application) => application.id)).toEqual([
    person.applications[0]?.id,
    byAlias.body.id,
    byId.body.id,
  ])
  expect((await profile()).tasks).toHaveLength(3)
})

test('a product that is not there, or not for this kind of profile, is refused with a pointer', async () => {
  for (const alias of ['no_such', 'business_account']) {
    const refused = await server.ask('POST', `${person.path}/applications`, { body: { product: { alias } } })
    expect([refused.status, reasonOf(refused)]).toEqual([400, 'product.unknown'])
    expect(refused.body).toMatchObject({ errors: [{ info: { pointer: '/product' } }] })
  }
  const nameless = await server.ask('POST', `${person.path}/applications`, { body: { product: {} } })
  expect(nameless.body).toMatchObject({ errors: [{ code: 101, info: { pointer: '/product/alias' } }] })
})

test('a stopped profile cannot be approved', async () => {
  await passAllTasks()
  await server.ask('POST', `${person.path}/status`, { body: JSON.stringify('SUSPENDED') })
  expect((await read()).approval_blockers).toEqual([{ blocker_type: 'SUSPENDED_PROFILE' }])
  expect((await decide('APPROVED')).status).toBe(409)
  await server.ask('POST', `${person.path}/status`, { body: JSON.stringify('NORMAL') })
  expect((await decide('APPROVED')).status).toBe(200)
})

test('every change of the badge is in the history, once, with the status it was under', async () => {
  await runChecks(server)
  await decide('APPROVED')
  expect((await read()).flag_history?.map((line) => [line.status, line.flag])).toEqual([
    ['APPLIED', 'WAITING_ON_CHECKS'],
    ['APPLIED', 'READY_FOR_DECISION'],
    ['APPROVED', 'DECIDED'],
  ])
})
