import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MadeProfile, makePerson, reasonOf } from '../../../test/cases.ts'
import { type Answer, startTestServer, type TestServer } from '../../../test/server.ts'
import { withClient } from '../postgres/roles.ts'
import { expireIdempotency } from './index.ts'

let server: TestServer
let person: MadeProfile
beforeAll(async () => {
  server = await startTestServer()
  person = await makePerson(server)
})
afterAll(() => server.close())

const newProfile = (reference: string) => ({
  role: 'INDIVIDUAL_CUSTOMER',
  collected_data: {
    entity_type: 'INDIVIDUAL',
    customer_ref: reference,
    personal_details: { name: { given_names: ['Mira'], family_name: 'Oduya' } },
  },
})

const create = (key: string, reference: string, more: { key?: string } = {}) =>
  server.ask<{ id: string }>('POST', '/4.0/profiles', {
    ...more,
    headers: { 'idempotency-key': key },
    body: newProfile(reference),
  })

const replayed = (answer: Answer) => answer.headers.get('idempotency-replayed')

async function countWhere(condition: string): Promise<number> {
  return withClient(server.database.adminConfig, async (client) => {
    const { rows } = await client.query<{ rows: string }>(`select count(*)::text as rows from ${condition}`)
    return Number(rows[0]?.rows)
  })
}

test('a request sent again under its key has one effect and the same bytes in reply, and says so', async () => {
  const first = await create('"replay-1"', 'replay-1')
  const again = await create('replay-1', 'replay-1')
  expect([first.status, replayed(first)]).toEqual([200, null])
  expect([again.status, replayed(again)]).toEqual([200, 'true'])
  expect(again.text).toBe(first.text)
  expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
  expect(await countWhere(`profile where id = '${first.body.id}'`)).toBe(1)
})

test('a replayed ETag is the one that was given out', async () => {
  const path = `${person.path}/collected_data`
  const { body, headers } = await server.ask('GET', path)
  const asked = {
    headers: { 'idempotency-key': 'etag-1', 'if-match': headers.get('etag') ?? '' },
    body,
  }
  const first = await server.ask('POST', path, asked)
  const again = await server.ask('POST', path, asked)
  expect([again.status, again.text, replayed(again)]).toEqual([200, first.text, 'true'])
  expect(again.headers.get('etag')).toBe(first.headers.get('etag'))
  expect(first.headers.get('etag')).not.toBe(headers.get('etag'))
})

test('sixty requests at once under each of twenty keys have twenty effects and one reply a key', async () => {
  const before = await countWhere('profile')
  const outcomes: Answer[][] = []
  for (let key = 0; key < 20; key += 1)
    outcomes.push(await Promise.all(Array.from({ length: 60 }, () => create(`crowd-${key}`, `crowd-${key}`))))
  for (const answers of outcomes) {
    const done = answers.filter((answer) => answer.status === 200)
    expect(done.filter((answer) => replayed(answer) === null)).toHaveLength(1)
    expect(new Set(done.map((answer) => answer.text)).size).toBe(1)
    for (const answer of answers) expect([200, 409, 503]).toContain(answer.status)
  }
  expect((await countWhere('profile')) - before).toBe(20)
})

test('another request under a used key is refused: body, path, query or condition', async () => {
  const headers = { 'idempotency-key': 'used-1' }
  const path = `${person.path}/tags`
  expect((await server.ask('POST', path, { headers, body: { name: 'one' } })).status).toBe(200)
  const other = await makePerson(server)
  for (const answer of [
    await server.ask('POST', path, { headers, body: { name: 'two' } }),
    await server.ask('POST', path, { headers, body: '{ "name":"one"}' }),
    await server.ask('POST', `${other.path}/tags`, { headers, body: { name: 'one' } }),
    await server.ask('POST', `${path}?x=1`, { headers, body: { name: 'one' } }),
    await server.ask('POST', path, { headers: { ...headers, 'if-match': '*' }, body: { name: 'one' } }),
  ])
    expect([answer.status, reasonOf(answer)]).toEqual([422, 'idempotency-key.reused'])
  const reordered = await server.ask('POST', path, { headers, body: { name: 'one' } })
  expect([reordered.status, replayed(reordered)]).toEqual([200, 'true'])
})

test('a key belongs to its environment and outlives the API key that sent it', async () => {
  const first = await create('scoped', 'scoped')
  const live = await create('scoped', 'scoped', { key: server.live.key })
  expect([live.status, replayed(live)]).toEqual([200, null])
  expect(live.body.id).not.toBe(first.body.id)
  const rotated = await server.issueKey(server.demo.accountId, 'MIGRATION')
  expect((await create('scoped', 'scoped', { key: rotated })).text).toBe(first.text)
})

test('a conflict is replayed as it was told, even after its cause is gone', async () => {
  const holder = await create('holder', 'taken-ref')
  const refused = await create('conflict', 'taken-ref')
  expect([refused.status, reasonOf(refused)]).toEqual([409, 'profile.customer-ref-taken'])
  const path = `/4.0/profiles/${holder.body.id}`
  expect((await server.ask('POST', `${path}/delete`, { body: { confirm_id: holder.body.id } })).status).toBe(
    200,
  )
  const again = await create('conflict', 'taken-ref')
  expect([again.status, again.text, replayed(again)]).toEqual([409, refused.text, 'true'])
})

test('a stale condition is replayed with the document and ETag of that moment', async () => {
  const path = `${person.path}/collected_data`
  const asked = {
    headers: { 'idempotency-key': 'stale-1', 'if-match': 'W/"1.000"' },
    body: newProfile('x').collected_data,
  }
  const first = await server.ask('POST', path, asked)
  expect(first.status).toBe(412)
  await server.ask('POST', path, { body: { ...newProfile('y').collected_data, customer_ref: 'moved-on' } })
  const again = await server.ask('POST', path, asked)
  expect([again.status, again.text, again.headers.get('etag')]).toEqual([
    412,
    first.text,
    first.headers.get('etag'),
  ])
})

test('a malformed request leaves its key unused', async () => {
  const headers = { 'idempotency-key': 'mended' }
  const path = `${person.path}/tags`
  for (const body of ['{', { name: '' }, {}])
    expect((await server.ask('POST', path, { headers, body })).status).toBe(400)
  const absent = await server.ask('POST', `/4.0/profiles/${crypto.randomUUID()}/tags`, {
    headers,
    body: { name: 'a' },
  })
  expect(absent.status).toBe(404)
  const mended = await server.ask('POST', path, { headers, body: { name: 'mended' } })
  expect([mended.status, replayed(mended)]).toEqual([200, null])
})

test('a key that is no key is refused before anything is done', async () => {
  for (const key of ['', '""', '"open', 'two words', '"a" "b"', 'x'.repeat(256), 'sch\u00f6n', '"a\\b"']) {
    const answer = await server.ask('POST', `${person.path}/tags`, {
      headers: { 'idempotency-key': key },
      body: { name: 'never' },
    })
    expect([answer.status, reasonOf(answer)], key).toEqual([400, 'idempotency-key.malformed'])
  }
  const quoted = await server.ask('POST', `${person.path}/tags`, {
    headers: { 'idempotency-key': '"a \\"quoted\\" key"' },
    body: { name: 'q' },
  })
  expect([quoted.status, reasonOf(quoted)]).toEqual([400, 'idempotency-key.malformed'])
})

test('a file is added once under its key', async () => {
  const { classicPdf } = await import('../inspect/files.test-kit.ts')
  const asked = {
    headers: { 'idempotency-key': 'file-1' },
    body: { data: classicPdf().toString('base64'), name: 'once.pdf' },
  }
  const first = await server.ask('POST', `${person.path}/files`, asked)
  const again = await server.ask('POST', `${person.path}/files`, asked)
  expect([again.status, again.text, replayed(again)]).toEqual([200, first.text, 'true'])
  expect(await countWhere(`file where profile_id = '${person.id}'`)).toBe(1)
})

test('a reply is remembered for thirty days and then forgotten', async () => {
  const first = await create('thirty', 'thirty-1')
  const day = 24 * 60 * 60 * 1000
  const { accountId } = server.demo
  expect(await expireIdempotency(server.engine.pool, accountId, new Date(Date.now() + 29 * day))).toBe(0)
  expect((await create('thirty', 'thirty-1')).text).toBe(first.text)
  const kept = await countWhere(`idempotency where account_id = '${accountId}'`)
  expect(await expireIdempotency(server.engine.pool, accountId, new Date(Date.now() + 31 * day))).toBe(kept)
  expect(await countWhere('idempotency')).toBeGreaterThan(0)
  const other = await create('thirty', 'thirty-2')
  expect([other.status, replayed(other)]).toEqual([200, null])
})

test('the kept reply is sealed, and goes with the profile that it shows', async () => {
  const { status, text, body } = await create('sealed', 'sealed-ref-4711')
  expect(status, text).toBe(200)
  const kept = `idempotency where profile_id = '${body.id}'`
  expect(await countWhere(`${kept} and body is not null and position('Oduya'::bytea in body) = 0`)).toBe(1)
  await server.ask('POST', `/4.0/profiles/${body.id}/delete`, { body: { confirm_id: body.id } })
  expect(await countWhere(`${kept} and body is null and status = 200`)).toBe(1)
  const again = await create('sealed', 'sealed-ref-4711')
  expect(again.status).toBe(409)
  expect(again.text).not.toContain('Oduya')
})
