import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { allOperations } from '@drawbridge/schema/all-operations.ts'
import { ErrorBody } from '@drawbridge/schema/error-body.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addressOf } from '../../../test/calls.ts'
import { type MadeProfile, makePerson, reasonOf } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { authenticator } from '../../rooms/accounts/index.ts'
import { routes } from '../../wiring.ts'
import { createLogger } from '../log.ts'
import { createApp } from './index.ts'

let server: TestServer
let person: MadeProfile
beforeAll(async () => {
  server = await startTestServer()
  person = await makePerson(server)
})
afterAll(() => server.close())

const addTag = (body: unknown, headers: Record<string, string> = {}) =>
  server.ask('POST', `${person.path}/tags`, { body, headers })

/** Sends bytes as they are on a connection of their own and returns all that comes back. */
async function sendRaw(bytes: string): Promise<{ status: number; body: unknown }> {
  const { hostname, port } = new URL(server.url)
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'))
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
  })
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), body: JSON.parse(body) }
}

test('an address that is not there, and a method that it does not take, say so in the shape of the contract', async () => {
  const unknown = await server.ask('GET', '/4.0/nothing', { key: undefined })
  expect([unknown.status, reasonOf(unknown)]).toEqual([404, 'route.unknown'])
  for (const operation of allOperations) {
    const address = addressOf(operation, {})
    const taken = allOperations.filter(({ path }) => path === operation.path).map(({ method }) => method)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND']) {
      if (taken.some((known) => known === method)) continue
      const sent = method === 'PATCH' ? { body: 'x', headers: { 'content-type': 'text/plain' } } : {}
      const answer = await server.ask(method, address, sent)
      expect(answer.status, `${method} ${operation.path}`).toBe(405)
      expect(answer.headers.get('allow')).toBe([...new Set(taken)].sort().join(', '))
      if (method !== 'HEAD') expect(reasonOf(answer)).toBe('route.method-not-allowed')
    }
  }
})

test('one entry for each fault, with a pointer to its field', async () => {
  const answer = await server.ask('POST', '/4.0/profiles', {
    body: {
      role: 'SOMEBODY',
      collected_data: { entity_type: 'INDIVIDUAL', personal_details: { dob: '1984-13', nationality: 'gb' } },
      applications: [{ product: {} }],
    },
  })
  expect(answer.status).toBe(400)
  const { errors } = ErrorBody.parse(answer.body)
  expect(errors.map((error) => (error.info as { pointer: string }).pointer).sort()).toEqual([
    '/applications/0/product/alias',
    '/collected_data/personal_details/dob',
    '/collected_data/personal_details/nationality',
    '/role',
  ])
  for (const error of errors)
    expect(error).toMatchObject({ source: 'API', message: expect.stringMatching(/\w/) })
})

test('JSON that means two things, or too much, is refused with its place', async () => {
  const bombs: [string, string][] = [
    ['{"name":"a\\u0000b"}', 'request.malformed'],
    ['{"name":"\\ud800"}', 'request.malformed'],
    ['{"name":"a","name":"b"}', 'request.malformed'],
    ['{"name":1e400}', 'request.malformed'],
    [`{"name":${'9'.repeat(400)}}`, 'request.malformed'],
    [`${'['.repeat(100_000)}`, 'request.too-deep'],
    [`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, 'request.too-deep'],
    ['{"name":"a"}{}', 'request.malformed'],
    ['{"name":"a",}', 'request.malformed'],
    ["{'name':'a'}", 'request.malformed'],
    ['', 'request.missing-field'],
    [' ', 'request.malformed'],
    ['NaN', 'request.malformed'],
  ]
  for (const [body, reason] of bombs) {
    const answer = await addTag(body)
    expect([answer.status, reasonOf(answer)], body.slice(0, 30)).toEqual([400, reason])
  }
  const bytes = await addTag(new Uint8Array([0x22, 0xff, 0xfe, 0x22]))
  expect([bytes.status, reasonOf(bytes)]).toEqual([400, 'request.malformed'])
})

test('a body of another type is 415, whatever is in it', async () => {
  for (const type of [
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    ';;;',
  ])
    expect((await addTag('{"name":"a"}', { 'content-type': type })).status, type).toBe(415)
  for (const type of [
    'application/json',
    'application/json;charset=utf-8',
    'Application/JSON ; charset=UTF-8',
  ])
    expect((await addTag('{"name":"a"}', { 'content-type': type })).status, type).toBe(200)
})

test('a compressed body is 415, since what it unfolds to is not known', async () => {
  const body = new Uint8Array(gzipSync('{"name":"packed"}'))
  const answer = await addTag(body, { 'content-encoding': 'gzip' })
  expect([answer.status, reasonOf(answer), answer.headers.get('accept-encoding')]).toEqual([
    415,
    'request.unsupported-media-type',
    'identity',
  ])
  expect((await addTag('{"name":"plain"}', { 'content-encoding': 'identity' })).status).toBe(200)
})

test('a condition that is no list of ETags is 400, and every form of one is understood', async () => {
  const path = `${person.path}/collected_data`
  const { body, headers } = await server.ask('GET', path)
  const post = async (condition: string) =>
    (await server.ask('POST', path, { body, headers: { 'if-match': condition } })).status
  for (const malformed of ['abc', 'W/', '"open', '"a" x', 'w/"a"', ','])
    expect(await post(malformed), malformed).toBe(400)
  expect(await post('W/"1.000", W/"2.000"')).toBe(412)
  expect(await post(`W/"1.000" , ${headers.get('etag')}`)).toBe(200)
  expect(await post('*')).toBe(200)
})

test('bytes that are no HTTP are answered in the shape of the contract', async () => {
  const head = `POST ${person.path}/tags HTTP/1.1\r\nHost: x\r\napikey: ${server.demo.key}\r\nContent-Type: application/json\r\n`
  const cases: [string, number, string][] = [
    ['NONSENSE\r\n\r\n', 400, 'request.malformed'],
    [`${head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n`, 400, 'request.malformed'],
    [`${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`, 400, 'request.malformed'],
    [`${head}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'request.headers-too-large'],
    [`GET /4.0/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 400, 'request.malformed'],
    [
      `GET /4.0/profiles/${'a'.repeat(5_000)} HTTP/1.1\r\nHost: x\r\napikey: ${server.demo.key}\r\nConnection: close\r\n\r\n`,
      404,
      'profile.unknown',
    ],
  ]
  for (const [bytes, status, reason] of cases) {
    const answer = await sendRaw(bytes)
    expect([answer.status, reasonOf(answer)], bytes.slice(-60)).toEqual([status, reason])
    expect(() => ErrorBody.parse(answer.body)).not.toThrow()
  }
  expect((await server.ask('GET', '/4.0/whoami')).status).toBe(200)
})

test('a caller who sends slowly or leaves in the middle is not waited for without end', async () => {
  const app = createApp({ ...settings(), log: server.engine.log })
  expect(app.server.headersTimeout).toBe(15_000)
  expect(app.server.requestTimeout).toBe(60_000)
  await app.close()
  const { hostname, port } = new URL(server.url)
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`POST ${person.path}/tags HTTP/1.1\r\nHost: x\r\napikey: ${server.demo.key}\r\n`)
      socket.write('Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"na')
      setTimeout(() => socket.destroy(), 50)
    })
    socket.on('close', () => resolve())
  })
  expect((await server.ask('GET', '/4.0/whoami')).status).toBe(200)
})

function settings() {
  return {
    engine: server.engine,
    routes,
    authenticate: authenticator(server.engine),
    endpoints: [],
    observe: () => undefined,
  }
}

test('no key, address or body of a request reaches a log, at any level', async () => {
  const lines: string[] = []
  const log = createLogger({ level: 'debug', destination: { write: (line: string) => lines.push(line) } })
  const app = createApp({ ...settings(), log })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const secret = 'Quillon-7716'
  const key = server.demo.key
  for (const [address, init] of [
    [`/4.0/profiles?apikey=${key}&q=${secret}`, {}],
    [`/4.0/tags/search/${secret}?apikey=${key}`, { headers: { apikey: key } }],
    [`/4.0/%zz${secret}`, {}],
    [
      `${person.path}/tags`,
      {
        method: 'POST',
        headers: { apikey: key, 'content-type': 'application/json' },
        body: `{"name":"${secret}"}`,
      },
    ],
    [
      `${person.path}/tags`,
      {
        method: 'POST',
        headers: { apikey: key, 'content-type': 'application/json' },
        body: `{"nome":"${secret}"`,
      },
    ],
  ] as const)
    await (await fetch(`${url}${address}`, init)).arrayBuffer()
  await app.close()
  log.flush()
  const written = lines.join('')
  expect(written).toContain('request.answered')
  for (const hidden of [key, key.slice(15), secret, 'Mira', 'Oduya']) expect(written).not.toContain(hidden)
})
