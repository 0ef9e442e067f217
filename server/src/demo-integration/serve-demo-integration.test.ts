import { randomBytes } from 'node:crypto'
import type { CheckType } from '@drawbridge/schema/check.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGuardedFetch } from '../platform/net/index.ts'
import { describeIntegration } from '../provider-kit/describe-integration.ts'
import { createHttpProvider } from '../provider-kit/http-provider.ts'
import type { DataProvider, ProviderAnswer, StartOrder } from '../provider-kit/provider.ts'
import { signingKeyOf, signUrl, withSignature } from '../provider-kit/signing.ts'
import { demoProvider } from '../providers/demo/index.ts'
import { companyInput, individualInput } from '../providers/demo/input.test-kit.ts'
import { outputShapes } from '../providers/demo/output-shapes.test-kit.ts'
import { type DemoIntegration, serveDemoIntegration } from './serve-demo-integration.ts'
import { servedTypes } from './templates.ts'

const secret = randomBytes(32).toString('base64')
const { guardedFetch: fetch } = createGuardedFetch({
  allowNetworks: ['127.0.0.0/8'],
  log: { warn: () => undefined },
})
const signal = new AbortController().signal

let served: DemoIntegration
beforeAll(async () => {
  served = await serveDemoIntegration({ port: 0, secrets: async () => [secret], fetch })
})
afterAll(() => served.stop())

async function connect(url: string): Promise<DataProvider> {
  const description = await describeIntegration({ url, secret, fetch })
  return createHttpProvider({ url, secret, description, fetch })
}

function orderFor(type: CheckType, words = ''): StartOrder {
  return {
    checkId: '11111111-1111-4111-8111-111111111111',
    demoResult: null,
    relationship: 'DIRECT',
    config: {},
    credentials: { api_key: 'any' },
    input: type.startsWith('COMPANY_') ? companyInput(words) : individualInput(words),
  }
}

/** Goes through the template to the end, as the platform does. */
async function runToEnd(provider: DataProvider, order: StartOrder) {
  const states: string[] = []
  let answer: ProviderAnswer = await provider.start(order, signal)
  states.push(answer.state)
  if (answer.state !== 'started') return { states, answer, started: null }
  let started = { ...order, ...answer }
  while (answer.state !== 'final') {
    const isCallback = provider.description.template.type === 'ONE_TIME_CALLBACK'
    answer = await (isCallback ? provider.complete(started, signal) : provider.poll(started, signal))
    states.push(answer.state)
    if (answer.state === 'pending') started = { ...started, customData: answer.customData }
  }
  return { states, answer, started }
}

const stepsOf: Readonly<Record<string, readonly string[]>> = {
  ONE_TIME_SYNCHRONOUS: ['final'],
  ONE_TIME_CALLBACK: ['started', 'final'],
  ONE_TIME_POLLING: ['started', 'pending', 'final'],
  MONITORED_POLLING: ['started', 'pending', 'final'],
}

describe.each(servedTypes)('%s over HTTP', (type) => {
  test('metadata, config and all steps of the template lead to the output of the type', async () => {
    const provider = await connect(served.urlOf(type))
    expect(provider.description).toMatchObject({ providerName: 'Demo provider', checkType: type })
    const { states, answer } = await runToEnd(provider, orderFor(type))
    expect(states).toEqual(stepsOf[provider.description.template.type])
    expect(answer).toMatchObject({ state: 'final', errors: [] })
    if (answer.state !== 'final') return
    expect(outputShapes[type]?.safeParse(answer.output).error?.issues).toBeUndefined()
    expect(await inProcess(type, orderFor(type))).toEqual(answer)
  })

  test('ERROR ends with an error at the start', async () => {
    const { states, answer } = await runToEnd(await connect(served.urlOf(type)), orderFor(type, 'error'))
    expect(states).toEqual(['final'])
    expect(answer).toMatchObject({ output: null, errors: [{ type: 'PROVIDER_MESSAGE' }] })
  })
})

async function inProcess(type: CheckType, order: StartOrder): Promise<unknown> {
  const provider = demoProvider(type)
  const answer = await provider.start(order, signal)
  const last = answer.state === 'started' ? await provider.poll({ ...order, ...answer }, signal) : answer
  return JSON.parse(JSON.stringify(last))
}

test('every template can be had for a check type, but monitoring only where something is monitored', async () => {
  for (const template of ['ONE_TIME_SYNCHRONOUS', 'ONE_TIME_CALLBACK', 'ONE_TIME_POLLING'] as const) {
    const provider = await connect(served.urlOf('IDENTITY_CHECK', template))
    const { states, answer } = await runToEnd(provider, orderFor('IDENTITY_CHECK', 'fail'))
    expect([template, states]).toEqual([template, stepsOf[template]])
    expect(answer).toMatchObject({ errors: [], output: { entity_type: 'INDIVIDUAL' } })
  }
  await expect(connect(served.urlOf('IDENTITY_CHECK', 'MONITORED_POLLING'))).rejects.toMatchObject({
    kind: 'status',
  })
})

test('monitoring begins, and a later poll has the new hit of MONITOR-PEP', async () => {
  const provider = await connect(served.urlOf('PEPS_AND_SANCTIONS_SCREEN'))
  const { answer, started } = await runToEnd(provider, orderFor('PEPS_AND_SANCTIONS_SCREEN', 'monitor-pep'))
  expect(answer).toMatchObject({ output: { screening_hits: [] } })
  if (started === null) throw new Error('A screening answers in steps.')
  await provider.monitor(started, signal)
  expect(await provider.pollMonitored(started, signal)).toMatchObject({
    state: 'final',
    output: { screening_hits: [{ flags: [{ type: 'PEP' }] }] },
  })
})

test('TIMEOUT is never answered: the caller has to give up', async () => {
  const provider = await connect(served.urlOf('IDENTITY_CHECK'))
  const giveUp = AbortSignal.timeout(100)
  await expect(provider.start(orderFor('IDENTITY_CHECK', 'timeout'), giveUp)).rejects.toMatchObject({
    kind: 'timeout',
  })
})

test('searches, downloads and external pages work', async () => {
  const company = await connect(served.urlOf('COMPANY_DATA'))
  const order = { ...orderFor('COMPANY_DATA'), country: 'GBR', state: null }
  const found = await company.search({ ...order, query: 'Larkfen', demoResult: 'MANY_HITS' }, signal)
  expect(found).toMatchObject({ errors: [], candidates: { length: 5 } })

  const fetched = await connect(served.urlOf('DOCUMENT_FETCH'))
  const { answer, started } = await runToEnd(fetched, orderFor('DOCUMENT_FETCH'))
  if (answer.state !== 'final' || started === null) throw new Error('A fetch ends after steps.')
  const { documents } = answer.output as { documents: { images: { provider_reference: string }[] }[] }
  const fileReference = documents[0]?.images[0]?.provider_reference ?? ''
  const file = await fetched.download({ ...started, fileReference, what: { imageType: 'FRONT' } }, signal)
  expect(file).toMatchObject({ mediaType: 'image/png', name: `${fileReference}.png` })

  const linked = await company.start({ ...order, demoResult: 'EXTERNAL_RESOURCE_EMBED' }, signal)
  expect(linked).toMatchObject({
    externalResources: [{ type: 'EMBED', url: expect.stringContaining('/pages/') }],
  })
})

describe('a request that is not signed as it must be', () => {
  test('is refused with 401, or 400 when its body cannot be read; metadata needs no signature', async () => {
    const url = served.urlOf('IDENTITY_CHECK')
    const status = async (path: string, init?: RequestInit) =>
      (await globalThis.fetch(url + path, init)).status
    expect(await status('')).toBe(200)
    expect(await status('config')).toBe(401)
    expect(await status('checks', { method: 'POST', body: '{}' })).toBe(401)
    const stranger = randomBytes(32).toString('base64')
    await expect(describeIntegration({ url, secret: stranger, fetch })).rejects.toMatchObject({
      kind: 'status',
    })
    const description = await describeIntegration({ url, secret, fetch })
    const odd = createHttpProvider({ url, secret, description, fetch })
    const order = { ...orderFor('IDENTITY_CHECK'), checkId: 'no id' }
    await expect(odd.start(order, signal)).rejects.toThrow('400')
  })

  test('opens no page: 400 without all parameters, 404 with a wrong signature or after its time', async () => {
    const page = `${served.urlOf('IDENTITY_CHECK')}pages/11111111-1111-4111-8111-111111111111`
    const key = signingKeyOf(secret)
    const order = { auditeeId: '44444444-4444-4444-8444-444444444444', now: new Date() }
    const status = async (url: string) => (await globalThis.fetch(url)).status
    const past = { ...order, now: new Date(Date.now() - 400_000) }
    expect(await status(signUrl(key, page, order))).toBe(200)
    expect(await status(signUrl(key, page, { ...order, customData: 'some-data' }))).toBe(200)
    expect(await status(page)).toBe(400)
    expect(await status(withSignature(key, `${page}?version=1&valid_until=99999999999`))).toBe(400)
    expect(await status(signUrl(signingKeyOf(randomBytes(32).toString('base64')), page, order))).toBe(404)
    expect(await status(signUrl(key, page, past))).toBe(404)
  })
})
