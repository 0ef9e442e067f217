import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuardedFetch, type GuardedFetch } from '../platform/net/index.ts'
import { signingKeyOf } from './signing.ts'
import { verifyRequest } from './verify-request.ts'

/** A request that an integration has received, its signature already verified. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly body: Record<string, unknown>
  readonly headers: IncomingMessage['headers']
  readonly isSigned: boolean
}

/** What a scripted integration does with a request; a value that is returned is answered as JSON with 200. */
export type Script = (request: Received, reply: ServerResponse) => unknown

/** A scripted integration on a real port. */
export interface ScriptedIntegration {
  readonly url: string
  readonly secret: string
  readonly fetch: GuardedFetch
  readonly received: Received[]
  close(): void
}

/** A fetch that may reach the loopback, as an operator allows it for an integration beside the platform. */
export function loopbackFetch(): GuardedFetch {
  return createGuardedFetch({ allowNetworks: ['127.0.0.0/8'], log: { warn: () => {} } }).guardedFetch
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

/** Starts a scripted integration under `/base/`; with a secret of its own unless one is given. */
export async function scripted(
  script: Script,
  secret = randomBytes(32).toString('base64'),
): Promise<ScriptedIntegration> {
  const received: Received[] = []
  const server = createServer(async (message, reply) => {
    const body = Buffer.concat(await message.toArray())
    const { method = '', url: target = '' } = message
    const problem = verifyRequest(
      signingKeyOf(secret),
      { method, target, headers: message.headers, body },
      new Date(),
    )
    const request = {
      method,
      path: target.replace(/^\/base/, ''),
      body: body.length > 0 ? JSON.parse(body.toString()) : {},
      headers: message.headers,
      isSigned: problem === null,
    }
    received.push(request)
    const answer = await script(request, reply)
    if (reply.headersSent || answer === undefined) return
    reply.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  const port = await listening(server)
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}/base/`, secret, fetch: loopbackFetch(), received, close }
}
