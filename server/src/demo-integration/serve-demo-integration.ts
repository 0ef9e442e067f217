import type { CheckType } from '@drawbridge/schema/check.ts'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import type { GuardedFetch } from '../platform/net/index.ts'
import { ProviderFailure } from '../provider-kit/provider.ts'
import type { SigningKey } from '../provider-kit/signing.ts'
import { keyIdOf, type SignatureProblem, verifyRequest } from '../provider-kit/verify-request.ts'
import { demoProvider } from '../providers/demo/index.ts'
import { callBack, imageBytes, type PlatformAddress } from './call-platform.ts'
import { type Answer, answerCall, type Names } from './endpoints.ts'
import { pageStatus } from './external-page.ts'
import { type KeyRing, openKeyRing } from './key-ring.ts'
import { basePath, type Place, placeOf, polledEvery, type TemplateName } from './templates.ts'
import { configurationOf } from './wire.ts'

const BODY_BYTES_MAX = 8 * 1024 * 1024
const CALLBACK_MS = 100

/** How the demo integration is served. */
export interface DemoIntegrationOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** The loopback when absent. */
  readonly host?: string
  /**
   * Reads the secrets that it shares with the platform, 32 bytes in base64 each: every registration has its own. Asked
   * at the start, and again when a request names another key.
   */
  readonly secrets: () => Promise<readonly string[]>
  /** Where the platform is. Without it no callback is sent and no image is fetched. */
  readonly platformUrl?: string
  /** Seconds between polls; 1 when absent. */
  readonly pollingSeconds?: number
  /** The way to the platform. */
  readonly fetch: GuardedFetch
}

/** A demo integration that is being served. */
export interface DemoIntegration {
  readonly url: string
  /** The base address for a check type, by its usual template or by another one. */
  urlOf(checkType: CheckType, template?: TemplateName): string
  /** Ends at once: calls that wait are cut off. */
  stop(): Promise<void>
}

/**
 * Serves the demo provider over the provider protocol: one base address for each check type, `/IDENTITY_CHECK/` and
 * so on, and `/ONE_TIME_POLLING/IDENTITY_CHECK/` for another template. Every call but metadata must be signed. A name
 * with `TIMEOUT` is never answered. Raises an `Error` when the secret is none or the port is taken.
 */
export async function serveDemoIntegration(options: DemoIntegrationOptions): Promise<DemoIntegration> {
  const ending = new AbortController()
  const { platformUrl, fetch } = options
  const serving: Serving = {
    keys: await openKeyRing(options.secrets),
    platformOf: (key) => (platformUrl === undefined ? null : { url: platformUrl, key, fetch }),
    pollingSeconds: options.pollingSeconds ?? 1,
    signal: ending.signal,
  }
  const app = fastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true, exposeHeadRoutes: false })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.get('/*', (request, reply) => serveGet(serving, request, reply))
  app.post('/*', (request, reply) => servePost(serving, request, reply))
  const url = await app.listen({ port: options.port, host: options.host ?? '127.0.0.1' })
  return {
    url,
    urlOf: (checkType, template) => `${url}${basePath(checkType, template)}`,
    stop: async () => {
      ending.abort()
      await app.close()
    },
  }
}

interface Serving {
  readonly keys: KeyRing
  /** The platform as the holder of a key calls it; null when it is not known where it is. */
  readonly platformOf: (key: SigningKey) => PlatformAddress | null
  readonly pollingSeconds: number
  readonly signal: AbortSignal
}

/** A request whose signature was verified with this key. */
interface Believed {
  readonly request: FastifyRequest
  readonly place: Place
  readonly key: SigningKey
}

async function serveGet({ keys, pollingSeconds }: Serving, request: FastifyRequest, reply: FastifyReply) {
  const place = placeOf(pathOf(request))
  if (place === undefined) return refuse(reply, 404, 'There is no integration here.')
  if (place.call === '') return reply.send({ protocol_version: 1, provider_name: 'Demo provider' })
  if (/^pages\/[0-9a-f-]{36}$/.test(place.call)) return page(keys.known, request, reply)
  if (place.call !== 'config') return refuse(reply, 404, 'There is no such call.')
  const key = await keyOf(keys, request)
  if (typeof key === 'string') return refuse(reply, 401, `The request is not believed: ${key}.`)
  const { description } = demoProvider(place.checkType)
  return reply.send(
    configurationOf({ ...description, template: polledEvery(pollingSeconds, place.template) }),
  )
}

function page(keys: readonly SigningKey[], request: FastifyRequest, reply: FastifyReply) {
  const url = `${originOf(request)}${request.url}`
  const statuses = keys.map((key) => pageStatus(key, url, new Date()))
  const status = statuses.find((found) => found === 200) ?? statuses[0] ?? 404
  const text = status === 200 ? 'A page of the demo provider.' : 'This address does not open a page.'
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html><title>Demo</title><p>${text}</p>`)
}

async function servePost(serving: Serving, request: FastifyRequest, reply: FastifyReply) {
  const place = placeOf(pathOf(request))
  if (place === undefined) return refuse(reply, 404, 'There is no integration here.')
  const key = await keyOf(serving.keys, request)
  if (typeof key === 'string') return refuse(reply, 401, `The request is not believed: ${key}.`)
  const body = parsed(request)
  if (body === undefined) return refuse(reply, 400, 'The body is not JSON.')
  try {
    const believed = { request, place, key }
    return send(serving, believed, reply, await answerFor(serving, believed, body))
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    // A provider that never answers: the connection stays open until the platform, or the end, closes it.
    return reply.hijack()
  }
}

function answerFor(serving: Serving, { request, place, key }: Believed, body: unknown): Promise<Answer> {
  const { signal } = serving
  const platform = serving.platformOf(key)
  return answerCall({
    place,
    body,
    baseUrl: `${originOf(request)}${place.base}`,
    signal,
    imageBytes: platform === null ? null : (id) => imageBytes(platform, id, signal),
  })
}

function send(serving: Serving, { key }: Believed, reply: FastifyReply, answer: Answer) {
  switch (answer.kind) {
    case 'json':
      if (answer.callBack !== undefined) callBackAfter(serving, key, reply, answer.callBack)
      return reply.send(answer.json)
    case 'file':
      return reply.type(answer.mediaType).header('file-name', answer.name).send(answer.bytes)
    case 'malformed':
      return refuse(reply, 400, answer.message)
    case 'unknown':
      return refuse(reply, 404, 'There is no such call.')
  }
}

function callBackAfter(serving: Serving, key: SigningKey, reply: FastifyReply, names: Names): void {
  const platform = serving.platformOf(key)
  if (platform === null) return
  reply.raw.once('finish', () => {
    const timer = setTimeout(() => {
      // Whether the platform takes it is the platform's to find out: it has a time limit of its own.
      callBack(platform, names, serving.signal).catch(() => undefined)
    }, CALLBACK_MS)
    timer.unref()
  })
}

/** The key that signed a request, or why it is not believed. */
async function keyOf(keys: KeyRing, request: FastifyRequest): Promise<SigningKey | SignatureProblem> {
  const { method, url: target, headers } = request
  const key = await keys.find(keyIdOf(headers) ?? '')
  if (key === undefined) return headers.authorization === undefined ? 'unsigned' : 'unknown-key'
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  return verifyRequest(key, { method, target, headers, body }, new Date()) ?? key
}

function parsed(request: FastifyRequest): unknown {
  try {
    return Buffer.isBuffer(request.body) ? JSON.parse(request.body.toString('utf8')) : undefined
  } catch {
    return undefined
  }
}

function refuse(reply: FastifyReply, status: number, message: string) {
  return reply.code(status).send({ errors: [{ type: 'INTEGRATION', message }], warnings: [] })
}

const pathOf = (request: FastifyRequest) => request.url.split('?')[0] ?? ''
const originOf = (request: FastifyRequest) => `${request.protocol}://${request.host}`
