import { type IncomingMessage, METHODS } from 'node:http'
import { errors } from '@drawbridge/schema/errors.ts'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { databaseFault } from '../db/index.ts'
import { Fault, Faults } from '../fault.ts'
import type { Log } from '../log.ts'
import type { Engine } from '../scope.ts'
import type { Route } from './bind.ts'
import { bodyLimits } from './body.ts'
import { addEndpoint, type Endpoint } from './endpoint.ts'
import { framingFault, refuseSocket } from './framing.ts'
import { type BodyMemory, createBodyMemory } from './memory.ts'
import type { Authenticate, Principal } from './principal.ts'
import { Lanes, type MigrationShare } from './priority.ts'
import { takeCall } from './rate.ts'
import { faultReply } from './reply.ts'
import { send, serveRoute } from './serve-route.ts'

/** What the HTTP server of the API is made of. */
export interface AppSettings {
  readonly engine: Engine
  readonly routes: readonly Route[]
  /** Addresses beside the API, for others than those who have its keys. */
  readonly endpoints: readonly Endpoint[]
  readonly authenticate: Authenticate
  readonly log: Log
  /** Told of every finished request: operation name, status, seconds. */
  readonly observe: (operation: string, status: number, seconds: number) => void
  /** What migrations may have of this node; absent where nothing goes before anything else. */
  readonly migrationShare?: MigrationShare | undefined
}

/** A request line and its headers fit into this, so no part of a path is longer. */
const headerBytesMax = 16_384

/** The HTTP server of the API: every route behind a key and its capability, every refusal in the contract's shape. */
export function createApp(settings: AppSettings): FastifyInstance {
  const app = Fastify({
    logger: false,
    requestTimeout: 60_000,
    // A reader that takes nothing of its reply for so long is let go of, with what the reply holds.
    connectionTimeout: 130_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: headerBytesMax },
    return503OnClosing: false,
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000, maxHeaderSize: headerBytesMax },
    bodyLimit: bodyLimits.normal,
    clientErrorHandler: refuseSocket,
    frameworkErrors: (error, request, reply) => {
      refuse(settings, error, request, reply)
    },
  })
  app.server.maxConnections = 4_096
  takeJsonOnly(app)
  const closing = refuseWhileClosing(app)
  app.setErrorHandler((error, request, reply) => refuse(settings, error, request, reply))
  app.setNotFoundHandler((_request, reply) => send(reply, faultReply(new Fault('route.unknown'))))
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  const memory = createBodyMemory()
  const lanes = new Lanes(settings.migrationShare)
  for (const route of settings.routes) addRoute(app, settings, route, { memory, closing, lanes })
  for (const endpoint of settings.endpoints) addEndpoint(app, endpoint, memory)
  refuseOtherMethods(app, settings.routes)
  return app
}

/**
 * What still comes in on open connections while the server drains is sent elsewhere, in the contract's shape. Returns
 * the signal of its closing.
 */
function refuseWhileClosing(app: FastifyInstance): AbortSignal {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  app.addHook('onRequest', async () => {
    if (closing.signal.aborted)
      throw new Fault('service.unavailable', { retryAfterSeconds: 1, headers: { connection: 'close' } })
  })
  // A connection kept open by the last reply on it would hold the server back.
  app.addHook('onSend', async (_request, reply) => {
    if (closing.signal.aborted) reply.header('connection', 'close')
  })
  return closing.signal
}

/** Bodies are kept as bytes: they are scanned before they are parsed, and fingerprinted as they came. */
function takeJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/json(;|$)/i, { parseAs: 'buffer' }, (request, body, done) => {
    const coding = request.headers['content-encoding']
    if (coding === undefined || coding === 'identity') done(null, body)
    else
      done(
        new Fault('request.unsupported-media-type', {
          message: 'Send the body as it is, without Content-Encoding',
          headers: { 'accept-encoding': 'identity' },
        }),
      )
  })
}

function addRoute(
  app: FastifyInstance,
  settings: AppSettings,
  route: Route,
  { memory, closing, lanes }: { memory: BodyMemory; closing: AbortSignal; lanes: Lanes },
): void {
  const { operation } = route
  const principals = new WeakMap<IncomingMessage, Principal>()
  app.route({
    method: operation.method,
    url: fastifyPath(operation.path),
    bodyLimit: bodyLimits[operation.size],
    exposeHeadRoute: false,
    onRequest: async (request, reply) => {
      const principal = await settings.authenticate(credentialsOf(request))
      if (operation.may === 'PUBLIC' || !principal.may(operation.may))
        throw new Fault('permission.denied', {
          message: `This API key may not do that: it needs ${operation.may}`,
        })
      memory.admitBody(principal.accountId, request, reply, bodyLimits[operation.size])
      principals.set(request.raw, principal)
    },
    handler: async (request, reply) => {
      const principal = principals.get(request.raw)
      if (!principal) throw new Fault('key.missing')
      reply.headers(await takeCall(settings.engine.pool, principal, operation.name))
      const signal = route.wait ? goneOrClosing(reply, closing) : closing
      const answer = await serveRoute(settings.engine, route, principal, request, {
        signal,
        inTurn: (work) => lanes.run(principal.actor.keyClass, work),
      })
      // A change that was made is answered in any case.
      if (operation.method === 'GET') memory.admitReply(principal.accountId, reply, answer.body.length)
      return send(reply, answer)
    },
    onResponse: async (request, reply) =>
      observe(settings, operation.name, principals.get(request.raw), reply),
  })
}

/** Ends the waiting of a reply: the server closes, or nobody is there to take it. */
function goneOrClosing(reply: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return AbortSignal.any([gone.signal, closing])
}

function observe(
  settings: AppSettings,
  operation: string,
  principal: Principal | undefined,
  reply: FastifyReply,
) {
  const ms = reply.elapsedTime
  settings.observe(operation, reply.statusCode, ms / 1000)
  settings.log.debug('request.answered', {
    operation,
    status: reply.statusCode,
    ms: Math.round(ms),
    account_id: principal?.accountId,
    key_id: principal?.actor.id ?? undefined,
  })
}

function credentialsOf(request: FastifyRequest) {
  const { apikey } = request.headers
  const query = new URLSearchParams(request.url.split('?')[1] ?? '').get('apikey') ?? undefined
  return { header: Array.isArray(apikey) ? apikey[0] : apikey, query }
}

function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}

/** A known address with another method is 405 and says which it takes, whatever the body. */
function refuseOtherMethods(app: FastifyInstance, routes: readonly Route[]): void {
  const methods = METHODS.filter((method) => method !== 'CONNECT')
  for (const method of methods) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method)
  const taken = Map.groupBy(routes, ({ operation }) => operation.path)
  for (const [path, group] of taken) {
    const allowed = new Set<string>(group.map(({ operation }) => operation.method))
    const allow = [...allowed].sort().join(', ')
    const refusal = async () => {
      throw new Fault('route.method-not-allowed', {
        message: `This address takes ${allow}`,
        headers: { allow },
      })
    }
    app.route({
      method: methods.filter((method) => !allowed.has(method)),
      url: fastifyPath(path),
      onRequest: refusal,
      handler: refusal,
    })
  }
}

/** The last resort for everything thrown on the way: a clear refusal for the caller, the cause for the log. */
function refuse(settings: AppSettings, thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  const known = databaseFault(framingFault(thrown))
  if (known instanceof Fault || known instanceof Faults) {
    if (known instanceof Fault && errors[known.reason].status >= 500)
      settings.log.warn('request.refused', {
        route: request.routeOptions.url,
        reason: known.reason,
        error: known.cause,
      })
    return send(reply, faultReply(known))
  }
  settings.log.error('request.failed', { route: request.routeOptions.url, error: known })
  return send(reply, faultReply(new Fault('service.fault')))
}
