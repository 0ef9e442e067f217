import { afterEach, expect, test } from 'vitest'
import { describeIntegration } from './describe-integration.ts'
import { createHttpProvider } from './http-provider.ts'
import { loopbackFetch, type Script, scripted } from './integration.test-kit.ts'
import type { ProviderDescription, StartedOrder, StartOrder } from './provider.ts'

const description: ProviderDescription = {
  providerName: 'Millstone Data',
  checkType: 'IDENTITY_CHECK',
  template: { type: 'ONE_TIME_SYNCHRONOUS', timeoutSeconds: 60 },
  supportsReselling: true,
  maximumCost: 200,
  supportedCountries: ['GBR'],
  supportedFeatures: [],
  credentialFields: [{ type: 'password', name: 'api_key', label: 'API key' }],
  configFields: [
    { type: 'boolean', name: 'strict', label: 'Strict' },
    { type: 'string', name: 'mode', label: 'Mode', default: 'quick' },
    { type: 'set', name: 'lists', label: 'Lists' },
  ],
  outputCustomFields: {},
}

const callback = {
  type: 'ONE_TIME_CALLBACK',
  requestTimeoutSeconds: 60,
  callbackTimeoutSeconds: 60,
} as const

const order: StartOrder = {
  checkId: '7b3c1c0e-2f6f-4b1c-9d8a-0d9c5f6a7b8c',
  demoResult: null,
  relationship: 'DIRECT',
  config: { strict: true },
  credentials: { api_key: 'k' },
  input: { personal_details: { name: { given_names: ['Mira'], family_name: 'Oduya' } } },
}

const started: StartedOrder = {
  ...order,
  providerId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  reference: 'ref-1',
  customData: { step: 1, keep: 'this' },
}

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function integration(
  script: Script,
  changes: Partial<ProviderDescription> = {},
  timeoutSeconds?: number,
) {
  const peer = await scripted(script)
  closers.push(peer.close)
  const limit = timeoutSeconds === undefined ? {} : { timeoutSeconds }
  const provider = createHttpProvider({ ...peer, ...limit, description: { ...description, ...changes } })
  return { ...peer, provider }
}

const never = new AbortController().signal

test('a check is started with a signed request that carries every declared field, and its answer is final', async () => {
  const { provider, received } = await integration((_request, reply) => {
    reply.writeHead(201, { 'content-type': 'text/plain' })
    reply.end(
      JSON.stringify({
        check_output: { entity_type: 'INDIVIDUAL', electronic_id_check: { matches: [] }, own_field: [1] },
        errors: [],
        warnings: [{ type: 'PROVIDER_MESSAGE', message: 'slow today' }],
        charges: [{ amount: 100 }],
        provider_data: 'kept',
      }),
    )
  })
  expect(await provider.start(order, never)).toEqual({
    state: 'final',
    output: { entity_type: 'INDIVIDUAL', electronic_id_check: { matches: [] }, own_field: [1] },
    result: null,
    errors: [],
    warnings: [{ type: 'PROVIDER_MESSAGE', message: 'slow today' }],
    charges: [],
    externalResources: [],
    providerData: 'kept',
  })
  expect(received).toMatchObject([
    {
      method: 'POST',
      path: '/checks',
      isSigned: true,
      headers: { 'content-type': 'application/json' },
      body: {
        id: order.checkId,
        demo_result: null,
        commercial_relationship: 'DIRECT',
        check_input: { entity_type: 'INDIVIDUAL', ...order.input },
        provider_config: { strict: true, mode: 'quick', lists: [] },
        provider_credentials: { api_key: 'k' },
      },
    },
  ])
})

test('credentials that an integration repeats are not in its answer', async () => {
  const api_key = 'sk.$&.7f21c9'
  const { provider, received } = await integration(({ body }) => ({
    errors: [
      { type: 'INVALID_CREDENTIALS', message: `Bad key ${api_key}`, data: [body.provider_credentials] },
    ],
    warnings: [{ type: 'PROVIDER_MESSAGE', message: api_key }],
    provider_data: { sent: body },
  }))
  const answer = await provider.start({ ...order, credentials: { api_key } }, never)
  expect(received[0]?.body).toMatchObject({ provider_credentials: { api_key } })
  expect(JSON.stringify(answer)).not.toContain(api_key)
  expect(answer).toMatchObject({ errors: [{ message: 'Bad key [credential]' }] })
})

test('a resold check carries no credentials, and its charges count up to the maximum cost', async () => {
  const charges = [{ amount: 100 }, { amount: '50', sku: 'x' }]
  const { provider, received } = await integration(() => ({ check_output: {}, errors: [], charges }))
  const resold = { ...order, relationship: 'RESOLD', credentials: null } as const
  expect(await provider.start(resold, never)).toMatchObject({
    charges: [{ amount: 100 }, { amount: 50, sku: 'x' }],
  })
  expect(received[0]?.body).toMatchObject({ commercial_relationship: 'PASSFORT' })
  expect(received[0]?.body).not.toHaveProperty('provider_credentials')
  expect(await provider.start({ ...resold, demoResult: 'ANY_CHARGE' }, never)).toMatchObject({ charges: [] })
  charges.push({ amount: 51 })
  expect(await provider.start(resold, never)).toMatchObject({
    charges: [],
    warnings: [{ type: 'CHARGE_ABOVE_MAXIMUM' }],
  })
})

test('a callback check is started, made ready even where that call is unknown, and completed', async () => {
  const { provider, received } = await integration(
    ({ path }, reply) => {
      if (path === '/checks')
        return {
          provider_id: started.providerId,
          reference: 'ref-1',
          custom_data: { whole: [1] },
          errors: [],
        }
      if (path.endsWith('/complete')) return { check_output: { documents: [] }, errors: [] }
      reply.writeHead(404).end()
      return undefined
    },
    { checkType: 'DOCUMENT_FETCH', template: callback },
  )
  expect(await provider.start(order, never)).toEqual({
    state: 'started',
    providerId: started.providerId,
    reference: 'ref-1',
    customData: { whole: [1] },
  })
  await provider.ready(started, never)
  expect(await provider.complete(started, never)).toMatchObject({ state: 'final', output: { documents: [] } })
  expect(received.map(({ path }) => path)).toEqual([
    '/checks',
    `/checks/${order.checkId}/ready`,
    `/checks/${order.checkId}/complete`,
  ])
  expect(received[2]?.body).toEqual({
    id: order.checkId,
    commercial_relationship: 'DIRECT',
    provider_config: { strict: true, mode: 'quick', lists: [] },
    provider_credentials: { api_key: 'k' },
    provider_id: started.providerId,
    reference: 'ref-1',
    custom_data: { step: 1, keep: 'this' },
  })
})

test('a poll that is pending merges the custom data for the next one, and a later one is final', async () => {
  const answers = [
    { pending: true, custom_data: { step: 2 }, errors: [] },
    { pending: false, check_output: { screening_hits: [] }, errors: [] },
  ]
  const { provider } = await integration(() => answers.shift(), { checkType: 'PEPS_AND_SANCTIONS_SCREEN' })
  expect(await provider.poll(started, never)).toEqual({
    state: 'pending',
    customData: { step: 2, keep: 'this' },
  })
  expect(await provider.poll(started, never)).toMatchObject({
    state: 'final',
    output: { screening_hits: [] },
  })
})

test('a finished check is monitored by its reference', async () => {
  const { provider, received } = await integration(({ path }) =>
    path.endsWith('/ready') ? { errors: [] } : { pending: false, check_output: {}, errors: [] },
  )
  const { checkId: _checkId, ...relation } = started
  await provider.monitor(relation, never)
  expect(await provider.pollMonitored(relation, never)).toMatchObject({ state: 'final', output: {} })
  expect(received.map(({ path, body }) => [path, body.reference, 'id' in body])).toEqual([
    ['/monitored_checks/ready', 'ref-1', false],
    ['/monitored_checks/poll', 'ref-1', false],
  ])
})

test('a search returns the candidates that have a name and a number', async () => {
  const { provider, received } = await integration(() => ({
    search_output: [{ name: 'Kiln & Sons', number: 12 }, { name: 'no number' }, null],
    errors: [],
  }))
  const { checkId: _checkId, input: _input, ...rest } = order
  const asked = { ...rest, query: 'kiln', country: 'GBR', state: null }
  expect(await provider.search(asked, never)).toEqual({
    candidates: [{ name: 'Kiln & Sons', number: '12', country_of_incorporation: 'GBR' }],
    errors: [],
  })
  expect(received[0]?.body.search_input).toEqual({ query: 'kiln', country_of_incorporation: 'GBR' })
})

test('a file is downloaded with its media type and a name without folders', async () => {
  const { provider } = await integration((_request, reply) => {
    reply.writeHead(200, { 'content-type': 'image/PNG; q=1', 'file-name': 'a/../ß.png' })
    reply.end(Buffer.alloc(3_000_000, 7))
    return undefined
  })
  const wanted = { ...started, fileReference: 'f', what: { imageType: 'FRONT' } }
  const file = await provider.download(wanted, never)
  expect({ ...file, bytes: file.bytes.length }).toEqual({
    bytes: 3_000_000,
    mediaType: 'image/png',
    name: 'ß.png',
  })
})

test.each<[string, string, Script]>([
  ['answers 500', 'status', (_request, reply) => void reply.writeHead(500).end('no')],
  ['redirects', 'status', (_request, reply) => void reply.writeHead(302, { location: '/' }).end()],
  ['answers nothing', 'reply', (_request, reply) => void reply.writeHead(200).end()],
  ['answers no JSON', 'reply', (_request, reply) => void reply.end('<html>')],
  ['answers a list', 'reply', () => []],
  ['answers without output object', 'reply', () => ({ check_output: 'all fine' })],
  ['nests without end', 'reply', (_request, reply) => void reply.end('['.repeat(100_000))],
  ['sends far too much', 'too-large', (_request, reply) => void reply.end(`"${'x'.repeat(4_000_000)}"`)],
  ['hangs up', 'connection', (_request, reply) => void reply.destroy()],
  ['hangs', 'timeout', () => undefined],
])('an integration that %s is a failure of kind %s', async (_words, kind, script) => {
  const { provider } = await integration(script, {}, 0.3)
  await expect(provider.start(order, never)).rejects.toMatchObject({ kind, name: 'Error' })
})

test('an address inside the network is refused unless the operator has named it', async () => {
  const peer = await integration(() => ({}))
  const { createGuardedFetch } = await import('../platform/net/index.ts')
  const { guardedFetch } = createGuardedFetch({ allowNetworks: [], log: { warn: () => {} } })
  const provider = createHttpProvider({ ...peer, description, fetch: guardedFetch })
  await expect(provider.start(order, never)).rejects.toMatchObject({ kind: 'refused' })
  const nowhere = createHttpProvider({ ...peer, description, url: 'no url', fetch: loopbackFetch() })
  await expect(nowhere.start(order, never)).rejects.toMatchObject({ kind: 'refused' })
  expect(peer.received).toEqual([])
})

test('a signal ends a call', async () => {
  const stop = new AbortController()
  const { provider } = await integration(() => stop.abort())
  await expect(provider.start(order, stop.signal)).rejects.toMatchObject({ kind: 'timeout' })
})

test('an integration describes itself: metadata without a signature, configuration with one', async () => {
  const peer = await integration(({ path, isSigned }, reply) => {
    if (path === '/') return { protocol_version: 1, provider_name: 'Millstone Data' }
    if (isSigned)
      return {
        check_type: 'IDENTITY_CHECK',
        check_template: { type: 'ONE_TIME_SYNCHRONOUS', timeout: 30 },
        pricing: { supports_reselling: false },
        supported_countries: ['GBR'],
        credentials: { fields: [] },
        config: { fields: [] },
      }
    reply.writeHead(401).end()
    return undefined
  })
  expect(await describeIntegration(peer)).toEqual({
    ...description,
    template: { type: 'ONE_TIME_SYNCHRONOUS', timeoutSeconds: 30 },
    supportsReselling: false,
    maximumCost: null,
    credentialFields: [],
    configFields: [],
  })
  expect(peer.received.map(({ path, headers }) => [path, headers.authorization !== undefined])).toEqual([
    ['/', false],
    ['/config', true],
  ])
})
