import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import type { TagResource } from '@drawbridge/schema/tag.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MadeProfile, makePerson, reasonOf } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { withScope } from '../../platform/scope.ts'
import { upsertTag } from './queries.ts'

let server: TestServer
let person: MadeProfile
beforeAll(async () => {
  server = await startTestServer()
  person = await makePerson(server)
})
afterAll(() => server.close())

const addTag = (name: unknown, to = person.path) =>
  server.ask<TagResource>('POST', `${to}/tags`, { body: { name } })
const tagsOf = async (path: string) => (await server.ask<ProfileResource>('GET', path)).body.tags ?? []
const found = async (q: string) => {
  const query = new URLSearchParams({ q, limit: '200' })
  const listed = await server.ask<{ results: { id: string }[] }>('GET', `/4.0/profiles?${query}`)
  return listed.body.results.map((profile) => profile.id)
}

test('a tag is attached once however often it is added, and found by name afterwards', async () => {
  const first = await addTag('migrated')
  expect(first.body).toEqual({ id: expect.any(String), name: 'migrated', is_automatic: false })
  expect((await addTag('  migrated ')).body).toEqual(first.body)
  expect(await tagsOf(person.path)).toEqual([first.body])
  expect(await found('migrated')).toEqual([person.id])
})

test('the same tag on another profile is the same tag, and each profile is found', async () => {
  const other = await makePerson(server)
  const [mine, theirs] = [await addTag('wave one'), await addTag('wave one', other.path)]
  expect(theirs.body.id).toBe(mine.body.id)
  expect((await found('wave one')).sort()).toEqual([person.id, other.id].sort())
})

test('a removed tag is gone from the profile and from the search, and words of other tags stay findable', async () => {
  const other = await makePerson(server)
  const both = (await addTag('late batch', other.path)).body
  const kept = (await addTag('late payer', other.path)).body
  const removed = await server.ask('DELETE', `${other.path}/tags/${both.id}`)
  expect([removed.status, removed.body]).toEqual([200, both])
  expect(await tagsOf(other.path)).toEqual([kept])
  expect(await found('batch')).toEqual([])
  expect(await found('late')).toEqual([other.id])
  const again = await server.ask('DELETE', `${other.path}/tags/${both.id}`)
  expect([again.status, reasonOf(again)]).toEqual([404, 'tag.unknown'])
})

test('a tag has 1 to 64 characters and not only spaces; anything else is refused with a pointer', async () => {
  expect((await addTag('ß'.repeat(64))).status).toBe(200)
  for (const name of ['', '   ', 'x'.repeat(65), null, 7, undefined]) {
    const refused = await addTag(name)
    expect(refused.status, String(name)).toBe(400)
    expect(refused.body).toMatchObject({ errors: [{ info: { pointer: '/name' } }] })
  }
})

test('tags are searched by the beginning of their name or of a word, in order, within the environment', async () => {
  for (const name of ['Region North', 'region south', 'northern']) await addTag(name)
  const search = async (term: string, query = '', key?: string) => {
    const asked = key === undefined ? {} : { key }
    const answer = await server.ask<TagResource[]>(
      'GET',
      `/4.0/tags/search/${encodeURIComponent(term)}${query}`,
      asked,
    )
    return answer.body.map((tag) => tag.name)
  }
  expect(await search('north')).toEqual(['northern', 'Region North'])
  expect(await search('REGION')).toEqual(['Region North', 'region south'])
  expect(await search('REGION', '?limit=1')).toEqual(['Region North'])
  expect(await search('orth')).toEqual([])
  expect(await search('north', '', server.live.key)).toEqual([])
  expect((await server.ask('GET', '/4.0/tags/search/north?limit=0')).status).toBe(400)
})

test('among more tags than are read at a time the first in order are found, wherever they stand', async () => {
  const opening = { accountId: server.live.accountId, actor: { kind: 'system' as const, id: null } }
  await withScope(server.engine, opening, async (scope) => {
    for (let number = 1_099; number >= 0; number -= 1)
      await upsertTag(scope, `many ${String(number).padStart(4, '0')}`)
  })
  const search = async (query: string) => {
    const path = `/4.0/tags/search/many?${query}`
    const { body } = await server.ask<TagResource[]>('GET', path, { key: server.live.key })
    return body.map((tag) => tag.name)
  }
  expect(await search('limit=3')).toEqual(['many 0000', 'many 0001', 'many 0002'])
  expect(new Set(await search('limit=200')).size).toBe(200)
})

test('the same tag added by many at once is one tag', async () => {
  const people = await Promise.all(Array.from({ length: 6 }, () => makePerson(server)))
  const added = await Promise.all(people.map((one) => addTag('all at once', one.path)))
  expect(added.map((answer) => answer.status)).toEqual(people.map(() => 200))
  expect(new Set(added.map((answer) => answer.body.id)).size).toBe(1)
})
