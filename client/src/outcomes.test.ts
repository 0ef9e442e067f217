import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { CreateProfile, GetProfile } from '@drawbridge/schema/profile.ts'
import { WhoAmI } from '@drawbridge/schema/whoami.ts'
import { describe, expect, test } from 'vitest'
import type { ClientOptions } from './index.ts'
import { connect, type Handler, id, json, person, refusal, refusalOf, serve } from './server.test-kit.ts'

const garbage: [string, Handler][] = [
  ['resets the connection', (response) => response.socket?.resetAndDestroy()],
  ['closes without a word', (response) => response.socket?.end()],
  ['answers 500', (response) => json(response, 500, refusal('service.fault', 401))],
  ['answers 502 with a page', (response) => response.writeHead(502).end('<h1>Bad gateway</h1>')],
  ['answers 503 for an unknown outcome', (response) => json(response, 503, refusal('outcome.unknown', 401))],
  ['answers 200 with a page', (response) => response.writeHead(200).end('<html>Log in to the hotel</html>')],
  ['answers 200 with nothing', (response) => response.writeHead(200).end()],
  ['answers 200 with another kind of JSON', (response) => json(response, 200, ['hello'])],
  ['answers 200 with half a document', (response) => response.writeHead(200).end('{"id":"0d3a')],
  [
    'answers 200 with bytes that are no text',
    (response) => response.writeHead(200).end(Buffer.from([0x7b, 0xff, 0x7d])),
  ],
  [
    'breaks off within the reply',
    (response) => {
      response.writeHead(200, { 'content-length': '999' }).write('{"id":')
      setTimeout(() => response.socket?.resetAndDestroy(), 10)
    },
  ],
  [
    'is still running the first request',
    (response) => json(response, 409, refusal('idempotency-key.in-progress', 202), { 'retry-after': '0' }),
  ],
]

describe.each(garbage)('a server that %s', (_what, handler) => {
  test('leaves the outcome unknown; without a key a write is sent once', async () => {
    const { url, seen } = await serve(handler)
    const error = await refusalOf(connect(url).call(CreateProfile, { body: person }))
    expect(error).toMatchObject({ outcome: 'unknown', retryable: true })
    expect(seen).toHaveLength(1)
  })

  test('is asked again with the same key and the same body, until it answers', async () => {
    const { url, seen } = await serve((response, request, count) =>
      count < 3 ? handler(response, request, count) : json(response, 200, { id }),
    )
    const answer = await connect(url).call(CreateProfile, { body: person }, { idempotencyKey: 'effect-1' })
    expect(answer.body.id).toBe(id)
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toStrictEqual(Array(3).fill('"effect-1"'))
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1)
  })
})

describe('patience', () => {
  test('a server that drips is given up when the time for the whole is over', async () => {
    const { url } = await serve((response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    const error = await refusalOf(connect(url, { timeoutMs: 200 }).call(CreateProfile, { body: person }))
    expect(error).toMatchObject({ outcome: 'unknown', retryable: true })
  })

  test('a server that never answers is given up, and its connection closed', async () => {
    let closed: Promise<unknown> | undefined
    const { url } = await serve((response) => {
      closed = once(response, 'close')
    })
    const error = await refusalOf(connect(url).call(CreateProfile, { body: person }, { timeoutMs: 100 }))
    expect(error).toMatchObject({ outcome: 'unknown', status: null })
    expect(error.message).toBe('CreateProfile got no reply in time')
    await closed
  })

  test('a connection that is refused did nothing, and is tried again also without a key', async () => {
    const port = await freePort()
    let tries = 0
    const counted: ClientOptions['fetch'] = (url, init) => {
      tries += 1
      return fetch(url, init)
    }
    const client = connect(`http://127.0.0.1:${port}`, { retries: 2, fetch: counted })
    const error = await refusalOf(client.call(CreateProfile, { body: person }))
    expect(error).toMatchObject({ outcome: 'known-no', retryable: true, status: null, errors: [] })
    expect(tries).toBe(3)
  })

  test('a name that does not resolve did nothing', async () => {
    const client = connect('http://no-such-host.invalid', { retries: 0 })
    expect(await refusalOf(client.call(WhoAmI, {}))).toMatchObject({ outcome: 'known-no', retryable: true })
  })

  test('a read is sent again without a key', async () => {
    const { url, seen } = await serve((response, _seen, count) =>
      count < 3 ? json(response, 500, {}) : json(response, 200, { id }),
    )
    expect((await connect(url).call(GetProfile, { profile_id: id })).body.id).toBe(id)
    expect(seen).toHaveLength(3)
  })

  test('429 is waited for as X-RateLimit-Reset-Secs says, and sent again without a key', async () => {
    const { url, seen } = await serve((response, _seen, count) =>
      count === 1
        ? json(response, 429, refusal('rate.exceeded', 201), {
            'x-ratelimit-reset-secs': '0.2',
            'retry-after': '3600',
          })
        : json(response, 200, { id }),
    )
    expect((await connect(url).call(CreateProfile, { body: person })).body.id).toBe(id)
    expect(seen).toHaveLength(2)
  })

  test.each([
    [{ 'x-ratelimit-reset-secs': '1200' }, 1200],
    [{ 'x-ratelimit-reset-secs': '1200', 'retry-after': '600' }, 1200],
    [{ 'retry-after': '900' }, 900],
    [{ 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }, 3600],
  ])('a pause longer than the caller’s patience is thrown with its length: %j', async (headers, seconds) => {
    const { url, seen } = await serve((response) =>
      json(response, 429, refusal('rate.exceeded', 201), headers),
    )
    const error = await refusalOf(connect(url).call(CreateProfile, { body: person }))
    expect(error).toMatchObject({ status: 429, outcome: 'known-no', retryable: true })
    expect(Math.abs((error.retryAfterSeconds ?? 0) - seconds)).toBeLessThan(60)
    expect(seen).toHaveLength(1)
  })

  test('where the limit is whole again only beyond the patience, the call goes as soon as Retry-After allows', async () => {
    const headers = { 'x-ratelimit-reset-secs': '3600', 'retry-after': '0' }
    const { url, seen } = await serve((response, _seen, count) =>
      count < 3 ? json(response, 429, refusal('rate.exceeded', 201), headers) : json(response, 200, { id }),
    )
    expect((await connect(url).call(CreateProfile, { body: person })).body.id).toBe(id)
    expect(seen).toHaveLength(3)
  })

  test('attempts are bounded, and `retries: 0` leaves them to the caller', async () => {
    const { url, seen } = await serve((response) => json(response, 500, {}))
    await refusalOf(connect(url).call(CreateProfile, { body: person }, { idempotencyKey: 'k' }))
    expect(seen).toHaveLength(5)
    await refusalOf(
      connect(url, { retries: 0 }).call(CreateProfile, { body: person }, { idempotencyKey: 'k' }),
    )
    expect(seen).toHaveLength(6)
  })

  test('a caller who gives up before sending has changed nothing; while waiting, the last refusal stands', async () => {
    const { url, seen } = await serve((response) =>
      json(response, 429, refusal('rate.exceeded', 201), { 'retry-after': '60' }),
    )
    const early = connect(url).call(CreateProfile, { body: person }, { signal: AbortSignal.abort() })
    expect(await refusalOf(early)).toMatchObject({ outcome: 'known-no', status: null })
    expect(seen).toHaveLength(0)
    const caller = new AbortController()
    const waiting = refusalOf(connect(url).call(CreateProfile, { body: person }, { signal: caller.signal }))
    await expect.poll(() => seen.length).toBe(1)
    caller.abort()
    expect(await waiting).toMatchObject({ status: 429, outcome: 'known-no' })
  })

  test('a caller who gives up while the request is out does not know the outcome, and it is not sent again', async () => {
    const caller = new AbortController()
    const { url, seen } = await serve(() => caller.abort())
    const options = { signal: caller.signal, idempotencyKey: 'k' }
    const error = await refusalOf(connect(url).call(CreateProfile, { body: person }, options))
    expect(error.outcome).toBe('unknown')
    expect(seen).toHaveLength(1)
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
