import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../server.ts'

type Json = Record<string, unknown>
interface Page {
  count: number
  results: { id: string; category: string; display_name: string }[]
  after?: string
}

let server: TestServer
/** Ids of all profiles, newest first. */
const all: string[] = []

async function create(role: string, data: Json): Promise<string> {
  const answer = await server.ask<{ id: string }>('POST', '/4.0/profiles', {
    body: { role, collected_data: data, applications: [] },
  })
  expect(answer.status, answer.text).toBe(200)
  all.unshift(answer.body.id)
  return answer.body.id
}

const person = (given: string, family: string, more: Json = {}) =>
  create('INDIVIDUAL_CUSTOMER', {
    entity_type: 'INDIVIDUAL',
    personal_details: {
      name: { given_names: given.split(' '), family_name: family },
      ...((more.details as Json) ?? {}),
    },
    ...((more.data as Json) ?? {}),
  })

async function list(query: Record<string, string | number>): Promise<Page> {
  const text = Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  const answer = await server.ask<Page>('GET', `/4.0/profiles?${text}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}
const idsOf = (page: Page) => page.results.map((result) => result.id)
const find = async (q: string) => idsOf(await list({ q }))

let mira: string
let quay: string
const flock: string[] = []
beforeAll(async () => {
  server = await startTestServer()
  mira = await person('Mira Jane', 'Oduyafemi', {
    details: { dob: '1984-07-31', nationality: 'GBR' },
    data: {
      customer_ref: 'crm-7001/A',
      contact_details: { email: 'mira.o@example.test', phone_number: '+44 20 7946 0123' },
    },
  })
  quay = await create('COMPANY_CUSTOMER', {
    entity_type: 'COMPANY',
    customer_reference: 'crm-9',
    metadata: { name: 'NORTH QUAY TRADING LTD', number: '09990001', country_of_incorporation: 'GBR' },
  })
  await person('Jane', 'Odufuwa')
  // One name that many have, beside names that begin alike.
  for (let index = 0; index < 23; index += 1)
    flock.unshift(await person('Ann', index % 2 === 0 ? 'Starling' : 'Starlight'))
})
afterAll(() => server.close())

describe('a search finds a profile by', () => {
  test.each([
    ['its family name', 'Oduyafemi'],
    ['its given name in any case', 'mIRA'],
    ['the first 3 letters of its name', 'oduyaf'.slice(0, 4)],
    ['the first 6 letters of its name', 'oduyaf'],
    ['5 letters, confirmed by its 4', 'oduya'],
    ['8 letters, confirmed by its 6', 'oduyafem'],
    ['its reference, whole', 'crm-7001/A'],
    ['its e-mail address', 'Mira.O@example.test'],
    ['its phone number, however it is spaced', '+44 2079460123'],
    ['its date of birth', '1984-07-31'],
    ['all its words in any order', 'oduyafemi 1984-07-31 jane'],
  ])('%s', async (_by, q) => {
    expect(await find(q)).toEqual([mira])
    expect((await list({ q })).count).toBe(1)
  })

  test.each([['NORTH QUAY TRADING LTD'], ['quay'], ['09990001'], ['crm-9'], ['tradi']])(
    'the company words %s',
    async (q) => {
      expect(await find(q)).toEqual([quay])
    },
  )

  test.each([['crm-700'], ['oduyafex'], ['mira odufuwa'], ['***'], ['09990002'], ['1984']])(
    'nothing for %s',
    async (q) => {
      expect(await list({ q })).toMatchObject({ count: 0, results: [] })
    },
  )

  test('a word that several share, newest first, and counts those that have every word', async () => {
    expect((await find('odu')).length).toBe(2)
    expect(await list({ q: 'jane odu' })).toMatchObject({ count: 2 })
    expect(await list({ q: 'mira odu' })).toMatchObject({ count: 1 })
  })

  test('its tag, as long as it has it', async () => {
    const tagged = await server.ask<{ id: string }>('POST', `/4.0/profiles/${mira}/tags`, {
      body: { name: 'Migrated 2026' },
    })
    expect(await find('migrated')).toEqual([mira])
    expect(await find('migrated 2026 oduya')).toEqual([mira])
    await server.ask('DELETE', `/4.0/profiles/${mira}/tags/${tagged.body.id}`)
    expect(await find('migrated')).toEqual([])
  })

  test('a tag of more words than a search may have', async () => {
    const name = 'one two three four five six seven eight nine ten'
    const tagged = await server.ask<{ id: string }>('POST', `/4.0/profiles/${mira}/tags`, { body: { name } })
    expect(await list({ q: name })).toMatchObject({ count: 1, results: [{ id: mira }] })
    await server.ask('DELETE', `/4.0/profiles/${mira}/tags/${tagged.body.id}`)
  })

  test('its new name and not its old one, once it is renamed', async () => {
    const id = await person('Ada', 'Maidenname')
    await server.ask('POST', `/4.0/profiles/${id}/collected_data`, {
      body: {
        entity_type: 'INDIVIDUAL',
        personal_details: { name: { given_names: ['Ada'], family_name: 'Marriedname' } },
      },
    })
    expect(await find('maidenname')).toEqual([])
    expect(await find('marriedname')).toEqual([id])
  })

  test('nothing of another environment', async () => {
    const theirs = await server.ask<Page>('GET', '/4.0/profiles?q=oduyafemi', { key: server.live.key })
    expect(theirs.body).toMatchObject({ count: 0, results: [] })
    expect((await server.ask<Page>('GET', '/4.0/profiles', { key: server.live.key })).body.count).toBe(0)
  })
})

describe('a list', () => {
  /** All pages of a search by one way of paging. */
  async function pages(query: Json, limit: number, way: 'offset' | 'after'): Promise<Page[]> {
    const read: Page[] = []
    for (let after: string | undefined; read.length < 60; ) {
      const seen = read.reduce((sum, page) => sum + page.results.length, 0)
      const at: Json = way === 'offset' ? { offset: seen } : after === undefined ? {} : { after }
      const page = await list({ ...query, limit, ...at } as Record<string, string | number>)
      read.push(page)
      after = page.after
      if (way === 'offset' ? page.results.length < limit : after === undefined) return read
    }
    throw new Error('A list did not end')
  }

  test('gives every profile once, newest first, whatever the size of its pages', async () => {
    const ways = fc.tuple(
      fc.integer({ min: 3, max: 40 }),
      fc.constantFrom('offset' as const, 'after' as const),
    )
    await fc.assert(
      fc.asyncProperty(ways, async ([limit, way]) => {
        const read = await pages({}, limit, way)
        expect(read.flatMap(idsOf)).toEqual(all)
        for (const page of read) expect(page.count).toBe(all.length)
      }),
      { numRuns: 8 },
    )
  })

  test('of a search gives every match once: of a whole word, of a prefix, of confirmed words', async () => {
    const searches = fc.constantFrom(
      { q: 'ann', found: () => flock },
      { q: 'star', found: () => flock },
      { q: 'starling', found: () => flock.filter((_, index) => index % 2 === 0) },
      { q: 'ann starlig', found: () => flock.filter((_, index) => index % 2 === 1) },
    )
    const ways = fc.tuple(
      searches,
      fc.integer({ min: 1, max: 25 }),
      fc.constantFrom('offset' as const, 'after' as const),
    )
    await fc.assert(
      fc.asyncProperty(ways, async ([{ q, found }, limit, way]) => {
        const read = await pages({ q }, limit, way)
        expect(read.flatMap(idsOf)).toEqual(found())
        for (const page of read) expect(page.count).toBe(found().length)
      }),
      { numRuns: 12 },
    )
  })

  test('of words to be confirmed among hundreds gives every match once, and never counts fewer', async () => {
    const made = await Promise.all(
      Array.from({ length: 420 }, (_, index) =>
        person('Zed', index % 3 === 0 ? 'Swallowtail' : 'Swallowing'),
      ),
    )
    all.splice(0, made.length, ...[...made].sort().reverse())
    const matches = made
      .filter((_, index) => index % 3 === 0)
      .sort()
      .reverse()
    for (const [limit, way] of [
      [50, 'offset'],
      [60, 'after'],
      [200, 'after'],
    ] as const) {
      const read = await pages({ q: 'swallowt zed' }, limit, way)
      expect(read.flatMap(idsOf)).toEqual(matches)
      for (const page of read) expect(page.count).toBeGreaterThanOrEqual(matches.length)
    }
  })

  test('of one category holds its profiles alone, and counts them', async () => {
    expect(await list({ categories: 'CUSTOMER,PREVIOUS_CUSTOMER' })).toMatchObject({ count: 0, results: [] })
    expect(await list({ q: 'ann', categories: 'CUSTOMER' })).toMatchObject({ count: 0, results: [] })
    await server.ask('POST', `/4.0/profiles/${mira}/applications`, {
      body: { product: { alias: 'director_check' } },
    })
    const shown = await server.ask<{ tasks: { id: string }[] }>('GET', `/4.0/profiles/${mira}`)
    for (const { id } of shown.body.tasks)
      await server.ask('POST', `/4.0/profiles/${mira}/tasks/${id}`, { body: { state: 'COMPLETED_PASS' } })
    for (const q of ['jane', 'odu', 'mira odu', 'oduya jane']) {
      const customers = await list({ q, categories: 'CUSTOMER,PREVIOUS_CUSTOMER' })
      expect([idsOf(customers), customers.count], q).toEqual([[mira], 1])
    }
    expect(await list({ categories: 'CUSTOMER' })).toMatchObject({
      count: 1,
      results: [{ id: mira, category: 'CUSTOMER' }],
    })
    expect(await list({ q: 'odu', categories: 'APPLICANT' })).toMatchObject({ count: 1 })
    const twice = await list({ categories: 'APPLICANT,APPLICANT,CUSTOMER', limit: 200 })
    expect(idsOf(twice)).toEqual(all.slice(0, 200))
    expect(twice.count).toBe(all.length)
    expect(await list({ q: 'ann', categories: 'APPLICANT' })).toMatchObject({ count: flock.length })
  })

  test('counts down when a profile is deleted, and ends politely beyond its end', async () => {
    const id = await person('Short', 'Lived')
    const { count } = await list({})
    await server.ask('POST', `/4.0/profiles/${id}/delete`, { body: { confirm_id: id } })
    all.shift()
    expect((await list({})).count).toBe(count - 1)
    for (const q of ['', 'star', 'starling'])
      expect((await list({ q, offset: Number.MAX_SAFE_INTEGER })).results).toEqual([])
  })

  test('refuses a cursor, a limit or a category that it never gave', async () => {
    for (const query of ['after=nonsense', 'limit=0', 'limit=201', 'offset=-1', 'categories=FRIEND'])
      expect((await server.ask('GET', `/4.0/profiles?${query}`)).status, query).toBe(400)
  })
})
