import { createHash } from 'node:crypto'
import { allOperations } from '@drawbridge/schema/all-operations.ts'
import { keyClasses } from '@drawbridge/schema/capability.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addressOf, call, makeFullProfile, profileOperations } from '../../../test/calls.ts'
import { makePerson, reasonOf } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { withClient } from '../../platform/postgres/roles.ts'
import { withScope } from '../../platform/scope.ts'
import { changeSettings, revokeKey, selectKeys } from './index.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const inDemo = () => ({ accountId: server.demo.accountId, actor: { kind: 'system' as const, id: null } })

/** What only a master key may do; every other operation is open to every class. */
const masterOnly = new Set([
  'DeleteProfile',
  'ListProviders',
  'RegisterProvider',
  'GetProvider',
  'ChangeProvider',
  'ValidateProvider',
  'RenewProviderSecret',
  'RemoveProvider',
  'GetPolicy',
  'GetPolicyDraft',
  'SavePolicyDraft',
  'DiscardPolicyDraft',
  'ValidatePolicyDraft',
  'DiffPolicyDraft',
  'PublishPolicy',
  'ListPolicyVersions',
  'GetPolicyVersion',
  'RollBackPolicy',
  'ListPolicyChecks',
  'SwitchCheck',
  'ListCheckSwitches',
  'GetMonitoringCoverage',
  'ListRescreens',
  'CreateRescreen',
  'GetRescreen',
  'PauseRescreen',
  'ResumeRescreen',
])

test('every operation is open to exactly the classes of key that the capability table names', async () => {
  for (const keyClass of keyClasses) {
    const key = await server.issueKey(server.demo.accountId, keyClass)
    for (const operation of allOperations) {
      const answer = await server.ask(operation.method, addressOf(operation, {}), {
        key,
        ...(operation.method === 'POST' ? { body: '{}' } : {}),
      })
      const isAllowed = keyClass === 'MASTER' || !masterOnly.has(operation.name)
      const where = `${operation.name} with a key for ${keyClass}`
      if (isAllowed) expect([200, 400, 404], where).toContain(answer.status)
      else expect([answer.status, reasonOf(answer)], where).toEqual([403, 'permission.denied'])
    }
  }
})

test('no operation answers without a key, or with a wrong one', async () => {
  for (const operation of allOperations)
    for (const [key, code] of [
      [undefined, 203],
      ['', 203],
      ['dbk_demo_wrong', 204],
      [server.demo.key.toUpperCase(), 204],
      [`${server.demo.key}, ${server.demo.key}`, 204],
    ] as const) {
      const answer = await server.ask(operation.method, addressOf(operation, {}), { key })
      expect(answer.status, operation.name).toBe(401)
      expect(answer.body).toMatchObject({ errors: [{ code, source: 'API' }] })
    }
})

test('a revoked key ends at once, and others go on', async () => {
  const key = await server.issueKey(server.demo.accountId, 'ONBOARDING')
  expect((await server.ask('GET', '/4.0/whoami', { key })).status).toBe(200)
  await withScope(server.engine, inDemo(), async (scope) => {
    const newest = (await selectKeys(scope)).at(-1)
    await revokeKey(scope, newest?.id ?? '')
  })
  const answer = await server.ask('GET', '/4.0/whoami', { key })
  expect([answer.status, reasonOf(answer)]).toEqual([401, 'key.unknown'])
  expect((await server.ask('GET', '/4.0/whoami')).status).toBe(200)
})

test('a key works from the instant it is valid, and not before', async () => {
  const key = await server.issueKey(server.demo.accountId, 'MIGRATION', {
    validFrom: new Date(Date.now() + 24 * 60 * 60 * 1000),
  })
  const early = await server.ask('GET', '/4.0/whoami', { key })
  expect([early.status, reasonOf(early)]).toEqual([401, 'key.not-yet-valid'])
  server.clockOffsetMs = 25 * 60 * 60 * 1000
  const onTime = await server.ask('GET', '/4.0/whoami', { key })
  server.clockOffsetMs = 0
  expect(onTime.status).toBe(200)
})

test('whoami names the institution, and the key selects the environment', async () => {
  const answer = await server.ask('GET', '/4.0/whoami')
  expect(answer.body).toEqual({ institution: { id: expect.any(String), name: 'Test Bank' }, user: null })
  const { path } = await makePerson(server)
  expect((await server.ask('GET', path)).status).toBe(200)
  expect((await server.ask('GET', path, { key: server.live.key })).status).toBe(404)
})

test('a key in the query works only where the environment allows it', async () => {
  const address = `/4.0/whoami?apikey=${server.demo.key}`
  const refused = await server.ask('GET', address, { key: undefined })
  expect([refused.status, reasonOf(refused)]).toEqual([401, 'key.missing'])
  await withScope(server.engine, inDemo(), (scope) => changeSettings(scope, { acceptsQueryKey: true }))
  expect((await server.ask('GET', address, { key: undefined })).status).toBe(200)
  const live = await server.ask('GET', `/4.0/whoami?apikey=${server.live.key}`, { key: undefined })
  expect(live.status).toBe(401)
  await withScope(server.engine, inDemo(), (scope) => changeSettings(scope, { acceptsQueryKey: false }))
  expect((await server.ask('GET', address, { key: undefined })).status).toBe(401)
})

test('what belongs to another environment is answered byte for byte as what is not there, by every operation', async () => {
  const demo = await makeFullProfile(server, server.demo.key)
  const live = await makeFullProfile(server, server.live.key)
  const asLive = { key: server.live.key }
  const shown = async (answer: ReturnType<typeof call>) => {
    const { status, text, headers } = await answer
    const { date: _date, ...rest } = Object.fromEntries(headers)
    return { status, text, headers: rest }
  }
  for (const operation of profileOperations) {
    const foreign = await shown(call(server, operation, demo.ids, asLive))
    expect(foreign.status, operation.name).toBe(404)
    expect(foreign, operation.name).toEqual(await shown(call(server, operation, {}, asLive)))
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].flatMap((found) => found[1] ?? [])
    for (const name of names.slice(1)) {
      const mixed = { ...live.ids, [name]: demo.ids[name] ?? '' }
      const absent = { ...live.ids, [name]: crypto.randomUUID() }
      const answer = await shown(call(server, operation, mixed, asLive))
      expect(answer.status, `${operation.name} ${name}`).toBe(404)
      expect(answer).toEqual(await shown(call(server, operation, absent, asLive)))
    }
  }
  for (const operation of profileOperations.filter(({ method }) => method === 'GET'))
    expect((await call(server, operation, demo.ids, { key: server.demo.key })).status, operation.name).toBe(
      200,
    )
})

test('a key is stored as its hash and is nowhere in the database in the clear', async () => {
  const key = await server.issueKey(server.demo.accountId, 'ONBOARDING')
  const secret = key.slice(14)
  await withClient(server.database.adminConfig, async (client) => {
    const { rows: keys } = await client.query('select hash from api_key where hash = $1', [
      createHash('sha256').update(key).digest(),
    ])
    expect(keys).toHaveLength(1)
    const { rows: tables } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public'`,
    )
    for (const { name } of tables) {
      const { rows } = await client.query(`select from "${name}" as t where t::text like '%' || $1 || '%'`, [
        secret,
      ])
      expect(rows, name).toHaveLength(0)
    }
  })
})

test('calls are not limited unless the environment says so, and then by bucket with the headers of the contract', async () => {
  const unlimited = await server.ask('POST', '/4.0/profiles', { body: {} })
  expect(unlimited.headers.get('x-ratelimit-remaining')).toBeNull()
  await withScope(server.engine, inDemo(), (scope) => changeSettings(scope, { callsPerHour: 3 }))
  try {
    const { path } = await makePerson(server)
    const answers = []
    for (let call = 0; call < 3; call += 1)
      answers.push(await server.ask('POST', '/4.0/profiles', { body: {} }))
    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 429])
    expect(answers.map((answer) => answer.headers.get('x-ratelimit-remaining'))).toEqual(['1', '0', '0'])
    const over = answers[2]
    expect(reasonOf(over ?? { body: {} })).toBe('rate.exceeded')
    expect(Number(over?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(over?.headers.get('x-ratelimit-reset-secs'))).toBeGreaterThan(3000)
    expect(Date.parse(over?.headers.get('x-ratelimit-reset') ?? '')).toBeGreaterThan(Date.now())
    // Each operation has its own bucket, most have none, and another environment is not concerned.
    const replaced = await server.ask('POST', `${path}/collected_data`, { body: {} })
    expect([replaced.status, replaced.headers.get('x-ratelimit-remaining')]).toEqual([400, '2'])
    expect((await server.ask('GET', path)).headers.get('x-ratelimit-remaining')).toBeNull()
    const live = await server.ask('POST', '/4.0/profiles', { key: server.live.key, body: {} })
    expect([live.status, live.headers.get('x-ratelimit-remaining')]).toEqual([400, null])
  } finally {
    await withScope(server.engine, inDemo(), (scope) => changeSettings(scope, { callsPerHour: null }))
  }
})
