import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect } from 'vitest'
import { ApiError, type ClientOptions, createClient } from './index.ts'

export const apikey = 'a-key-that-nobody-may-see-4711'
export const id = '0d3a8f6e-5f5e-4a0d-9a51-2d7b1c3e4f50'
export const person = { role: 'INDIVIDUAL_CUSTOMER', collected_data: { entity_type: 'INDIVIDUAL' } } as const
const opened: Server[] = []

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: string
}

export type Handler = (response: ServerResponse, seen: Seen, count: number) => void

export async function serve(handler: Handler) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      handler(response, seen.at(-1) as Seen, seen.length)
    })
  })
  opened.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

afterEach(() => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export function connect(url: string, more: Partial<ClientOptions> = {}) {
  return createClient({ url, apikey, retryBaseMs: 1, ...more })
}

export async function refusalOf(call: Promise<unknown>): Promise<ApiError> {
  const thrown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(ApiError)
  return thrown as ApiError
}

export function refusal(reason: string, code: number, info: object = {}) {
  return { errors: [{ code, message: 'in the server’s words', source: 'API', info: { reason, ...info } }] }
}
