import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiTarget, apiTarget } from './api-target.ts'

let server: Server
let target: ApiTarget
let answer: (response: ServerResponse) => void = () => undefined

/** Every reply a server or what stands before it can give, over real HTTP. */
function reply(status: number, body: unknown, headers: Record<string, string> = {}): void {
  answer = (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

function fault(code: number, info?: Record<string, unknown>) {
  return { errors: [{ code, message: 'words', source: 'API', ...(info === undefined ? {} : { info }) }] }
}

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    request.on('end', () => answer(response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  target = apiTarget({ url: `http://127.0.0.1:${port}`, apikey: 'k_test_12345', timeoutMs: 300 })
})

afterAll(async () => {
  await target.close()
  server.closeAllConnections()
  server.close()
})

const create = () =>
  target.createProfile({ role: 'INDIVIDUAL_CUSTOMER', collected_data: {} }, { idempotencyKey: 'k' })

describe('what came back', () => {
  it('is a yes with its ETag, and says when the server had done it before', async () => {
    reply(200, { id: 'p1', role: 'INDIVIDUAL_CUSTOMER' }, { 'idempotency-replayed': 'true' })
    expect(await create()).toMatchObject({ kind: 'yes', value: { id: 'p1' }, replayed: true })
  })

  it('is unknown when it failed on the way or cannot be read', async () => {
    for (const status of [500, 502, 503, 504]) {
      reply(status, 'Bad gateway')
      expect(await create(), String(status)).toMatchObject({ kind: 'unknown' })
    }
    reply(200, 'half of a reply')
    expect(await create()).toMatchObject({ kind: 'unknown' })
    answer = (response) => response.destroy()
    expect(await create()).toMatchObject({ kind: 'unknown' })
    answer = () => undefined
    expect(await create()).toMatchObject({ kind: 'unknown' })
  })

  it('is not done, and possible later, when asked to wait or when nobody was there', async () => {
    reply(429, fault(201), { 'x-ratelimit-reset-secs': '7', 'retry-after': '2' })
    expect(await create()).toMatchObject({ kind: 'later', waitMs: 7_000 })
    reply(429, fault(201), { 'retry-after': '2' })
    expect(await create()).toMatchObject({ kind: 'later', waitMs: 2_000 })
    reply(409, fault(202, { reason: 'idempotency-key.in-progress' }), { 'retry-after': '1' })
    expect(await create()).toMatchObject({ kind: 'later', waitMs: 1_000 })
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const nobody = apiTarget({ url: `http://127.0.0.1:${port}`, apikey: 'k_test_12345' })
    expect(await nobody.whoAmI()).toMatchObject({ kind: 'later', waitMs: null })
    await nobody.close()
  })

  it('is a final no with its reason and fields, and names the profile that stands in the way', async () => {
    reply(400, fault(201, { reason: 'request.invalid-field', pointer: '/collected_data/dob' }))
    expect(await create()).toMatchObject({
      kind: 'no',
      status: 400,
      code: 'request.invalid-field',
      why: 'words (/collected_data/dob)',
    })
    reply(409, fault(202, { reason: 'profile.customer-ref-taken', profile_id: 'p9' }))
    expect(await create()).toMatchObject({ kind: 'no', status: 409, existingId: 'p9' })
    for (const status of [401, 403, 404, 422]) {
      reply(status, fault(204))
      expect(await create(), String(status)).toMatchObject({ kind: 'no', status, code: '204' })
    }
  })

  it('is a no when the document had changed', async () => {
    reply(412, { entity_type: 'COMPANY' }, { etag: 'W/"2"' })
    const stale = await target.replaceCollectedData('p1', {}, { ifMatch: 'W/"1"' })
    expect(stale).toMatchObject({ kind: 'no', status: 412 })
  })
})

describe('pages of profiles', () => {
  it('go on by the cursor where there is one, and by the offset where there is none', async () => {
    const results = [{ id: 'p1', role: 'INDIVIDUAL_CUSTOMER' }]
    reply(200, { count: 3, limit: 1, offset: 0, results, after: 'cursor' })
    expect(await target.listProfiles(null, null)).toMatchObject({ value: { next: 'cursor' } })
    reply(200, { count: 2, limit: 1, offset: 0, results })
    expect(await target.listProfiles(null, null)).toMatchObject({ value: { next: 'offset:1' } })
    expect(await target.listProfiles(null, 'offset:1')).toMatchObject({ value: { next: null } })
    expect(await target.listProfiles(null, 'cursor')).toMatchObject({ value: { next: null } })
  })
})
