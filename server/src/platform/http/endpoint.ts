import type { FastifyInstance } from 'fastify'
import type { BodyMemory } from './memory.ts'

/** A request as it came in, for who verifies its signature. */
export interface RawRequest {
  readonly method: string
  /** Path with query, as it stood in the request line. */
  readonly target: string
  readonly params: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Empty when there is none. */
  readonly body: Buffer
}

/** What goes out. */
export interface RawReply {
  readonly type: string
  readonly body: Buffer
}

/** An address beside the API, for others than those who have its keys: it decides itself whom it answers. */
export interface Endpoint {
  readonly method: 'GET' | 'POST'
  /** With parameters as `:name`. */
  readonly path: string
  readonly bodyBytesMax: number
  /** Before a byte of the body is read: the account that it is for, by whose room for bodies it goes. Raises `Fault`. */
  readonly admit: (headers: RawRequest['headers']) => Promise<string>
  /** Raises `Fault`. */
  readonly handle: (request: RawRequest) => Promise<RawReply>
}

/** Adds an address beside the API. */
export function addEndpoint(app: FastifyInstance, endpoint: Endpoint, memory: BodyMemory): void {
  const accounts = new WeakMap<object, string>()
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    bodyLimit: endpoint.bodyBytesMax,
    exposeHeadRoute: false,
    onRequest: async (request, reply) => {
      const accountId = await endpoint.admit(request.headers)
      memory.admitBody(accountId, request, reply, endpoint.bodyBytesMax)
      accounts.set(request.raw, accountId)
    },
    handler: async (request, reply) => {
      const { type, body } = await endpoint.handle({
        method: request.method,
        target: request.url,
        params: request.params as Record<string, string>,
        headers: request.headers,
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      })
      memory.admitReply(accounts.get(request.raw) ?? '', reply, body.length)
      return reply.type(type).send(body)
    },
  })
}
