import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createGuardedFetch } from '../platform/net/index.ts'
import { describeIntegration } from '../provider-kit/describe-integration.ts'
import { createHttpProvider } from '../provider-kit/http-provider.ts'
import { signingKeyOf } from '../provider-kit/signing.ts'
import { verifyRequest } from '../provider-kit/verify-request.ts'
import { individualInput } from '../providers/demo/input.test-kit.ts'
import { serveDemoIntegration } from './serve-demo-integration.ts'

const secret = randomBytes(32).toString('base64')
const { guardedFetch: fetch } = createGuardedFetch({
  allowNetworks: ['127.0.0.0/8'],
  log: { warn: () => undefined },
})
const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** A platform of a few lines: it takes callbacks with the statuses in turn, and has the images named. */
async function platformWith(statuses: number[], images: readonly string[]) {
  const received: { target: string; isSigned: boolean; body: string }[] = []
  const arrived = Promise.withResolvers<void>()
  const server = createServer(async (request, reply) => {
    const body = Buffer.concat(await request.toArray())
    const { method = '', url: target = '', headers } = request
    const problem = verifyRequest(signingKeyOf(secret), { method, target, headers, body }, new Date())
    received.push({ target, isSigned: problem === null, body: body.toString() })
    const image = images.find((id) => target === `/integrations/v1/images/${id}`)
    if (image !== undefined) return reply.setHeader('content-type', 'image/png').end('picture')
    if (method === 'GET') return reply.writeHead(404).end()
    reply.writeHead(statuses.shift() ?? 200, { 'content-type': 'application/json' }).end('{}')
    if (statuses.length === 0) arrived.resolve()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  stops.push(() => server.close())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    arrived: arrived.promise,
  }
}

async function verifyDocument(platformUrl: string) {
  const served = await serveDemoIntegration({ port: 0, secrets: async () => [secret], platformUrl, fetch })
  stops.push(() => served.stop())
  const url = served.urlOf('DOCUMENT_VERIFICATION')
  const description = await describeIntegration({ url, secret, fetch })
  const provider = createHttpProvider({ url, secret, description, fetch })
  const order = {
    checkId: '11111111-1111-4111-8111-111111111111',
    demoResult: null,
    relationship: 'DIRECT',
    config: {},
    credentials: {},
    input: individualInput(''),
  } as const
  return provider.start(order, new AbortController().signal)
}

const image = '33333333-3333-4333-8333-333333333333'

test('the images of a document are fetched, signed, and the callback is sent again until it is taken', async () => {
  const platform = await platformWith([503, 200], [image])
  const started = await verifyDocument(platform.url)
  if (started.state !== 'started') throw new Error('A verification answers in steps.')
  await platform.arrived
  expect(platform.received.map(({ target, isSigned }) => [target, isSigned])).toEqual([
    [`/integrations/v1/images/${image}`, true],
    ['/integrations/v1/callbacks', true],
    ['/integrations/v1/callbacks', true],
  ])
  expect(JSON.parse(platform.received[1]?.body ?? '')).toEqual({
    provider_id: started.providerId,
    reference: started.reference,
    custom_data: { called_back: true },
  })
})

test('an image that cannot be had ends the check with an error, and nothing is called back', async () => {
  const platform = await platformWith([], [])
  expect(await verifyDocument(platform.url)).toMatchObject({
    state: 'final',
    errors: [{ type: 'INVALID_CHECK_INPUT' }],
  })
  expect(platform.received.map(({ target }) => target)).toEqual([`/integrations/v1/images/${image}`])
})
