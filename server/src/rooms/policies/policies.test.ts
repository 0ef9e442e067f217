import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import { Policy } from '@drawbridge/policy/policy.ts'
import type * as api from '@drawbridge/schema/policies.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makePerson, reasonOf } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { withClient } from '../../platform/postgres/roles.ts'
import { withScope } from '../../platform/scope.ts'
import { currentPolicy, disabledCheckVariantIds, jobs, publishDraft } from './index.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  server.clockOffsetMs = 0
  await server.ask('DELETE', '/4.0/policies/draft')
})

const get = <T>(path: string, key = server.demo.key) => server.ask<T>('GET', `/4.0${path}`, { key })
const post = <T>(path: string, body?: unknown, key = server.demo.key, headers: Record<string, string> = {}) =>
  server.ask<T>('POST', `/4.0${path}`, { key, headers, ...(body === undefined ? {} : { body }) })
const inForce = async () => Policy.parse((await get('/policy')).body)
const version = async () => (await inForce()).version

/** The policy in force with another name for its first product. */
async function renamed(name: string): Promise<Policy> {
  const policy = await inForce()
  const [first, ...others] = policy.products
  if (!first) throw new Error('The policy has a product')
  return { ...policy, products: [{ ...first, name }, ...others] }
}

/** A policy under which a new individual has to do nothing but verify the address. */
async function onlyAddress(): Promise<Policy> {
  const policy = await inForce()
  const elements: Policy['smart_policies'][number]['elements'] = [
    { kind: 'task', id: 'tasks', task_variants: ['verify_address'], next: 'end' },
    { kind: 'outcome', id: 'end', outcome: 'REVIEW' },
  ]
  return {
    ...policy,
    smart_policies: policy.smart_policies.map((flow) =>
      flow.alias === 'individual_account' ? { ...flow, start: 'tasks', elements } : flow,
    ),
  }
}

async function publish(policy: Policy, key = server.demo.key): Promise<number> {
  const saved = await post('/policies/draft', policy, key)
  expect(saved.status, saved.text).toBe(200)
  const published = await post<api.PolicyVersion>('/policies/publish', undefined, key)
  expect(published.status, published.text).toBe(200)
  return published.body.version
}

test('an environment that published nothing is decided by the shipped policy, as its version 1', async () => {
  const { key } = server.live
  expect((await get('/policy', key)).body).toEqual(JSON.parse(JSON.stringify(defaultPolicy)))
  expect((await get('/policies/versions', key)).body).toEqual([
    {
      version: 1,
      is_in_force: true,
      published_at: null,
      published_by: { kind: 'system', id: null, name: null },
    },
  ])
  expect((await get<Policy>('/policies/versions/1', key)).body.version).toBe(1)
})

test('what is published takes effect for the next profile and for no other environment', async () => {
  const before = await version()
  expect(await publish(await onlyAddress())).toBe(before + 1)
  const typesOf = async (key: string) => (await makePerson(server, { key })).tasks.map((task) => task.type)
  expect(await typesOf(server.demo.key)).toEqual(['INDIVIDUAL_VERIFY_ADDRESS'])
  expect((await typesOf(server.live.key)).length).toBeGreaterThan(1)
  const [newest, ...older] = (await get<api.PolicyVersion[]>('/policies/versions')).body
  expect(newest).toMatchObject({
    version: before + 1,
    is_in_force: true,
    published_by: { kind: 'key', name: 'MASTER' },
  })
  expect(older.map((row) => row.version)).toContain(1)
  expect(older.every((row) => !row.is_in_force)).toBe(true)
  expect((await get<Policy>('/policies/versions/1')).body.smart_policies).toEqual(
    JSON.parse(JSON.stringify(defaultPolicy.smart_policies)),
  )
})

test('what another node published is in force here a second later', async () => {
  const policy = await renamed('Named elsewhere')
  const read = () =>
    withScope(
      server.engine,
      { accountId: server.demo.accountId, actor: { kind: 'system', id: null } },
      currentPolicy,
    )
  const { version: before } = await read()
  const values = [server.demo.accountId, before + 1, JSON.stringify({ ...policy, version: before + 1 })]
  await withClient(server.database.adminConfig, (client) =>
    client.query(
      `insert into policy_version (account_id, version, document, published_at, actor_kind) values ($1, $2, $3, now(), 'system')`,
      values,
    ),
  )
  await expect.poll(async () => (await read()).products[0]?.name, { timeout: 5_000 }).toBe('Named elsewhere')
})

test('of two who publish one draft at once one succeeds, and the other learns that it is gone', async () => {
  const before = await version()
  await post('/policies/draft', await renamed('Published once'))
  const both = await Promise.all([post('/policies/publish'), post('/policies/publish')])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 404])
  expect(both.map(reasonOf)).toContain('policy.draft-missing')
  expect(await version()).toBe(before + 1)
})

test('a version rolled back to comes back as a new version, and a draft stays as it is', async () => {
  const first = await publish(await renamed('The good old name'))
  await publish(await renamed('A bad idea'))
  await post('/policies/draft', await renamed('A better idea'))
  const back = await post<api.PolicyVersion>(`/policies/versions/${first}/roll_back`)
  expect(back.body).toMatchObject({ version: first + 2, is_in_force: true, rolled_back_to: first })
  expect((await inForce()).products[0]?.name).toBe('The good old name')
  expect((await get<Policy>('/policies/draft')).body.products[0]?.name).toBe('A better idea')
  const unknown = await post('/policies/versions/999/roll_back')
  expect([unknown.status, reasonOf(unknown)]).toEqual([404, 'policy.unknown-version'])
})

test('a stale If-Match saves nothing and is answered with the current draft', async () => {
  const first = await post<Policy>('/policies/draft', await renamed('First'))
  const etag = first.headers.get('etag') ?? ''
  const second = await post('/policies/draft', await renamed('Second'), server.demo.key, { 'if-match': etag })
  expect(second.status).toBe(200)
  const stale = await post<Policy>('/policies/draft', await renamed('Third'), server.demo.key, {
    'if-match': etag,
  })
  expect([stale.status, stale.body.products[0]?.name]).toEqual([412, 'Second'])
  expect(stale.headers.get('etag')).toBe(second.headers.get('etag'))
  expect((await get<Policy>('/policies/draft')).body.products[0]?.name).toBe('Second')
})

test('of two who save over the same draft at once one is told that it has changed', async () => {
  const etag = (await post('/policies/draft', await renamed('Before'))).headers.get('etag') ?? ''
  const drafts = await Promise.all([renamed('One'), renamed('Other'), renamed('Third')])
  const saved = await Promise.all(
    drafts.map((draft) => post('/policies/draft', draft, server.demo.key, { 'if-match': etag })),
  )
  expect(saved.map(({ status }) => status).sort()).toEqual([200, 412, 412])
})

test('a draft that is not the one looked at is not published', async () => {
  const looked = (await post('/policies/draft', await renamed('Looked at'))).headers.get('etag') ?? ''
  await post('/policies/draft', await renamed('Changed behind your back'))
  const refused = await post('/policies/publish', { draft_etag: looked })
  expect([refused.status, reasonOf(refused)]).toEqual([409, 'policy.draft-changed'])
  const now = (await get('/policies/draft')).headers.get('etag')
  expect((await post('/policies/publish', { draft_etag: now })).status).toBe(200)
})

test('a draft is refused with a pointer to each field that is wrong or that no policy has', async () => {
  const policy = await inForce()
  const wrong = await post<{ errors: { info: { pointer: string } }[] }>('/policies/draft', {
    ...policy,
    products: [{ ...policy.products[0], intake: 'shut' }],
    task_variants: [{ alias: 'x' }],
  })
  expect(wrong.status).toBe(400)
  const pointers = wrong.body.errors.map(({ info }) => info.pointer)
  expect(pointers).toEqual(
    expect.arrayContaining(['/products/0/intake', '/task_variants/0/name', '/task_variants/0/task_type']),
  )
  const slip = await post('/policies/draft', { ...policy, task_varaints: [] })
  expect(slip.body).toMatchObject({ errors: [{ info: { pointer: '/task_varaints' } }] })
})

test('a draft that refers to what is not there is kept, and not published until it is corrected', async () => {
  const policy = await onlyAddress()
  const [first, ...others] = policy.products
  const draft = { ...policy, products: [{ ...first, smart_policies: { INDIVIDUAL: 'gone' } }, ...others] }
  expect((await post('/policies/draft', draft)).status).toBe(200)
  const pointer = '/products/0/smart_policies/INDIVIDUAL'
  const looked = await post<{ faults: api.PolicyFault[] }>('/policies/draft/validate')
  expect(looked.body.faults.map((fault) => fault.pointer)).toContain(pointer)
  const refused = await post<{ errors: { info: { pointer: string } }[] }>('/policies/publish')
  expect([refused.status, reasonOf(refused)]).toEqual([422, 'policy.invalid'])
  expect(refused.body.errors.map(({ info }) => info.pointer)).toEqual(
    looked.body.faults.map((fault) => fault.pointer),
  )
  await post('/policies/draft', policy)
  expect((await post('/policies/draft/validate')).body).toEqual({ is_valid: true, faults: [] })
})

test('what is new gets an id, what exists keeps its own by its alias, and what is renamed by its id', async () => {
  const policy = await inForce()
  const [first, second, ...others] = policy.products
  if (!first || !second) throw new Error('The policy has products')
  const draft = {
    ...policy,
    products: [
      { ...first, alias: 'renamed_account' },
      { ...second, id: undefined },
      { ...first, id: undefined, alias: 'brand_new' },
      ...others,
    ],
  }
  const saved = await post<Policy>('/policies/draft', draft)
  expect(saved.status, saved.text).toBe(200)
  const [renamedOne, kept, fresh] = saved.body.products
  expect([renamedOne?.id, kept?.id]).toEqual([first.id, second.id])
  expect(policy.products.map(({ id }) => id)).not.toContain(fresh?.id)
  const again = await post<Policy>('/policies/draft', draft)
  expect(again.body.products[2]?.id).toBe(fresh?.id)
})

test('the difference of a draft names what it adds, removes and changes', async () => {
  const policy = await renamed('Another name')
  const reason = { alias: 'too_old', name: 'Too old', description: '', type: 'REJECTION' as const }
  const draft = { ...policy, decision_reasons: [...policy.decision_reasons, reason] }
  await post('/policies/draft', draft)
  const { body } = await get<{ changes: api.PolicyChange[] }>('/policies/draft/diff')
  expect(body).toMatchObject({ version_in_force: policy.version, saved_by: { name: 'MASTER' } })
  expect(body.changes.map(({ what, kind, alias }) => `${what} ${kind} ${alias}`)).toEqual([
    `changed products ${policy.products[0]?.alias}`,
    'added decision_reasons too_old',
  ])
})

test('the alias of a decision reason is fixed once it was published', async () => {
  const policy = await inForce()
  const id = crypto.randomUUID()
  const reason = {
    id,
    name: 'Moved away',
    description: '',
    type: 'CANCELLATION' as const,
    products: [],
    is_disabled: false,
  }
  await publish({
    ...policy,
    decision_reasons: [...policy.decision_reasons, { ...reason, alias: 'moved_away' }],
  })
  await publish(policy)
  const draft = {
    ...policy,
    decision_reasons: [...policy.decision_reasons, { ...reason, alias: 'moved_abroad' }],
  }
  await post('/policies/draft', draft)
  const pointer = `/decision_reasons/${policy.decision_reasons.length}/alias`
  const looked = await post('/policies/draft/validate')
  expect(looked.body).toMatchObject({
    is_valid: false,
    faults: [{ code: 'DECISION_REASON_ALIAS_FIXED', pointer }],
  })
  const refused = await post('/policies/publish')
  expect([refused.status, reasonOf(refused)]).toEqual([422, 'policy.invalid'])
  expect(refused.body).toMatchObject({
    errors: [{ info: { pointer, fault: 'DECISION_REASON_ALIAS_FIXED' } }],
  })
})

test('products are listed with their tasks, also for a key that onboards', async () => {
  const key = await server.issueKey(server.live.accountId, 'ONBOARDING')
  const { body } = await get<api.PolicyProduct[]>('/policies/products', key)
  const account = body.find(({ alias }) => alias === 'individual_account')
  expect(account).toMatchObject({ applicants: 'CUSTOMER', entity_types: ['INDIVIDUAL'] })
  expect(account?.task_variants.map(({ alias }) => alias)).toContain('verify_identity')
})

/** The check that the tests of switching use, made part of the policy when there is none. */
async function aCheck(): Promise<string> {
  const { body } = await get<api.PolicyCheck[]>('/policies/check_variants')
  const [first] = body
  if (first) return first.id
  const policy = await inForce()
  const id = crypto.randomUUID()
  const variant = {
    id,
    alias: 'identity',
    name: 'Identity',
    check_type: 'IDENTITY_CHECK',
    providers: [{ provider: 'demo' }],
  }
  await publish(Policy.parse({ ...policy, check_variants: [variant] }))
  return id
}

const disabled = () =>
  withScope(
    server.engine,
    { accountId: server.demo.accountId, actor: { kind: 'system', id: null } },
    disabledCheckVariantIds,
  )

const clockText = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 19).replace('T', ' ')

test('a check is switched off and on with a reason, and its switchings are kept', async () => {
  const id = await aCheck()
  const path = `/policies/check_variants/${id}`
  const off = await post<api.PolicyCheck>(`${path}/switch`, { is_on: false, reason: 'Migration of wave one' })
  expect(off.body).toMatchObject({ id, is_on: false, reason: 'Migration of wave one' })
  expect(await disabled()).toEqual([id])
  await post(`${path}/switch`, { is_on: true, reason: 'The wave is over' })
  await post(`${path}/switch`, { is_on: true, reason: 'Twice is once' })
  expect(await disabled()).toEqual([])
  const { body } = await get<api.CheckSwitch[]>(`${path}/switches`)
  expect(body.map((row) => [row.is_on, row.reason, row.switched_by.name])).toEqual([
    [true, 'The wave is over', 'MASTER'],
    [false, 'Migration of wave one', 'MASTER'],
  ])
  const unknown = await post(`/policies/check_variants/${crypto.randomUUID()}/switch`, {
    is_on: false,
    reason: 'None',
  })
  expect([unknown.status, reasonOf(unknown)]).toEqual([404, 'check-variant.unknown'])
})

test('a check switched off until an instant runs again from it, and a job records that once', async () => {
  const id = await aCheck()
  const path = `/policies/check_variants/${id}`
  const until = clockText(3_600_000)
  const past = await post(`${path}/switch`, { is_on: false, reason: 'A pause', until: clockText(-60_000) })
  expect(past.body).toMatchObject({ errors: [{ info: { pointer: '/until' } }] })
  const off = await post<api.PolicyCheck>(`${path}/switch`, { is_on: false, reason: 'A pause', until })
  expect(off.body).toMatchObject({ is_on: false, until })
  const job = {
    account: server.demo.accountId,
    ids: { variant_id: id },
    signal: new AbortController().signal,
  }
  const switchBack = async () => jobs(server.engine)['switch-check-back-on']?.(job)
  await switchBack()
  expect(await disabled()).toEqual([id])
  server.clockOffsetMs = 3_700_000
  expect(await disabled()).toEqual([])
  await switchBack()
  await switchBack()
  const { body } = await get<api.CheckSwitch[]>(`${path}/switches`)
  expect(body.slice(0, 2).map((row) => [row.is_on, row.switched_by.kind])).toEqual([
    [true, 'system'],
    [false, 'key'],
  ])
})

test('what is published is undone with its transaction, and nothing of it is remembered', async () => {
  const opening = { accountId: server.live.accountId, actor: { kind: 'system' as const, id: null } }
  const before = await withScope(server.engine, opening, currentPolicy)
  const [first, ...others] = before.products
  await post(
    '/policies/draft',
    { ...before, products: [{ ...first, name: 'Undone' }, ...others] },
    server.live.key,
  )
  const undone = withScope(server.engine, opening, async (scope) => {
    await publishDraft(scope, { body: undefined })
    expect((await currentPolicy(scope)).products[0]?.name).toBe('Undone')
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  expect((await withScope(server.engine, opening, currentPolicy)).version).toBe(before.version)
})

test('keys for onboarding and migration may neither see nor change the configuration', async () => {
  for (const keyClass of ['ONBOARDING', 'MIGRATION'] as const) {
    const key = await server.issueKey(server.demo.accountId, keyClass)
    for (const answer of [
      await get('/policy', key),
      await post('/policies/draft', defaultPolicy, key),
      await post('/policies/publish', undefined, key),
      await post('/policies/versions/1/roll_back', undefined, key),
    ])
      expect([answer.status, reasonOf(answer)]).toEqual([403, 'permission.denied'])
  }
})
