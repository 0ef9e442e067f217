import { afterAll, beforeAll, expect, test } from 'vitest'
import { reasonOf } from '../cases.ts'
import { startTestServer, type TestServer } from '../server.ts'

interface Page {
  results: { id: string; collected_data: { filler?: string[] } }[]
  after?: string
}

let server: TestServer
/** Ids of profiles that hold more than one reply takes, newest first. */
let large: string[]

const filler = Array.from({ length: 950 }, () => 'x'.repeat(1_950))

beforeAll(async () => {
  server = await startTestServer()
  const made: string[] = []
  const create = async () => {
    const name = { given_names: ['Ann'], family_name: 'Starlighter' }
    const collected_data = { entity_type: 'INDIVIDUAL', personal_details: { name }, filler }
    const body = { role: 'INDIVIDUAL_ASSOCIATED', collected_data, applications: [] }
    const {
      body: profile,
      status,
      text,
    } = await server.ask<{ id: string }>('POST', '/4.0/profiles', { body })
    expect(status, text.slice(0, 500)).toBe(200)
    made.push(profile.id)
  }
  for (let round = 0; round < 7; round += 1) await Promise.all([create(), create(), create()])
  large = made.sort().reverse()
})
afterAll(() => server.close())

const list = (query: string) => server.ask<Page>('GET', `/4.0/profiles?${query}`)

test('a page that would hold more than a reply takes is refused with the limit that works, never cut unseen', async () => {
  const refused = await list('limit=200')
  expect([refused.status, reasonOf(refused)]).toEqual([400, 'request.invalid-field'])
  const fitting = Number(/limit must be (\d+) or less/.exec(refused.text)?.[1])
  expect(fitting).toBeGreaterThan(9)
  expect(fitting).toBeLessThan(large.length)
})

test('by cursor every profile comes once, in pages as long as a reply takes', async () => {
  const first = await list('limit=1')
  const seen = first.body.results.map((profile) => profile.id)
  for (let after = first.body.after; after !== undefined; ) {
    const { body, status } = await list(`limit=200&after=${after}`)
    expect(status).toBe(200)
    seen.push(...body.results.map((profile) => profile.id))
    after = body.after
  }
  expect(seen).toEqual(large)
})

test('a search confirms large profiles a few at a time and finds them all', async () => {
  const found = await list('q=starlighter&limit=5&offset=19')
  expect(found.body.results.map((profile) => profile.id)).toEqual(large.slice(19))
})

test('a company shows as many linked profiles as a reply takes, and the others by id', async () => {
  const directors = large.map((id) => ({ entity_type: 'INDIVIDUAL', linked_profile: { id } }))
  const collected_data = {
    entity_type: 'COMPANY',
    metadata: { name: 'NORTH QUAY TRADING LTD' },
    officers: { directors },
  }
  const body = { role: 'COMPANY_ASSOCIATED', collected_data, applications: [] }
  const { body: company, status } = await server.ask<{
    collected_data: {
      officers: { directors: { linked_profile: { id: string; collected_data?: unknown } }[] }
    }
  }>('POST', '/4.0/profiles', { body })
  expect(status).toBe(200)
  const shown = company.collected_data.officers.directors.map((entry) => entry.linked_profile)
  expect(shown.map((profile) => profile.id)).toEqual(large)
  const whole = shown.filter((profile) => profile.collected_data !== undefined)
  expect(whole.length).toBeGreaterThan(9)
  expect(whole.length).toBeLessThan(large.length)
})
