import type { Policy } from '@drawbridge/policy/policy.ts'
import type { ProductApplication } from '@drawbridge/schema/application.ts'
import type { EventResource } from '@drawbridge/schema/event.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { withClient } from '../../src/platform/postgres/roles.ts'
import { thePlatform, withScope } from '../../src/platform/scope.ts'
import { jobs, settleDue } from '../../src/rooms/cases/index.ts'
import { takeMatches } from '../../src/rooms/events/index.ts'
import { lockProfile } from '../../src/rooms/profile-root/index.ts'
import { type MadeProfile, makeCase, personNamed, reasonOf, runChecks } from '../cases.ts'
import { sentStatements } from '../sent-statements.ts'
import { startTestServer, type TestServer } from '../server.ts'

const dayMs = 24 * 60 * 60 * 1000

let server: TestServer
let shipped: Policy
beforeAll(async () => {
  server = await startTestServer()
  shipped = (await server.ask<Policy>('GET', '/4.0/policy')).body
})
afterAll(() => server.close())
beforeEach(async () => {
  server.clockOffsetMs = 0
  await publish((policy) => policy)
})

/** Publishes the shipped policy with a change. */
async function publish(change: (policy: Policy) => Policy): Promise<void> {
  const saved = await server.ask('POST', '/4.0/policies/draft', { body: change(shipped) })
  expect(saved.status, saved.text).toBe(200)
  const published = await server.ask('POST', '/4.0/policies/publish')
  expect(published.status, published.text).toBe(200)
}

const product = (policy: Policy, alias: string, change: Partial<Policy['products'][number]>): Policy => ({
  ...policy,
  products: policy.products.map((one) => (one.alias === alias ? { ...one, ...change } : one)),
})

const person = (familyName: string, more: object = {}) =>
  makeCase(server, {}, { role: 'INDIVIDUAL_CUSTOMER', collected_data: personNamed(familyName, more) })

const read = async ({ path }: MadeProfile) => (await server.ask<ProfileResource>('GET', path)).body
const applicationOf = async (made: MadeProfile) => {
  const [application] = (await read(made)).applications ?? []
  if (!application) throw new Error('The profile has no application')
  return application
}
const post = async <T = unknown>(path: string, body: unknown): Promise<T> => {
  const answer = await server.ask<T>('POST', path, { body })
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}
const statesOf = (profile: ProfileResource) =>
  Object.fromEntries(
    (profile.tasks ?? []).filter((task) => !task.is_expired).map((task) => [task.variant?.alias, task.state]),
  )
const decide = ({ path }: MadeProfile, id: string, body: object) =>
  server.ask<ProductApplication>('POST', `${path}/applications/${id}`, { body })

/** Runs a job of the room as a worker node would. */
async function runJob(name: string, { id }: MadeProfile): Promise<void> {
  const ids = { profile_id: id }
  const signal = new AbortController().signal
  await jobs(server.engine)[name]?.({ account: server.demo.accountId, ids, signal })
}

/** A provider tells of a politically exposed person, with these words. */
async function takeMatch({ id }: MadeProfile, remark: string): Promise<void> {
  const opening = { accountId: server.demo.accountId, actor: thePlatform }
  const match = { match_id: 'm-1', match_name: 'MIRA ODUYA', pep: { match: true }, remarks: [remark] }
  await withScope(server.engine, opening, async (scope) => {
    const profile = await lockProfile(scope, id)
    const source = { provider: 'lists', providerName: 'Lists', checkId: null }
    await takeMatches(scope, profile, source, { sanctions_results: [match] })
  })
}

/** How often a kind of fact was recorded of a profile. */
async function factsOf({ id }: MadeProfile, kind: string): Promise<number> {
  return withClient(server.database.adminConfig, async (client) => {
    const { rows } = await client.query<{ count: string }>(
      'select count(*) as count from fact where profile_id = $1 and kind = $2',
      [id, kind],
    )
    return Number(rows[0]?.count)
  })
}

test('an individual on whom nothing is found is approved without a person', async () => {
  const made = await person('Oduya')
  const before = await read(made)
  expect(before.applications?.[0]).toMatchObject({ status: 'APPLIED', flag: 'WAITING_ON_CHECKS' })
  expect(before.checks?.map((check) => [check.check_type, check.state])).toEqual([
    ['IDENTITY_CHECK', 'PENDING'],
    ['PEPS_AND_SANCTIONS_SCREEN', 'PENDING'],
  ])
  await runChecks(server)
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
})

test('a possible match waits for a person, who is called once, and is approved when they have seen to it', async () => {
  const made = await person('Oduya PEP')
  await runChecks(server)
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
  const variant = shipped.check_variants.find((one) => one.alias === 'screening')
  const at = `/4.0/policies/check_variants/${variant?.id}/switch`
  await post(at, { is_on: false, reason: 'The provider is being changed' })
  const made = await person('Oduya')
  await runChecks(server)
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
})

test('a required risk factor without data holds the application until the data comes', async () => {
  const { address_history, ...homeless } = personNamed('Oduya')
  const made = await makeCase(server, {}, { role: 'INDIVIDUAL_CUSTOMER', collected_data: homeless })
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

test('a rejection needs a reason of the policy, and its revert begins the screening anew', async () => {
  const made = await person('Oduya PEP')
  await runChecks(server)
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

const withExpiry = (policy: Policy): Policy => ({
  ...policy,
  task_variants: policy.task_variants.map((variant) =>
    variant.alias === 'verify_identity'
      ? { ...variant, expiry: { days: 60, days_by_risk: {}, notification_days: 30 } }
      : variant,
  ),
})
const goOn = async (days: number) => {
  server.clockOffsetMs = days * dayMs
  await settleDue(server.engine, server.demo.accountId)
}

test('a task that nears its end gets its next version, which counts when the time has come', async () => {
  await publish(withExpiry)
  const made = await person('Oduya')
  await runChecks(server)
  const approved = await applicationOf(made)
  expect(approved.status).toBe('APPROVED')
  expect(approved.will_expire_at).toBeDefined()
  await goOn(29)
  expect((await read(made)).tasks).toHaveLength(3)
  await goOn(31)
  const near = await read(made)
  const versions = (profile: ProfileResource) =>
    profile.tasks
      ?.filter((task) => task.variant?.alias === 'verify_identity')
      .map((task) => [task.state, task.nearing_expiry, task.is_expired, task.expiry_reason])
  expect(versions(near)).toEqual([
    ['COMPLETED_PASS', true, false, undefined],
    ['INCOMPLETE', false, false, undefined],
  ])
  expect(near.applications?.[0]).toMatchObject({ status: 'APPROVED', flag: 'NEARING_EXPIRY' })
  await runChecks(server)
  await goOn(60)
  const renewed = await read(made)
  expect(versions(renewed)).toEqual([
    ['COMPLETED_PASS', false, true, 'EXPIRY_PERIOD_ENDED'],
    ['COMPLETED_PASS', false, false, undefined],
  ])
  expect(renewed.applications?.[0]).toMatchObject({ status: 'APPROVED', flag: 'DECIDED' })
})

test('an approved application whose task ended without the next version passed is looked at again', async () => {
  await publish(withExpiry)
  const made = await person('Oduya')
  await runChecks(server)
  await goOn(61)
  expect(await applicationOf(made)).toMatchObject({ status: 'IN_REVIEW', flag: 'WAITING_ON_CHECKS' })
  await runChecks(server)
  expect(await applicationOf(made)).toMatchObject({ status: 'APPROVED' })
})

test('a birthday that moves the risk is seen without anybody doing anything', async () => {
  const today = new Date()
  const [year, month, day] = [today.getUTCFullYear() - 90, today.getUTCMonth(), today.getUTCDate()]
  const dob = new Date(Date.UTC(year, month, day + 3)).toISOString().slice(0, 10)
  const made = await person('Oduya', { dob })
  await runChecks(server)
  expect((await applicationOf(made)).risk?.overall?.score).toBe(0)
  await goOn(4)
  expect((await applicationOf(made)).risk?.overall?.score).toBe(30)
})

test('a product that is left to a migration takes clients of a migration key alone', async () => {
  await publish((policy) => product(policy, 'individual_account', { intake: 'migration_only' }))
  const body = { role: 'INDIVIDUAL_CUSTOMER', collected_data: personNamed('Oduya') }
  const named = { ...body, applications: [{ product: { alias: 'individual_account' } }] }
  for (const [wanted, pointer] of [
    [body, ''],
    [named, '/applications/0/product'],
  ] as const) {
    const refused = await server.ask('POST', '/4.0/profiles', { body: wanted })
    expect([refused.status, reasonOf(refused)]).toEqual([409, 'product.closed'])
    expect(refused.body).toMatchObject({ errors: [{ info: { pointer } }] })
  }
  const key = await server.issueKey(server.demo.accountId, 'MIGRATION')
  for (const wanted of [body, named]) {
    const taken = await server.ask<ProfileResource>('POST', '/4.0/profiles', { body: wanted, key })
    expect(taken.status, taken.text).toBe(200)
    expect(taken.body.applications?.map((one) => one.product.alias)).toEqual(['individual_account'])
  }
})

test('a company waits for its associates, and goes on when the last of them is approved', async () => {
  const variant = shipped.task_variants.find((one) => one.alias === 'identify_officers')
  const director = await makeCase(
    server,
    {},
    { role: 'INDIVIDUAL_ASSOCIATED', collected_data: personNamed('Oduya') },
  )
  const metadata = { name: 'NORTH QUAY TRADING LTD', number: '09990001', country_of_incorporation: 'GBR' }
  const officer = {
    entity_type: 'INDIVIDUAL',
    linked_profile: { id: director.id },
    task_variant_ids: [variant?.id],
  }
  const company = await makeCase(
    server,
    {},
    {
      role: 'COMPANY_CUSTOMER',
      collected_data: { entity_type: 'COMPANY', metadata, officers: { directors: [officer] } },
    },
  )
  expect(statesOf(await read(company))).toMatchObject({ identify_officers: 'INCOMPLETE' })
  await runChecks(server)
  expect(await applicationOf(director)).toMatchObject({ status: 'APPROVED', associated_role: 'DIRECTOR' })
  expect(statesOf(await read(company))).toMatchObject({ identify_officers: 'COMPLETED_PASS' })
  await runJob('end-associate', director)
  expect(await applicationOf(director)).toMatchObject({ status: 'APPROVED' })
  const data = { entity_type: 'COMPANY', metadata }
  await post(`${company.path}/collected_data`, data)
  await runJob('end-associate', director)
  const ended = await applicationOf(director)
  expect(ended).toMatchObject({ status: 'CANCELLED', flag: 'DECIDED' })
  await post(`${company.path}/collected_data`, { ...data, officers: { directors: [officer] } })
  const anew = (await read(director)).applications ?? []
  expect(anew.map(({ id, status }) => [id === ended.id, status])).toEqual([
    [true, 'CANCELLED'],
    [false, 'APPROVED'],
  ])
})

test('a match that comes later, or again with other content, opens a passed task and the case', async () => {
  const made = await person('Oduya')
  await runChecks(server)
  expect(await applicationOf(made)).toMatchObject({ status: 'APPROVED' })
  for (const [days, remark] of [
    [1, 'Said so'],
    [2, 'Said otherwise'],
  ] as const) {
    server.clockOffsetMs = days * dayMs
    await takeMatch(made, remark)
    const opened = await read(made)
    expect(statesOf(opened), remark).toMatchObject({ assess_exposure: 'INCOMPLETE' })
    expect(opened.applications?.[0], remark).toMatchObject({ status: 'IN_REVIEW' })
    const [event] = opened.events ?? []
    await post<EventResource>(`${made.path}/events/${event?.id}`, { resolution: 'MISMATCH' })
    const task = opened.tasks?.find((one) => one.variant?.alias === 'assess_exposure')
    await post(`${made.path}/tasks/${task?.id}`, { state: 'COMPLETED_PASS' })
    await takeMatch(made, remark)
    expect(await applicationOf(made), remark).toMatchObject({ status: 'APPROVED' })
  }
})

test('a policy that takes officers up by itself gives each a profile, and verifies them', async () => {
  await publish((policy) => ({
    ...policy,
    task_variants: policy.task_variants.map((variant) =>
      variant.alias === 'identify_officers' && variant.associates
        ? { ...variant, associates: { ...variant.associates, add: { who: 'all' as const } } }
        : variant,
    ),
  }))
  const metadata = { name: 'NORTH QUAY TRADING LTD', number: '09990001', country_of_incorporation: 'GBR' }
  const listed = { entity_type: 'INDIVIDUAL', immediate_data: personNamed('Oduya') }
  const resigned = { entity_type: 'INDIVIDUAL', immediate_data: personNamed('Former') }
  const company = await makeCase(
    server,
    {},
    {
      role: 'COMPANY_CUSTOMER',
      collected_data: {
        entity_type: 'COMPANY',
        metadata,
        officers: { directors: [listed], resigned: [resigned] },
      },
    },
  )
  const data = (await read(company)).collected_data as {
    officers?: { directors?: { linked_profile?: { id: string } }[]; resigned?: object[] }
  }
  const id = data.officers?.directors?.[0]?.linked_profile?.id
  expect(id).toBeDefined()
  expect(data.officers?.resigned?.[0]).not.toHaveProperty('linked_profile')
  const director = { ...company, id: id ?? '', path: `/4.0/profiles/${id}` }
  expect(await read(director)).toMatchObject({
    role: 'INDIVIDUAL_ASSOCIATED',
    applications: [{ product: { alias: 'director_check' }, associated_role: 'DIRECTOR' }],
  })
  await runChecks(server)
  expect(await applicationOf(director)).toMatchObject({ status: 'APPROVED' })
  expect(statesOf(await read(company))).toMatchObject({ identify_officers: 'COMPLETED_PASS' })
})

test('a list of thirty profiles asks the database as often as a list of one', async () => {
  for (let count = 0; count < 30; count += 1) await person(count % 2 === 0 ? 'Oduya' : 'Oduya PEP')
  await runChecks(server)
  const statementsOf = async (limit: number) => {
    const spy = vi.spyOn(pg.Client.prototype, 'query')
    const page = await server.ask<{ results: { tasks: object[] }[] }>('GET', `/4.0/profiles?limit=${limit}`)
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
