import { inspect } from 'node:util'
import {
  CreateProfile,
  DeleteProfile,
  GetCollectedData,
  GetProfile,
  ListProfiles,
  ReplaceCollectedData,
  SetProfileStatus,
} from '@drawbridge/schema/profile.ts'
import { type AddTag, SearchTags } from '@drawbridge/schema/tag.ts'
import { WhoAmI } from '@drawbridge/schema/whoami.ts'
import { Agent, fetch as undiciFetch } from 'undici'
import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { createClient, UnsendableError } from './index.ts'
import { apikey, connect, id, json, person, refusal, refusalOf, serve } from './server.test-kit.ts'

describe('what is sent', () => {
  test('path parameters are encoded, lists are joined by commas, absent fields are left out', async () => {
    const { url, seen } = await serve((response, { url: target }) =>
      json(response, 200, target?.includes('/tags/') ? [] : { count: 0, limit: 5, offset: 0, results: [] }),
    )
    const client = connect(`${url}/`)
    await client.call(SearchTags, { term: 'VIP/höhe?&#%' })
    await client.call(ListProfiles, { q: 'Ana & Co', limit: 5, categories: ['CUSTOMER', 'APPLICANT'] })
    expect(seen[0]?.url).toBe('/4.0/tags/search/VIP%2Fh%C3%B6he%3F%26%23%25')
    expect(Object.fromEntries(new URL(seen[1]?.url ?? '', url).searchParams)).toStrictEqual({
      q: 'Ana & Co',
      limit: '5',
      categories: 'CUSTOMER,APPLICANT',
    })
  })

  test('the body is JSON, the conditions are headers, the key is a header of its own', async () => {
    const { url, seen } = await serve((response) => json(response, 200, {}))
    const client = connect(url, { userAgent: 'bank/1.0' })
    const collected = { entity_type: 'INDIVIDUAL' } as const
    const input = { profile_id: id, body: collected, if_match: 'W/"1579973191.798"' }
    await client.call(ReplaceCollectedData, input, { idempotencyKey: 'run-1/"x"' })
    await client.call(GetCollectedData, { profile_id: id })
    const [write, read] = seen
    expect(JSON.parse(write?.body ?? '')).toStrictEqual(collected)
    expect(write?.headers).toMatchObject({
      'content-type': 'application/json',
      'if-match': 'W/"1579973191.798"',
      'idempotency-key': '"run-1/\\"x\\""',
      'user-agent': 'bank/1.0',
      apikey,
    })
    expect(read?.headers).not.toHaveProperty('content-type')
    expect(read?.headers).not.toHaveProperty('idempotency-key')
    expect(seen.map((request) => request.url).join()).not.toContain(apikey)
  })

  test('an address with /4.0, as the documentation of the API writes it, is the same address', async () => {
    const { url, seen } = await serve((response) => json(response, 200, 'BANNED'))
    const { body } = await connect(`${url}/bank/4.0`).call(SetProfileStatus, {
      profile_id: id,
      body: 'BANNED',
    })
    expect(seen[0]).toMatchObject({ url: `/bank/4.0/profiles/${id}/status`, body: '"BANNED"' })
    expect(body).toBe('BANNED')
  })

  test.each(['.', '..', '', '\ud800'])(
    'a path parameter %j, which would be another address, is not sent',
    async (term) => {
      const { url, seen } = await serve((response) => json(response, 200, []))
      await expect(connect(url).call(SearchTags, { term })).rejects.toThrow(UnsendableError)
      expect(seen).toHaveLength(0)
    },
  )

  test('undici’s own fetch with a dispatcher can be handed in', async () => {
    const { url, seen } = await serve((response) => json(response, 200, { user: null }))
    const dispatcher = new Agent({ connections: 1 })
    onTestFinished(() => dispatcher.close())
    const client = connect(url, { fetch: (target, init) => undiciFetch(target, { ...init, dispatcher }) })
    await Promise.all([client.call(WhoAmI, {}), client.call(WhoAmI, {})])
    expect(seen).toHaveLength(2)
  })

  test.each([
    [{ url: 'ftp://bank' }, 'http'],
    [{ url: 'no address' }, 'http'],
    [{ url: 'http://a:b@bank' }, 'user name'],
    [{ apikey: `${apikey}\n` }, 'apikey'],
    [{ apikey: '' }, 'apikey'],
    [{ userAgent: 'ä' }, 'userAgent'],
  ])('options that cannot work are refused at once: %j', (wrong, words) => {
    const attempt = () => createClient({ url: 'http://localhost:8080', apikey, ...wrong })
    expect(attempt).toThrow(words)
    expect(attempt).not.toThrow(apikey)
  })

  test('the types know what each operation takes and gives', () => {
    const client = connect('http://localhost:8080')
    type Created = Awaited<ReturnType<typeof client.call<typeof CreateProfile>>>
    expectTypeOf<Created['body']['id']>().toEqualTypeOf<string>()
    expectTypeOf(client.call<typeof AddTag>)
      .parameter(1)
      .toExtend<{ profile_id: string; body: { name: string } }>()
  })
})

describe('what comes back', () => {
  test('a result has status, body, ETag and headers', async () => {
    const headers = { etag: 'W/"7"', 'idempotency-replayed': 'true', 'x-ratelimit-remaining': '12' }
    const { url } = await serve((response) => json(response, 201, { id }, headers))
    const answer = await connect(url).call(CreateProfile, { body: person }, { idempotencyKey: 'k' })
    expect(answer).toMatchObject({ status: 201, body: { id }, etag: 'W/"7"', replayed: true })
    expect(answer.headers.get('X-RateLimit-Remaining')).toBe('12')
  })

  test('unknown fields, unknown enum values and missing fields of a newer server are no fault', async () => {
    const newer = { id, role: 'TRUST_CUSTOMER', moon_phase: 'full' }
    const { url } = await serve((response) => json(response, 200, newer))
    const { body } = await connect(url).call(GetProfile, { profile_id: id })
    expect(body).toStrictEqual(newer)
  })

  test('a call that promises nothing may be answered with nothing', async () => {
    const { url } = await serve((response) => response.writeHead(200).end())
    const input = { profile_id: id, body: { confirm_id: id } }
    expect((await connect(url).call(DeleteProfile, input)).body).toStrictEqual({})
  })

  test('a refusal carries every fault, its reason and the words of the catalogue, and is not sent again', async () => {
    const { url, seen } = await serve((response) =>
      json(response, 409, refusal('profile.customer-ref-taken', 202, { existing_id: id })),
    )
    const error = await refusalOf(connect(url).call(CreateProfile, { body: person }, { idempotencyKey: 'k' }))
    expect(error).toMatchObject({
      status: 409,
      outcome: 'known-no',
      retryable: false,
      reason: 'profile.customer-ref-taken',
    })
    expect(error.errors[0]).toMatchObject({ code: 202, info: { existing_id: id } })
    expect(error.message).toBe(
      'CreateProfile was refused with status 409: Another profile has this customer reference (profile.customer-ref-taken)',
    )
    expect(seen).toHaveLength(1)
  })

  test('a stale If-Match shows the current document and its ETag', async () => {
    const { url } = await serve((response) =>
      json(response, 412, { entity_type: 'COMPANY' }, { etag: 'W/"8"' }),
    )
    const input = { profile_id: id, body: person.collected_data, if_match: 'W/"7"' }
    const error = await refusalOf(connect(url).call(ReplaceCollectedData, input))
    expect(error).toMatchObject({
      status: 412,
      outcome: 'known-no',
      current: { body: { entity_type: 'COMPANY' }, etag: 'W/"8"' },
    })
  })

  test.each([
    ['a list', [{ code: 201, message: 'no' }]],
    ['a single object', { code: 201, message: 'no' }],
  ])('a 200 whose `errors` are %s is a refusal', async (_kind, errors) => {
    const { url, seen } = await serve((response) => json(response, 200, { errors }))
    const error = await refusalOf(connect(url).call(CreateProfile, { body: person }, { idempotencyKey: 'k' }))
    expect(error).toMatchObject({ status: 200, outcome: 'known-no', errors: [{ code: 201 }] })
    expect(seen).toHaveLength(1)
  })

  test('a 200 whose `errors` are empty is a result', async () => {
    const { url } = await serve((response) => json(response, 200, { id, errors: [] }))
    expect((await connect(url).call(GetProfile, { profile_id: id })).body).toMatchObject({ id })
  })

  test('a redirect is not followed, so the key goes nowhere else', async () => {
    const elsewhere = await serve((response) => json(response, 200, {}))
    const { url } = await serve((response) => response.writeHead(307, { location: elsewhere.url }).end())
    const error = await refusalOf(connect(url).call(WhoAmI, {}))
    expect(error).toMatchObject({ status: 307, outcome: 'known-no', retryable: false })
    expect(elsewhere.seen).toHaveLength(0)
  })

  test('a proxy’s page without our errors is a refusal without faults', async () => {
    const { url } = await serve((response) => response.writeHead(403).end('<h1>Forbidden</h1>'))
    expect(await refusalOf(connect(url).call(WhoAmI, {}))).toMatchObject({
      status: 403,
      errors: [],
      outcome: 'known-no',
    })
  })

  test('the API key is in no error, however the server shows it back, and in no printed client', async () => {
    const { url } = await serve((response, { headers }) =>
      json(response, 400, {
        errors: [{ code: 201, message: `bad header apikey: ${headers.apikey}`, info: headers }],
      }),
    )
    const client = connect(url)
    const error = await refusalOf(client.call(WhoAmI, {}))
    expect(error.errors[0]?.message).toContain('bad header')
    expect(inspect({ error, client }, { depth: 20, showHidden: true })).not.toContain(apikey)
    const lost = await refusalOf(connect('http://127.0.0.1:9', { retries: 0 }).call(WhoAmI, {}))
    expect(inspect(lost, { depth: 20, showHidden: true })).not.toContain(apikey)
  })
})
