import type { Policy } from '@drawbridge/policy/policy.ts'
import type { ProviderResource, RegisteredProvider } from '@drawbridge/schema/provider.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { reasonOf } from '../../../test/cases.ts'
import { type Asked, startTestServer, type TestServer } from '../../../test/server.ts'
import { withClient } from '../../platform/postgres/roles.ts'
import { thePlatform, withScope } from '../../platform/scope.ts'
import {
  customManner,
  type Manner,
  screeningManner,
  scriptOf,
} from '../../provider-kit/exemplary.test-kit.ts'
import { type ScriptedIntegration, scripted } from '../../provider-kit/integration.test-kit.ts'
import { configuredProvider, integrationOfKey } from './index.ts'
import { insertProvider } from './queries.ts'
import { defaultLimits } from './rules.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const peers: ScriptedIntegration[] = []
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close()
})

const get = <T = ProviderResource>(path: string, key = server.demo.key) =>
  server.ask<T>('GET', `/4.0${path}`, { key })
const post = <T = ProviderResource>(path: string, body: unknown, key = server.demo.key) => {
  const asked: Asked = { key, ...(body === undefined ? {} : { body }) }
  return server.ask<T>('POST', `/4.0${path}`, asked)
}
const inDemo = () => ({ accountId: server.demo.accountId, actor: thePlatform })

const credentials = { api_key: 'a credential nobody may read' }
const nowhere = 'http://127.0.0.1:9/'

async function register(
  alias: string,
  more: object = {},
  key = server.demo.key,
): Promise<RegisteredProvider> {
  const body = { alias, name: 'Millstone', url: nowhere, check_type: 'COMPANY_CUSTOM', ...more }
  const answer = await post<RegisteredProvider>('/providers', body, key)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

/** An integration that answers in this manner with the secret of the provider, which is then told its address. */
async function integrationOf(
  { id, secret, has_credentials }: RegisteredProvider,
  manner: Manner,
): Promise<ScriptedIntegration> {
  const peer = await scripted(
    scriptOf(manner, () => secret),
    secret,
  )
  peers.push(peer)
  // Another host: it is told again what it may know.
  const change = { url: peer.url, ...(has_credentials ? { credentials } : {}) }
  expect((await post(`/providers/${id}`, change)).status).toBe(200)
  return peer
}

/** A provider that has passed its validation, and the integration behind it. */
async function validated(alias: string, manner = customManner, more: object = {}) {
  const registered = await register(alias, more)
  const peer = await integrationOf(registered, manner)
  const answer = await post(`/providers/${registered.id}/validate`, undefined)
  expect(answer.body.validation?.checks.filter(({ outcome }) => outcome === 'FAILED')).toEqual([])
  expect(answer.body.state).toBe('VALIDATED')
  return { ...registered, peer }
}

const company = (metadata: object) => ({ entity_type: 'COMPANY', metadata })
const found: Readonly<Record<string, object>> = {
  NO_DATA: {},
  ALL_DATA: { check_output: company({ name: 'Kestrel', number: '1', country_of_incorporation: 'GBR' }) },
  COMPANY_INACTIVE: { check_output: company({ name: 'Kestrel', is_active: false }) },
  COMPANY_NAME_MISMATCH: { check_output: company({ name: 'Quite another' }) },
  COMPANY_NUMBER_MISMATCH: { check_output: company({ number: '999' }) },
}

/** Company data, answered at once, with search. */
const companyManner: Manner = {
  ...customManner,
  configuration: {
    ...customManner.configuration,
    check_type: 'COMPANY_DATA',
    supported_features: ['COMPANY_SEARCH'],
    output_custom_fields: undefined,
  },
  demo: (demoResult, request) => {
    const known = found[demoResult === 'ANY' ? 'ALL_DATA' : demoResult]
    return known
      ? { ...known, errors: [], provider_data: 'No live call was made' }
      : customManner.demo(demoResult, request)
  },
}

async function publish(change: (policy: Policy) => Policy): Promise<void> {
  const policy = (await get<Policy>('/policy')).body
  const saved = await post('/policies/draft', change(policy))
  expect(saved.status, saved.text).toBe(200)
  const published = await post('/policies/publish', undefined)
  expect(published.status, published.text).toBe(200)
}

/** The policy with company search over this provider, and nobody else's. */
function searchingOver(provider: string) {
  return (policy: Policy): Policy => ({
    ...policy,
    check_variants: policy.check_variants.map((variant) => {
      const isSearch = variant.check_type === 'COMPANY_DATA'
      const providers = isSearch ? [{ provider, config: {} }] : variant.providers
      return { ...variant, is_company_search: isSearch, providers }
    }),
  })
}

test('the shared secret is shown once, the credentials never, and neither lies in the database in clear', async () => {
  const { id, secret, key_id } = await register('sealed', { credentials })
  expect(Buffer.from(secret, 'base64').length).toBe(32)
  expect(key_id).toBe(secret.slice(0, 8))
  const shown = [
    await get(`/providers/${id}`),
    await get('/providers'),
    await post(`/providers/${id}`, { name: 'Another name', credentials: { ...credentials, more: 'x' } }),
    await post(`/providers/${id}/validate`, undefined),
    await get('/audit'),
  ]
  for (const { text } of shown) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(credentials.api_key)
  }
  expect(shown[2]?.body).toMatchObject({ has_credentials: true, name: 'Another name' })
  const clear = await withClient(server.database.adminConfig, async (client) => {
    const { rows } = await client.query<{ found: string[] }>(
      `select array_agg(kind) filter (where t like '%' || $1 || '%' or t like '%' || $2 || '%') as found
       from (select 'provider' as kind, p::text as t from provider p
             union all select 'fact', f::text from fact f union all select 'idempotency', i::text from idempotency i) all_rows`,
      [secret, credentials.api_key],
    )
    return rows[0]?.found
  })
  expect(clear).toBeNull()
})

test('a provider of another environment is as absent', async () => {
  const { id, secret } = await register('of-demo')
  const { key } = server.live
  for (const answer of [
    await get(`/providers/${id}`, key),
    await post(`/providers/${id}`, { name: 'Mine' }, key),
    await post(`/providers/${id}/validate`, undefined, key),
    await server.ask('DELETE', `/4.0/providers/${id}`, { key }),
  ])
    expect([answer.status, reasonOf(answer)]).toEqual([404, 'provider.unknown'])
  expect((await get<ProviderResource[]>('/providers', key)).body).toEqual([])
  await register('of-demo', {}, key)
  expect(await integrationOfKey(server.engine, secret.slice(0, 8))).toEqual({
    accountId: server.demo.accountId,
    providerId: id,
    secret,
  })
  expect(await integrationOfKey(server.engine, 'unknown1')).toBeUndefined()
})

test('a provider is used once its integration has passed, and no more after its address changed or it was disabled', async () => {
  const configured = () =>
    withScope(server.engine, inDemo(), (scope) => configuredProvider(scope, 'millstone', 'COMPANY_CUSTOM'))
  const { id, peer, secret } = await validated('millstone', customManner, { credentials })
  expect(await configured()).toMatchObject({
    id,
    name: 'Millstone',
    relationship: 'DIRECT',
    credentials,
    config: { strict: false },
    isDemo: true,
    timeoutSeconds: 60,
  })
  const typed = await withScope(server.engine, inDemo(), (scope) =>
    configuredProvider(scope, 'millstone', 'IDENTITY_CHECK'),
  )
  expect(typed).toBeUndefined()

  expect((await post(`/providers/${id}`, { config: { strict: true } })).body.config).toEqual({ strict: true })
  expect((await configured())?.config).toEqual({ strict: true })
  expect((await post(`/providers/${id}/validate`, undefined)).body.config).toEqual({ strict: false })

  expect((await post(`/providers/${id}`, { is_disabled: true })).body.state).toBe('DISABLED')
  expect(await configured()).toBeUndefined()
  expect(await integrationOfKey(server.engine, secret.slice(0, 8))).toBeUndefined()
  expect((await post(`/providers/${id}`, { is_disabled: false })).body.state).toBe('VALIDATED')

  const moved = await post(`/providers/${id}`, { url: `${peer.url}elsewhere/` })
  expect(moved.body).toMatchObject({ state: 'DRAFT' })
  expect(moved.body).not.toHaveProperty('validation')
  expect(await configured()).toBeUndefined()
})

test('credentials are not handed on to another host, and stay where only the path changes', async () => {
  const { id, peer } = await validated('redirected', customManner, { credentials })
  const change = async (body: object) => (await post(`/providers/${id}`, body)).body.has_credentials
  expect(await change({ url: `${peer.url}deeper/` })).toBe(true)
  expect(await change({ name: 'Another name' })).toBe(true)
  expect(await change({ url: 'http://127.0.0.1:9/' })).toBe(false)
  expect(await change({ url: peer.url, credentials })).toBe(true)
  expect(await change({ credentials: null })).toBe(false)
})

test('a renewed secret ends the old one at once, and the provider is validated again before it is used', async () => {
  const { id, secret } = await validated('renewed', customManner, { credentials })
  const renewed = await post<RegisteredProvider>(`/providers/${id}/renew_secret`, undefined)
  expect(renewed.body).toMatchObject({ state: 'DRAFT', has_credentials: true })
  expect(renewed.body.secret).not.toBe(secret)
  expect(await integrationOfKey(server.engine, secret.slice(0, 8))).toBeUndefined()
  expect(await integrationOfKey(server.engine, renewed.body.secret.slice(0, 8))).toMatchObject({
    providerId: id,
    secret: renewed.body.secret,
  })
  await integrationOf(renewed.body, customManner)
  expect((await post(`/providers/${id}/validate`, undefined)).body.state).toBe('VALIDATED')
})

test('a key id is taken once over all environments', async () => {
  const { key_id } = await register('key-of-demo')
  const opening = { accountId: server.live.accountId, actor: thePlatform }
  const isAdded = await withScope(server.engine, opening, (scope) =>
    insertProvider(
      scope,
      {
        ...defaultLimits,
        id: scope.newId(),
        alias: 'key-of-live',
        name: 'A source',
        url: nowhere,
        checkType: 'IDENTITY_CHECK',
        relationship: 'DIRECT',
        state: 'DRAFT',
        keyId: key_id,
        limitsUrl: null,
        createdAt: scope.now,
        changedAt: scope.now,
      },
      { secret: 'x', credentials: null },
    ),
  )
  expect(isAdded).toBe(false)
  const { body } = await get<ProviderResource[]>('/providers', server.live.key)
  expect(body.map(({ alias }) => alias)).not.toContain('key-of-live')
})

test('an integration that is not what it was registered as does not pass, and the report says why', async () => {
  const registered = await register('not-that', { check_type: 'IDENTITY_CHECK', relationship: 'RESOLD' })
  await integrationOf(registered, customManner)
  const { body } = await post(`/providers/${registered.id}/validate`, undefined)
  const failed = body.validation?.checks.filter(({ outcome }) => outcome === 'FAILED').map(({ name }) => name)
  expect(failed).toEqual(['registration.check_type', 'registration.relationship'])
  expect(body).toMatchObject({ state: 'DRAFT', validation: { passed: false } })
  expect((await get(`/providers/${registered.id}`)).body.validation).toEqual(body.validation)
})

test('an integration that nobody answers for stays a draft', async () => {
  const { id } = await register('silent')
  const { body } = await post(`/providers/${id}/validate`, undefined)
  expect(body).toMatchObject({ state: 'DRAFT', validation: { passed: false } })
  expect(body).not.toHaveProperty('template')
})

test('whether monitoring is available and where the limits are told stands with the provider', async () => {
  const more = {
    check_type: 'PEPS_AND_SANCTIONS_SCREEN',
    relationship: 'RESOLD',
    limits: { calls_per_second: 5, concurrent_calls: 2 },
    limits_url: 'https://provider.example/limits',
  }
  const { id } = await validated('screening', screeningManner, more)
  const { body } = await get(`/providers/${id}`)
  expect(body).toMatchObject({ monitoring_available: true, limits_url: more.limits_url })
  expect(body.limits).toEqual({
    calls_per_second: 5,
    calls_per_minute: null,
    concurrent_calls: 2,
    timeout_seconds: null,
    migration_percent: 50,
    breaker_failures: 5,
  })
  const changed = await post(`/providers/${id}`, { limits: { concurrent_calls: null }, limits_url: null })
  expect(changed.body.limits).toMatchObject({ calls_per_second: 5, concurrent_calls: null })
  expect(changed.body).not.toHaveProperty('limits_url')
})

test('what cannot be registered or changed is refused by name', async () => {
  const { id } = await register('taken')
  const body = { alias: 'free', name: 'A source', url: nowhere, check_type: 'IDENTITY_CHECK' }
  for (const [more, reason] of [
    [{ alias: 'taken' }, 'provider.alias-taken'],
    [{ alias: 'demo' }, 'provider.alias-reserved'],
    [{ url: 'https://10.0.0.1/' }, 'request.invalid-field'],
    [{ url: 'https://169.254.169.254/' }, 'request.invalid-field'],
    [{ url: 'http://127.0.0.1:9' }, 'request.invalid-field'],
    [{ limits: { concurrent_calls: 0 } }, 'request.invalid-field'],
    [{ check_type: undefined }, 'request.missing-field'],
  ] as const)
    expect(reasonOf(await post('/providers', { ...body, ...more })), JSON.stringify(more)).toBe(reason)
  expect(reasonOf(await post(`/providers/${id}`, { config: { strict: true } }))).toBe(
    'provider.not-validated',
  )
  expect(reasonOf(await post(`/providers/${id}`, { url: 'https://10.0.0.1/' }))).toBe('request.invalid-field')
})

test('two who register one alias at once: one has it, the other is told', async () => {
  const body = { alias: 'at-once', name: 'A source', url: nowhere, check_type: 'IDENTITY_CHECK' }
  const answers = await Promise.all([1, 2, 3, 4].map(() => post('/providers', body)))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409])
  const refusals = answers.filter(({ status }) => status === 409)
  expect(new Set(refusals.map(reasonOf))).toEqual(new Set(['provider.alias-taken']))
})

test('companies are found over the provider that the policy names, which cannot be removed meanwhile', async () => {
  const { id, peer } = await validated('search', companyManner, { credentials, check_type: 'COMPANY_DATA' })
  await publish(searchingOver('search'))
  const found = await get('/search/companies?country=GBR&query=kestrel')
  const bakery = { name: 'Kestrel Lane Bakery Ltd', number: '1', country: 'GBR' }
  expect(found.body).toEqual({ companies: [bakery, bakery, bakery], errors: [] })
  const asked = peer.received.at(-1)?.body
  expect(asked).toMatchObject({ provider_credentials: credentials, demo_result: 'MANY_HITS' })

  const refusal = await server.ask('DELETE', `/4.0/providers/${id}`)
  expect([refusal.status, reasonOf(refusal)]).toEqual([409, 'provider.in-use'])

  peer.close()
  const broken = await get<{ companies: unknown[]; errors: object[] }>(
    '/search/companies?country=GBR&query=kestrel',
  )
  expect(broken.body).toMatchObject({ companies: [], errors: [{ code: 302, source: 'PROVIDER' }] })
  expect((await get(`/providers/${id}`)).body.breaker).toMatchObject({ failures: 1, interactive_calls: 0 })

  await publish(searchingOver('demo'))
  expect((await server.ask('DELETE', `/4.0/providers/${id}`)).status).toBe(200)
  expect(reasonOf(await get(`/providers/${id}`))).toBe('provider.unknown')
})

test('the demo provider finds companies by the words of the query, and is not there in the live environment', async () => {
  const search = (query: string, key?: string) =>
    get<{ companies: object[]; errors: object[] }>(`/search/companies?country=GBR&query=${query}`, key)
  await publish(searchingOver('demo'))
  expect((await search('Alder')).body.companies.length).toBe(5)
  expect((await search('NODATA')).body).toEqual({ companies: [], errors: [] })
  expect((await search('ERROR')).body).toMatchObject({ companies: [], errors: [{ code: 303 }] })
  expect(reasonOf(await search('Alder', server.live.key))).toBe('company-search.not-configured')
  const american = await get('/search/companies?country=USA&query=alder')
  expect([american.status, reasonOf(american)]).toEqual([400, 'request.missing-field'])
  expect((await get('/search/companies?country=USA&query=alder&state=DE')).status).toBe(200)
})

test('an address is found by what was typed and comes back in its parts', async () => {
  interface Found {
    count: number
    results: { id: string; text: string; query_substrings: [number, number][] }[]
  }
  const found = await get<Found>('/address/search?address=14%20mill&country_code=GBR')
  expect(found.body).toEqual({
    count: 1,
    results: [
      {
        id: 'demo-1-14',
        text: '14 Mill Street, Alderhaven, AH1 2BB',
        query_substrings: [
          [0, 2],
          [3, 7],
        ],
      },
    ],
  })
  expect((await get('/address/format?id=demo-1-14&country_code=GBR')).body).toEqual({
    type: 'STRUCTURED',
    country: 'GBR',
    postal_code: 'AH1 2BB',
    locality: 'Alderhaven',
    route: 'Mill Street',
    street_number: '14',
  })
  expect((await get<Found>('/address/search?address=a&country_code=DEU&limit=2')).body.count).toBe(2)
  expect((await get<Found>('/address/search?address=zzz&country_code=GBR')).body).toEqual({
    count: 0,
    results: [],
  })
  expect(reasonOf(await get('/address/format?id=demo-99-1&country_code=GBR'))).toBe('address.unknown')
  const { key } = server.live
  expect(reasonOf(await get('/address/search?address=mill&country_code=GBR', key))).toBe(
    'address-search.not-configured',
  )
})
