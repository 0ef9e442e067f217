import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { certificateFor } from './certificate.test-kit.ts'
import { createGuardedFetch, type GuardedFetchOptions } from './index.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

const serve = (listener: RequestListener) => listening(createServer(listener))

function guard(options: Partial<GuardedFetchOptions> = {}) {
  const events: string[] = []
  const log = { warn: (event: string) => void events.push(event) }
  return { events, ...createGuardedFetch({ allowNetworks: ['127.0.0.0/8'], log, ...options }) }
}

test('a request reaches a receiver in a named network, and its reply comes back', async () => {
  const port = await serve(async (request, reply) => {
    const body = await request.toArray()
    reply.setHeader('x-answer', 'yes').writeHead(201)
    reply.end(
      JSON.stringify({
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: String(body),
      }),
    )
  })
  const { guardedFetch } = guard()
  const reply = await guardedFetch(`http://127.0.0.1:${port}/hook?x=1`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  })
  expect(reply).toMatchObject({ status: 201, truncated: false, headers: { 'x-answer': 'yes' } })
  expect(JSON.parse(reply.body.toString())).toMatchObject({
    method: 'POST',
    url: '/hook?x=1',
    body: '{}',
    headers: { 'user-agent': 'Drawbridge/1', 'content-type': 'application/json', connection: 'close' },
  })
})

test.each(['http://127.0.0.1', 'http://localhost', 'http://[::1]', 'http://2130706433', 'http://0.0.0.0'])(
  'nothing of a request to %s arrives when no network is named',
  async (origin) => {
    let arrived = 0
    const port = await serve((_, reply) => {
      arrived++
      reply.end()
    })
    for (const allowHttp of [false, true]) {
      const { guardedFetch, events } = guard({ allowNetworks: [], allowHttp, ports: [80, 443, port] })
      await expect(guardedFetch(`${origin}:${port}/`)).rejects.toMatchObject({ kind: 'refused' })
      expect(events).toEqual(['outbound.refused'])
    }
    expect(arrived).toBe(0)
  },
)

test('a name that leads to one public and one private address is refused', async () => {
  const resolve = async () => ['93.184.216.34', '10.0.0.1']
  const { guardedFetch, assertAllowedUrl } = guard({ allowNetworks: [], resolve })
  await expect(guardedFetch('https://two.example/')).rejects.toMatchObject({ kind: 'refused' })
  await expect(assertAllowedUrl('https://two.example/', '/url')).rejects.toMatchObject({
    reason: 'request.invalid-field',
    pointer: '/url',
  })
})

test('plain HTTP and odd ports are for names that lead into named networks only', async () => {
  const { guardedFetch } = guard({ resolve: async () => ['127.0.0.1', '93.184.216.34'] })
  await expect(guardedFetch('http://mixed.example:1/')).rejects.toMatchObject({ kind: 'refused' })
})

test('what is saved is judged by the same rules as what is sent', async () => {
  const { assertAllowedUrl } = guard({
    resolve: async (host) => (host === 'none.example' ? [] : ['93.184.216.34']),
  })
  await assertAllowedUrl('https://receiver.example/hook')
  await assertAllowedUrl('http://127.0.0.1:9999/hook')
  for (const url of [
    'http://receiver.example/',
    'https://receiver.example:22/',
    'https://none.example/',
    'x',
  ]) {
    await expect(assertAllowedUrl(url)).rejects.toMatchObject({ reason: 'request.invalid-field' })
  }
})

test('the name is resolved once and stays the name of the request, so a second answer cannot redirect it', async () => {
  const port = await serve((request, reply) => reply.end(request.headers.host))
  let asked = 0
  const { guardedFetch } = guard({ resolve: async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']) })
  const reply = await guardedFetch(`http://receiver.example:${port}/`)
  expect(reply.body.toString()).toBe(`receiver.example:${port}`)
  expect(asked).toBe(1)
})

test('a certificate is checked against the name, not against the address', async () => {
  const { key, cert } = certificateFor('receiver.example')
  const port = await listening(
    createSecureServer({ key, cert }, (request, reply) =>
      reply.end((request.socket as TLSSocket).servername),
    ),
  )
  const resolve = async () => ['127.0.0.1']
  const trusting = guard({ resolve, authorities: [cert] })
  const reply = await trusting.guardedFetch(`https://receiver.example:${port}/`)
  expect(reply.body.toString()).toBe('receiver.example')
  await expect(trusting.guardedFetch(`https://other.example:${port}/`)).rejects.toMatchObject({ kind: 'tls' })
  const strange = guard({ resolve })
  await expect(strange.guardedFetch(`https://receiver.example:${port}/`)).rejects.toMatchObject({
    kind: 'tls',
  })
})

test('a redirect is handed back and not followed', async () => {
  const urls: (string | undefined)[] = []
  const port = await serve((request, reply) => {
    urls.push(request.url)
    reply.writeHead(302, { location: '/elsewhere' }).end()
  })
  const { guardedFetch } = guard()
  expect(await guardedFetch(`http://127.0.0.1:${port}/`)).toMatchObject({
    status: 302,
    headers: { location: '/elsewhere' },
  })
  expect(urls).toEqual(['/'])
})

test('a receiver that drips its reply is left at the total time', async () => {
  const port = await serve((_, reply) => {
    const timer = setInterval(() => reply.write('x'), 20)
    reply.on('close', () => clearInterval(timer))
  })
  const { guardedFetch } = guard()
  await expect(guardedFetch(`http://127.0.0.1:${port}/`, { timeoutMs: 150 })).rejects.toMatchObject({
    kind: 'timeout',
  })
})

test('a resolver that hangs is left at the total time', async () => {
  const { guardedFetch } = guard({ resolve: () => new Promise(() => {}) })
  await expect(guardedFetch('https://receiver.example/', { timeoutMs: 50 })).rejects.toMatchObject({
    kind: 'timeout',
  })
})

test('an endless reply is cut off at its limit and its connection closed', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const port = await serve((_, reply) => {
    const pour = () => {
      while (!reply.destroyed && reply.write('x'.repeat(1000)));
    }
    reply.on('drain', pour).on('close', () => resolve())
    pour()
  })
  const { guardedFetch } = guard()
  const reply = await guardedFetch(`http://127.0.0.1:${port}/`, { maxReplyBytes: 5_500 })
  expect(reply).toMatchObject({ status: 200, truncated: true })
  expect(reply.body.toString()).toBe('x'.repeat(5_500))
  await promise
})

test('a reply of exactly the limit is whole', async () => {
  const port = await serve((_, reply) => reply.end('x'.repeat(500)))
  const { guardedFetch } = guard()
  const reply = await guardedFetch(`http://127.0.0.1:${port}/`, { maxReplyBytes: 500 })
  expect(reply).toMatchObject({ truncated: false })
  expect(reply.body.length).toBe(500)
})

test('compressed replies are neither asked for nor unpacked', async () => {
  const port = await serve((request, reply) => {
    reply.setHeader('content-encoding', 'gzip').end(request.headers['accept-encoding'])
  })
  const { guardedFetch } = guard()
  expect((await guardedFetch(`http://127.0.0.1:${port}/`)).body.toString()).toBe('identity')
})

test('each way to get no reply has its own kind', async () => {
  const port = await serve((_, reply) => void reply.socket?.destroy())
  const { guardedFetch } = guard({ resolve: async () => Promise.reject(new Error('ENOTFOUND')) })
  const stopped = { signal: AbortSignal.abort() }
  await expect(guardedFetch('https://none.example/')).rejects.toMatchObject({ kind: 'dns' })
  await expect(guardedFetch('http://127.0.0.1:1/')).rejects.toMatchObject({ kind: 'connect' })
  await expect(guardedFetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ kind: 'reset' })
  await expect(guardedFetch(`http://127.0.0.1:${port}/`, stopped)).rejects.toMatchObject({ kind: 'aborted' })
  await expect(guardedFetch(`http://127.0.0.1:${port}/`, { headers: { Host: 'x' } })).rejects.toMatchObject({
    kind: 'refused',
  })
})

test('proxies of the environment are not used', async () => {
  const port = await serve((request, reply) => reply.end(request.url))
  process.env.http_proxy = 'http://127.0.0.1:9'
  process.env.HTTP_PROXY = 'http://127.0.0.1:9'
  try {
    expect((await guard().guardedFetch(`http://127.0.0.1:${port}/direct`)).body.toString()).toBe('/direct')
  } finally {
    delete process.env.http_proxy
    delete process.env.HTTP_PROXY
  }
})
