import type { Policy } from '@drawbridge/policy/policy.ts'
import type { ProductApplication } from '@drawbridge/schema/application.ts'
import type { EventResource } from '@drawbridge/schema/event.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { type MadeProfile, makeCase, personNamed, reasonOf } from '../cases.ts'
import { statesOf, useDeciding } from '../deciding.ts'
import { sentStatements } from '../sent-statements.ts'

const { server, shipped, publish, person, read, applicationOf, post, runChecks, factsOf } = useDeciding()

const auditOf = async ({ path }: MadeProfile) =>
  (await server().ask<{ action: string }[]>('GET', `${path}/audit-items`)).body.map((item) => item.action)

const product = (policy: Policy, alias: string, change: Partial<Policy['products'][number]>): Policy => ({
  ...policy,
  products: policy.products.map((one) => (one.alias === alias ? { ...one, ...change } : one)),
})

const decide = ({ path }: MadeProfile, id: string, body: object) =>
  server().ask<ProductApplication>('POST', `${path}/applications/${id}`, { body })

test('an individual on whom nothing is found is approved without a person', async () => {
  const made = await person('Oduya')
  const before = await read(made)
  expect(before.applications?.[0]).toMatchObject({ status: 'APPLIED', flag: 'WAITING_ON_CHECKS' })
  expect(before.checks?.map((check) => [check.check_type, check.state])).toEqual([
    ['IDENTITY_CHECK', 'PENDING'],
    ['PEPS_AND_SANCTIONS_SCREEN', 'PENDING'],
  ])
  await runChecks()
  const after = await read(made)
  expect(after.category).toBe('CUSTOMER')
  expect(new Set(Object.values(statesOf(after)))).toEqual(new Set(['COMPLETED_PASS']))
  expect(after.applications?.[0]).toMatchObject({
    status: 'APPROVED',
    flag: 'DECIDED',
    approval_blockers: [],
    risk: { is_pending: false, overall: { level: 'LOW', score: 0 } },
    product: { risk_models: { INDIVIDUAL: expect.any(String) } },
  })
  expect(after.risk).toMatchObject({
    is_pending: false,
    missing_required_components: [],
    overall_risk: { category: 'LOW', score: 0 },
  })
  const [check] = after.checks ?? []
  expect(after.tasks?.map((task) => task.check_ids?.includes(check?.id ?? ''))).toEqual([true, true, false])
  expect(after.tasks?.every((task) => task.needs_check_automation === false)).toBe(true)
  expect(await factsOf(made, 'application.manual-action-required')).toBe(0)
  expect(await factsOf(made, 'check.completed')).toBe(2)
  expect(await auditOf(made)).toContain('auto-decision')
})

test('a possible match waits for a person, who is called once, and is approved when they have seen to it', async () => {
  const made = await person('Oduya PEP')
  await runChecks()
  const waiting = await read(made)
  expect(waiting.unresolved_event_types).toEqual(['PEP_FLAG'])
  expect(statesOf(waiting)).toMatchObject({
    verify_identity: 'COMPLETED_PASS',
    assess_exposure: 'INCOMPLETE',
  })
  expect(waiting.applications?.[0]).toMatchObject({
    status: 'APPLIED',
    flag: 'REQUIRES_MANUAL_TASK_COMPLETION',
    risk: { overall: { level: 'HIGH', score: 100 } },
  })
  const blockers = waiting.applications?.[0]?.approval_blockers?.map((blocker) => blocker.blocker_type)
  expect(blockers).toEqual(['INCOMPLETE_TASK', 'UNRESOLVED_EVENT'])
  expect(await factsOf(made, 'application.manual-action-required')).toBe(1)
  for (const event of waiting.events ?? [])
    await post<EventResource>(`${made.path}/events/${event.id}`, { resolution: 'MISMATCH' })
  const cleared = await read(made)
  expect(cleared.unresolved_event_types).toEqual([])
  // Whoever clears the matches has not passed the task yet.
  expect(statesOf(cleared)).toMatchObject({ assess_exposure: 'INCOMPLETE' })
  expect(cleared.applications?.[0]).toMatchObject({ status: 'APPLIED', risk: { overall: { level: 'LOW' } } })
  const task = cleared.tasks?.find((one) => one.variant?.alias === 'assess_exposure')
  await post(`${made.path}/tasks/${task?.id}`, { state: 'COMPLETED_PASS' })
  expect(await applicationOf(made)).toMatchObject({ status: 'APPROVED', flag: 'DECIDED' })
  expect(await factsOf(made, 'application.manual-action-required')).toBe(1)
})

test('a check that is switched off is not run, and what it would have passed waits for a person', async () => {
  const variant = shipped().check_variants.find((one) => one.alias === 'screening')
  const at = `/4.0/policies/check_variants/${variant?.id}/switch`
  await post(at, { is_on: false, reason: 'The provider is being changed' })
  const made = await person('Oduya')
  await runChecks()
  const waiting = await read(made)
  await post(at, { is_on: true, reason: 'The provider works' })
  expect(waiting.checks?.map((check) => check.check_type)).toEqual(['IDENTITY_CHECK'])
  expect(statesOf(waiting)).toMatchObject({
    verify_identity: 'COMPLETED_PASS',
    assess_exposure: 'INCOMPLETE',
  })
  expect(waiting.applications?.[0]).toMatchObject({
    status: 'APPLIED',
    flag: 'REQUIRES_MANUAL_TASK_COMPLETION',
  })
  expect(await factsOf(made, 'application.manual-action-required')).toBe(1)
})

test('a risk that the policy does not take rejects, before anything is asked for', async () => {
  await publish((policy) => ({
    ...policy,
    risk_models: policy.risk_models.map((model) => ({ ...model, rejects: ['HIGH'] })),
  }))
  const made = await person('Oduya', { nationality: 'IRN' })
  const rejected = await read(made)
  expect(rejected.applications?.[0]).toMatchObject({ status: 'REJECTED', flag: 'DECIDED' })
  expect([rejected.category, rejected.tasks, rejected.checks]).toEqual(['INACTIVE_APPLICANT', [], []])
  expect(await auditOf(made)).toContain('risk-auto-reject-application')
})

test('a required risk factor without data holds the application until the data comes', async () => {
  const { address_history, ...homeless } = personNamed('Oduya')
  const made = await makeCase(server(), {}, { role: 'INDIVIDUAL_CUSTOMER', collected_data: homeless })
  const held = await read(made)
  expect(held.applications?.[0]).toMatchObject({
    flag: 'REQUIRES_RISK_SCORE',
    risk: { overall: { level: 'UNDETERMINED' } },
  })
  expect(held.applications?.[0]?.approval_blockers?.map((one) => one.blocker_type)).toContain(
    'UNDETERMINED_RISK',
  )
  expect(held.risk?.missing_required_components).toEqual(['Country of residence'])
  await post(`${made.path}/collected_data`, { ...homeless, address_history })
  const told = await applicationOf(made)
  expect(told).toMatchObject({ risk: { overall: { level: 'LOW', score: 0 } } })
  expect(told.flag).not.toBe('REQUIRES_RISK_SCORE')
})

test('a rejection needs a reason where the policy asks for one, and its revert begins the screening anew', async () => {
  const plain = await person('Oduya PEP')
  const { id: plainId } = await applicationOf(plain)
  expect((await decide(plain, plainId, { status: 'REJECTED' })).status).toBe(200)
  await publish((policy) => ({ ...policy, rejections_need_reason: true }))
  const made = await person('Oduya PEP')
  await runChecks()
  const { id } = await applicationOf(made)
  const bare = await decide(made, id, { status: 'REJECTED' })
  expect([bare.status, reasonOf(bare)]).toEqual([409, 'application.reason-required'])
  for (const reasons of [[{ alias: 'no_such' }], [{ alias: 'inactive' }]]) {
    const unknown = await decide(made, id, { status: 'REJECTED', reasons })
    expect([unknown.status, reasonOf(unknown)]).toEqual([400, 'application.unknown-reason'])
    expect(unknown.body).toMatchObject({ errors: [{ info: { pointer: '/reasons/0' } }] })
  }
  const rejected = await decide(made, id, { status: 'REJECTED', reasons: [{ alias: 'not_eligible' }] })
  expect(rejected.body.history?.at(-1)).toMatchObject({
    status: 'REJECTED',
    reasons: [{ alias: 'not_eligible', name: 'The applicant may not have the product' }],
  })
  await post(`${made.path}/applications/${id}/revert_decision`, {})
  const reverted = await read(made)
  expect(reverted.applications?.[0]?.status).toBe('APPLIED')
  const screenings = reverted.tasks?.filter((task) => task.variant?.alias === 'assess_exposure')
  expect(screenings?.map((task) => task.is_expired)).toEqual([true, false])
  const runs = reverted.checks?.filter((check) => check.check_type === 'PEPS_AND_SANCTIONS_SCREEN')
  expect(runs?.map((check) => [check.state, check.task_ids])).toEqual([
    ['COMPLETE', [screenings?.[0]?.id]],
    ['PENDING', [screenings?.[1]?.id]],
  ])
})

test('a product that is left to a migration takes clients of a migration key alone', async () => {
  await publish((policy) => product(policy, 'individual_account', { intake: 'migration_only' }))
  const body = { role: 'INDIVIDUAL_CUSTOMER', collected_data: personNamed('Oduya') }
  const named = { ...body, applications: [{ product: { alias: 'individual_account' } }] }
  for (const [wanted, pointer] of [
    [body, ''],
    [named, '/applications/0/product'],
  ] as const) {
    const refused = await server().ask('POST', '/4.0/profiles', { body: wanted })
    expect([refused.status, reasonOf(refused)]).toEqual([409, 'product.closed'])
    expect(refused.body).toMatchObject({ errors: [{ info: { pointer } }] })
  }
  const key = await server().issueKey(server().demo.accountId, 'MIGRATION')
  for (const wanted of [body, named]) {
    const taken = await server().ask<ProfileResource>('POST', '/4.0/profiles', { body: wanted, key })
    expect(taken.status, taken.text).toBe(200)
    expect(taken.body.applications?.map((one) => one.product.alias)).toEqual(['individual_account'])
  }
})

test('a list of thirty profiles asks the database as often as a list of one', async () => {
  for (let count = 0; count < 30; count += 1) await person(count % 2 === 0 ? 'Oduya' : 'Oduya PEP')
  await runChecks()
  const statementsOf = async (limit: number) => {
    const spy = vi.spyOn(pg.Client.prototype, 'query')
    const page = await server().ask<{ results: { tasks: object[] }[] }>('GET', `/4.0/profiles?limit=${limit}`)
    const statements = spy.mock.calls.flatMap((call) => sentStatements(call))
    spy.mockRestore()
    expect(page.body.results).toHaveLength(limit)
    return statements.length
  }
  const one = await statementsOf(1)
  expect(one).toBeGreaterThan(5)
  // Documents of several profiles are read in another way than one, in one statement as well.
  expect(await statementsOf(30)).toBe(one)
})
