import type { EventResource } from '@drawbridge/schema/event.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type MadeProfile,
  makeCase,
  makePerson,
  personNamed,
  reasonOf,
  runChecks,
} from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { withScope } from '../../platform/scope.ts'
import { lockProfile } from '../profile-root/index.ts'
import { takeMatches } from './index.ts'

let server: TestServer
let person: MadeProfile
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  person = await makePerson(server)
})

const pep = {
  event_type: 'PEP_FLAG',
  match_id: 'm-1',
  match_name: 'MIRA ODUYA',
  pep: { match: true, tier: 1 },
}
const add = (data: object = pep) =>
  server.ask<EventResource>('POST', `${person.path}/events`, { body: { data } })
const list = async () => (await server.ask<EventResource[]>('GET', `${person.path}/events`)).body
const resolve = (id: string, body: object) =>
  server.ask<EventResource>('POST', `${person.path}/events/${id}`, { body })
const actions = async () =>
  (await server.ask<{ action: string }[]>('GET', `${person.path}/audit-items`)).body
    .map((item) => item.action)
    .filter((action) => action.includes('event'))

/** What a provider's answer does to the profile, in a transaction of its own. */
const take = (output: object, provider = 'lists') =>
  withScope(
    server.engine,
    { accountId: server.demo.accountId, actor: { kind: 'system', id: null } },
    async (scope) => {
      const profile = await lockProfile(scope, person.id)
      return takeMatches(scope, profile, { provider, providerName: 'Lists', checkId: null }, output)
    },
  )
const hits = (...ids: string[]) => ({
  sanctions_results: ids.map((id) => ({ match_id: id, match_name: 'MIRA ODUYA', pep: { match: true } })),
})

test('a match made up in a demo is there to be read, one by one and in the list, and is audited', async () => {
  const added = await add()
  expect(added.status, added.text).toBe(200)
  expect(added.body).toMatchObject({ resolution: 'UNRESOLVED', resolution_task_ids: [], data: pep })
  expect(added.body.resolution_date).toBeUndefined()
  expect(await list()).toEqual([added.body])
  const read = await server.ask('GET', `${person.path}/events/${added.body.id}`)
  expect(read.body).toEqual(added.body)
  expect(await actions()).toEqual(['added-event'])
})

test('every kind of match that the contract takes is kept with its own part; others are refused', async () => {
  const media = [{ title: 'News', url: 'https://news.example/1' }]
  for (const data of [
    { event_type: 'SANCTION_FLAG', sanctions: [{ name: 'A list', is_current: true }] },
    { event_type: 'ADVERSE_MEDIA_FLAG', media },
    { event_type: 'REFER_FLAG', brand_text: 'Lists' },
  ])
    expect((await add(data)).body.data).toMatchObject(data)
  for (const data of [{ event_type: 'FRAUD_FLAG' }, {}, { event_type: 'PEP_FLAG', score: 2 }])
    expect((await add(data)).status).toBe(400)
  expect(await list()).toHaveLength(3)
})

test('a match is made up in a demo only', async () => {
  const live = await makePerson(server, { key: server.live.key })
  const refused = await server.ask('POST', `${live.path}/events`, {
    key: server.live.key,
    body: { data: pep },
  })
  expect([refused.status, reasonOf(refused)]).toEqual([403, 'event.demo-only'])
})

test('a resolution is kept with its reason and time, and what was ignored can still be confirmed', async () => {
  const { id } = (await add()).body
  const ignored = await resolve(id, { resolution: 'IGNORE', resolution_reason: 'Another person' })
  expect(ignored.body).toMatchObject({ resolution: 'IGNORE', resolution_reason: 'Another person' })
  expect(ignored.body.resolution_date).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  const confirmed = await resolve(id, { resolution: 'MATCH' })
  expect(confirmed.body.resolution).toBe('MATCH')
  expect(confirmed.body.resolution_reason).toBeUndefined()
  const before = await actions()
  await resolve(id, { resolution: 'MATCH' })
  expect(await actions()).toEqual(before)
  expect(before).toEqual(['event-resolution', 'event-resolution', 'added-event'])
  const opened = await resolve(id, { resolution: 'UNRESOLVED' })
  expect(opened.body.resolution_date).toBeUndefined()
})

test('the tasks that were made of a match are kept with it', async () => {
  const { id } = (await add()).body
  const tasks = [crypto.randomUUID()]
  const made = await resolve(id, { resolution: 'CREATED_TASK', resolution_task_ids: tasks })
  expect(made.body.resolution_task_ids).toEqual(tasks)
  expect((await list())[0]).toEqual(made.body)
})

test('several matches are resolved together in the order of the request, or none of them', async () => {
  const ids = [(await add()).body.id, (await add({ ...pep, match_id: 'm-2' })).body.id]
  const bulk = (body: object[]) =>
    server.ask<EventResource[]>('POST', `${person.path}/events/bulk_update`, { body })
  const [first = '', second = ''] = ids
  const refused = await bulk([
    { id: second, resolution: 'MISMATCH' },
    { id: crypto.randomUUID(), resolution: 'MATCH' },
  ])
  expect([refused.status, reasonOf(refused)]).toEqual([404, 'event.unknown'])
  expect(refused.body).toMatchObject({ errors: [{ info: { pointer: '/1/id' } }] })
  expect((await list()).map((event) => event.resolution)).toEqual(['UNRESOLVED', 'UNRESOLVED'])
  const done = await bulk([
    { id: second, resolution: 'MISMATCH' },
    { id: first.toUpperCase(), resolution: 'MATCH', resolution_reason: 'Seen' },
  ])
  expect(done.body.map(({ id, resolution }) => [id, resolution])).toEqual([
    [second, 'MISMATCH'],
    [first, 'MATCH'],
  ])
  const tooMany = Array.from({ length: 201 }, () => ({ id: first, resolution: 'MATCH' }))
  expect((await bulk(tooMany)).status).toBe(400)
})

test('a provider that says the same again is no news; with other content what was set aside is open again', async () => {
  expect(await take(hits('a', 'b'))).toBe(2)
  expect(await take(hits('b', 'a'))).toBe(0)
  const [first, second] = await list()
  await resolve(first?.id ?? '', { resolution: 'MISMATCH', resolution_reason: 'Another person' })
  await resolve(second?.id ?? '', { resolution: 'MATCH' })
  expect(await take(hits('a', 'b'))).toBe(0)
  const {
    sanctions_results: [one, two],
  } = hits('a', 'b')
  const other = {
    sanctions_results: [
      { ...one, aliases: ['M. O.'] },
      { ...two, aliases: ['M. O.'] },
    ],
  }
  expect(await take(other)).toBe(2)
  const after = await list()
  expect(after.map((event) => [event.id, event.resolution])).toEqual([
    [first?.id, 'UNRESOLVED'],
    [second?.id, 'MATCH'],
  ])
  expect(after.map((event) => event.data.aliases)).toEqual([['M. O.'], ['M. O.']])
  expect(after[0]?.resolution_reason).toBeUndefined()
})

test('two providers never share a match, even under one name', async () => {
  await take(hits('a'), 'lists')
  await resolve((await list())[0]?.id ?? '', { resolution: 'IGNORE' })
  expect(await take(hits('a'), 'watch')).toBe(1)
  expect((await list()).map((event) => event.resolution)).toEqual(['IGNORE', 'UNRESOLVED'])
})

test('more hits than are processed leave a sign that the list is not whole', async () => {
  await take(hits(...Array.from({ length: 201 }, (_, index) => `m-${index}`)))
  const events = await list()
  expect(events).toHaveLength(201)
  expect(events.filter((event) => event.data.event_type === 'REVIEW_NEEDED')).toHaveLength(1)
})

test('neither the match nor what is said of it can be read in the database', async () => {
  await add()
  await resolve((await list())[0]?.id ?? '', { resolution: 'IGNORE', resolution_reason: 'Another Mira' })
  const client = new pg.Client(server.database.adminConfig)
  await client.connect()
  const { rows } = await client.query<{ line: string }>('select e::text as line from profile_event e')
  await client.end()
  for (const { line } of rows)
    for (const word of ['MIRA', 'Mira', 'm-1']) {
      expect(line).not.toContain(word)
      expect(line).not.toContain(Buffer.from(word).toString('hex'))
    }
  expect(rows.length).toBeGreaterThan(0)
})

test('an event is found only under its own profile', async () => {
  const { id } = (await add()).body
  const other = await makePerson(server)
  for (const path of [`${other.path}/events/${id}`, `${person.path}/events/${crypto.randomUUID()}`]) {
    const refused = await server.ask('GET', path)
    expect([refused.status, reasonOf(refused)]).toEqual([404, 'event.unknown'])
  }
})

test('what a screening finds becomes events, each once however often it runs', async () => {
  const body = {
    role: 'INDIVIDUAL_CUSTOMER',
    collected_data: personNamed('PEP SANCTION', { nationality: 'IRN' }),
  }
  person = await makeCase(server, {}, body)
  await runChecks(server)
  const found = await list()
  expect(found.map((event) => event.data.event_type).sort()).toEqual(['PEP_FLAG', 'SANCTION_FLAG'])
  for (const event of found) {
    expect(event).toMatchObject({ resolution: 'UNRESOLVED', data: { provider_name: expect.any(String) } })
    expect(event.data.match_id).toBeTruthy()
  }
  const again = await server.ask('POST', `${person.path}/checks`, {
    body: { check_type: 'PEPS_AND_SANCTIONS_SCREEN' },
  })
  expect(again.status, again.text).toBe(200)
  await runChecks(server)
  expect(await list()).toEqual(found)
  const shown = await server.ask<ProfileResource>('GET', person.path)
  expect(shown.body.events).toEqual(found)
  expect([...(shown.body.unresolved_event_types ?? [])].sort()).toEqual(['PEP_FLAG', 'SANCTION_FLAG'])
})

test('what a screening found elsewhere becomes events, and what its provider dismissed is dismissed', async () => {
  const { sanctions_results } = hits('a', 'b')
  const dismissed = { match_id: 'b', reasons: ['Another date of birth'], issuer: 'Lists' }
  const check = await server.ask('POST', `${person.path}/checks`, {
    body: {
      check_type: 'PEPS_AND_SANCTIONS_SCREEN',
      instructed_externally: true,
      result: 'PEP',
      output_data: {
        entity_type: 'INDIVIDUAL',
        sanctions_results: [sanctions_results[0], { ...sanctions_results[1], false_positive: dismissed }],
      },
    },
  })
  expect(check.status, check.text).toBe(200)
  expect((await list()).map((event) => [event.data.match_id, event.resolution])).toEqual([
    ['a', 'UNRESOLVED'],
    ['b', 'MISMATCH'],
  ])
})
