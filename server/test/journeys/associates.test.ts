import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../server.ts'

type Json = Record<string, unknown>
interface Entry extends Json {
  resolver_id: string
  is_circular?: boolean
  linked_profile: Json & { id: string }
}
interface Company extends Json {
  officers?: { directors?: Entry[] }
  ownership_structure?: { shareholders?: Entry[] }
  associated_entities?: Json[]
}
interface Profile extends Json {
  id: string
  collected_data: Company
  applications: { id: string; product: { alias: string }; associated_role?: string; status: string }[]
  linked_to: { id: string; roles: string[] }[]
}
interface Refused {
  errors: { code: number; message: string; info: { reason: string; pointer?: string; profile_id?: string } }[]
}

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const variant = (alias: string) =>
  defaultPolicy.task_variants.find((candidate) => candidate.alias === alias)?.id ?? ''

async function create(role: string, data: Json, key?: string): Promise<string> {
  const body = { role, collected_data: data, applications: [] }
  const answer = await server.ask<Profile>(
    'POST',
    '/4.0/profiles',
    key === undefined ? { body } : { body, key },
  )
  expect(answer.status, answer.text).toBe(200)
  return answer.body.id
}

const person = (family_name = 'Oduya', key?: string) =>
  create(
    'INDIVIDUAL_ASSOCIATED',
    { entity_type: 'INDIVIDUAL', personal_details: { name: { given_names: ['Mira'], family_name } } },
    key,
  )
const company = (name = 'NORTH QUAY TRADING LTD') =>
  create('COMPANY_ASSOCIATED', { entity_type: 'COMPANY', metadata: { name } })

const link = (id: string, entity_type = 'INDIVIDUAL', more: Json = {}) => ({
  entity_type,
  linked_profile: { id },
  ...more,
})
const withDirectors = (...directors: Json[]) => ({ entity_type: 'COMPANY', officers: { directors } })
const path = (id: string) => `/4.0/profiles/${id}/collected_data`
const post = <T = Company>(id: string, body: unknown, headers: Record<string, string> = {}) =>
  server.ask<T>('POST', path(id), { body, headers })
const read = async (id: string) => (await server.ask<Company>('GET', path(id))).body
const profile = async (id: string) => (await server.ask<Profile>('GET', `/4.0/profiles/${id}`)).body

async function own(owner: string, ...owned: string[]) {
  const answer = await post<Company & Refused>(
    owner,
    withDirectors(...owned.map((id) => link(id, 'COMPANY'))),
  )
  return answer
}

describe('a linked profile', () => {
  let owner: string
  let director: string
  beforeEach(async () => {
    owner = await company()
    director = await person()
  })

  test('is expanded one level deep, and posting the expanded form back changes nothing', async () => {
    const holding = await company('HOLDING LTD')
    await post(owner, { ...withDirectors(link(director)), metadata: { name: 'NORTH QUAY TRADING LTD' } })
    const answer = await post(holding, withDirectors(link(owner, 'COMPANY')))
    const [shown] = answer.body.officers?.directors ?? []
    expect(shown?.linked_profile).toMatchObject({
      id: owner,
      role: 'COMPANY_ASSOCIATED',
      display_name: 'NORTH QUAY TRADING LTD',
      has_associates: true,
    })
    const inner = shown?.linked_profile.collected_data as Company
    expect(inner.officers?.directors?.[0]?.linked_profile).toEqual({ id: director })
    const again = await post(holding, answer.body)
    expect(again.body).toEqual(answer.body)
    expect(await read(holding)).toEqual(answer.body)
  })

  test('is read by its id alone: what else is written in it does not reach the other profile', async () => {
    await post(
      owner,
      withDirectors({ ...link(director), linked_profile: { id: director, display_name: 'Somebody Else' } }),
    )
    expect((await profile(director)).display_name).toBe('Mira Oduya')
    expect((await read(owner)).officers?.directors?.[0]?.linked_profile.display_name).toBe('Mira Oduya')
  })

  test('in an unknown field of the company is not a link, and stays as it was sent', async () => {
    const data = { entity_type: 'COMPANY', x_list: [{ linked_profile: { id: director, note: 'kept' } }] }
    expect((await post(owner, data)).body).toEqual(data)
    expect((await profile(director)).linked_to).toEqual([])
  })

  test('keeps its resolver id however often the document is written, and in which model', async () => {
    const first = (await post(owner, withDirectors(link(director)))).body
    const id = first.officers?.directors?.[0]?.resolver_id
    const newer = { entity_type: 'COMPANY', associated_entities: first.associated_entities }
    expect((await post(owner, newer)).body.officers?.directors?.[0]?.resolver_id).toBe(id)
    const bare = (await post(owner, withDirectors(link(director)))).body
    expect(bare.officers?.directors?.[0]?.resolver_id).toBe(id)
  })

  test('shows on both sides, and on neither once it is unlinked', async () => {
    await post(owner, {
      ...withDirectors(link(director)),
      ownership_structure: { shareholders: [link(director, 'INDIVIDUAL', { total_percentage: 60 })] },
    })
    expect(await profile(director)).toMatchObject({
      linked_to: [{ id: owner, roles: ['DIRECTOR', 'SHAREHOLDER'] }],
    })
    expect(await profile(owner)).toMatchObject({ has_associates: true })
    await post(owner, { entity_type: 'COMPANY' })
    expect((await profile(director)).linked_to).toEqual([])
    expect(await profile(owner)).toMatchObject({ has_associates: false })
    const audit = await server.ask<{ action: string }[]>('GET', `/4.0/profiles/${owner}/audit-items`)
    expect(audit.body.map((item) => item.action)).toEqual(
      expect.arrayContaining(['linked-profile', 'unlinked-profile']),
    )
  })

  test('put in the place of another under the same resolver id unlinks the other', async () => {
    const other = await person('Ng')
    const first = (await post(owner, withDirectors(link(director)))).body
    const resolver_id = first.officers?.directors?.[0]?.resolver_id
    await post(owner, withDirectors(link(other, 'INDIVIDUAL', { resolver_id })))
    expect((await profile(director)).linked_to).toEqual([])
    expect((await profile(other)).linked_to).toMatchObject([{ id: owner }])
    const audit = await server.ask<{ action: string; ref_data: Json }[]>(
      'GET',
      `/4.0/profiles/${owner}/audit-items`,
    )
    const unlinked = audit.body.filter((item) => item.action === 'unlinked-profile')
    expect(unlinked.map((item) => item.ref_data.linked_profile_id)).toEqual([director])
  })

  test('that does not exist, or is of another environment, is refused the same way, each with its pointer', async () => {
    const foreign = await person('Foreign', server.live.key)
    const absent = '00000000-0000-4000-8000-000000000009'
    const answer = await post<Refused>(owner, {
      ...withDirectors(link(director), link(absent)),
      associated_entities: undefined,
      authorized_persons: [link(foreign)],
    })
    expect(answer.status).toBe(400)
    const [one, two] = answer.body.errors
    expect(one?.info).toEqual({
      reason: 'associate.unknown-profile',
      pointer: '/officers/directors/1/linked_profile/id',
    })
    expect(two?.info).toEqual({
      reason: 'associate.unknown-profile',
      pointer: '/authorized_persons/0/linked_profile/id',
    })
    expect([one?.message, one?.code]).toEqual([two?.message, two?.code])
    expect(await read(owner)).not.toHaveProperty('officers')
    const created = await server.ask<Refused>('POST', '/4.0/profiles', {
      body: { role: 'COMPANY_CUSTOMER', collected_data: withDirectors(link(foreign)) },
    })
    expect(created.status).toBe(400)
    expect(created.body.errors[0]?.info.pointer).toBe(
      '/collected_data/officers/directors/0/linked_profile/id',
    )
  })

  test('of the other entity type is refused', async () => {
    const answer = await post<Refused>(owner, withDirectors(link(director, 'COMPANY')))
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0]?.info).toMatchObject({
      reason: 'profile.entity-type-mismatch',
      pointer: '/officers/directors/0/entity_type',
    })
  })

  test('to the company itself is refused', async () => {
    const answer = await own(owner, owner)
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0]?.info).toEqual({
      reason: 'associate.self-link',
      pointer: '/officers/directors/0/linked_profile/id',
    })
  })

  test('that was deleted since is shown by id alone, and the company can still be written', async () => {
    const shown = (await post(owner, withDirectors(link(director)))).body
    const gone = await server.ask('POST', `/4.0/profiles/${director}/delete`, {
      body: { confirm_id: director },
    })
    expect(gone.status).toBe(200)
    const now = await read(owner)
    expect(now.officers?.directors).toMatchObject([{ linked_profile: { id: director } }])
    expect(Object.keys(now.officers?.directors?.[0]?.linked_profile ?? {})).toEqual(['id'])
    expect(JSON.stringify(now)).not.toContain('Oduya')
    const again = await post(owner, { ...now, x_more: 1 })
    expect(again.status, again.text).toBe(200)
    expect(again.body.officers).toEqual(now.officers)
    expect((await post(owner, shown)).status).toBe(200)
    expect((await post(await company(), withDirectors(link(director)))).status).toBe(400)
  })
})

describe('task variants of an associate', () => {
  test('make it apply for their products, each in the role its task is about, once', async () => {
    const [owner, director] = [await company(), await person()]
    const body = {
      ...withDirectors(link(director, 'INDIVIDUAL', { task_variant_ids: [variant('identify_officers')] })),
      ownership_structure: {
        shareholders: [link(director, 'INDIVIDUAL', { task_variant_ids: [variant('identify_owners')] })],
      },
    }
    const answer = await post(owner, body)
    expect(answer.status, answer.text).toBe(200)
    await post(owner, answer.body)
    const { applications } = await profile(director)
    expect(
      applications.map((application) => [application.product.alias, application.associated_role]),
    ).toEqual([
      ['director_check', 'DIRECTOR'],
      ['owner_check', 'SHAREHOLDER'],
    ])
    expect(applications.every((application) => application.status === 'APPLIED')).toBe(true)
    expect(answer.body.officers?.directors?.[0]?.linked_profile.tasks).not.toEqual([])
  })

  test('that do not exist are refused with their pointer, and nothing is written', async () => {
    const [owner, director] = [await company(), await person()]
    const task_variant_ids = [variant('identify_officers'), '00000000-0000-4000-8000-000000000009']
    const answer = await post<Refused>(
      owner,
      withDirectors(link(director, 'INDIVIDUAL', { task_variant_ids })),
    )
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0]?.info).toEqual({
      reason: 'associate.unknown-task-variant',
      pointer: '/officers/directors/0/task_variant_ids/1',
    })
    expect((await profile(director)).applications).toEqual([])
  })
})

describe('levels and circles', () => {
  test('ten levels are taken, the eleventh is refused from either end', async () => {
    const chain: string[] = []
    for (let level = 0; level <= 10; level += 1) chain.push(await company(`LEVEL ${level} LTD`))
    for (let level = 9; level >= 0; level -= 1)
      expect((await own(chain[level] ?? '', chain[level + 1] ?? '')).status).toBe(200)
    const [top, bottom] = [chain[0] ?? '', chain[10] ?? '']
    const below = await own(bottom, await company())
    expect(below.status).toBe(409)
    expect(below.body.errors[0]?.info.reason).toBe('associate.too-deep')
    expect((await own(await company(), top)).status).toBe(409)
    expect(await profile(bottom)).toMatchObject({ has_associates: false })
    expect((await post(bottom, withDirectors(link(await person())))).status).toBe(409)
  })

  test('a circle is kept and the link that closes it is flagged, until the circle opens', async () => {
    const [a, b, c] = [await company('A LTD'), await company('B LTD'), await company('C LTD')]
    await own(a, b)
    await own(b, c)
    const closing = await own(c, a)
    expect(closing.status).toBe(200)
    expect(closing.body.officers?.directors).toMatchObject([{ is_circular: true, linked_profile: { id: a } }])
    expect((await read(a)).officers?.directors?.[0]).not.toHaveProperty('is_circular')
    const again = await post(c, closing.body)
    expect(again.body).toEqual(closing.body)
    await post(a, { entity_type: 'COMPANY' })
    expect((await read(c)).officers?.directors?.[0]).not.toHaveProperty('is_circular')
  })

  test('a circle that a deletion opens is flagged no more', async () => {
    const [a, b] = [await company('A LTD'), await company('B LTD')]
    const c = await company('C LTD')
    await own(a, b)
    await own(b, c)
    await own(c, a)
    await server.ask('POST', `/4.0/profiles/${b}/delete`, { body: { confirm_id: b } })
    expect((await read(c)).officers?.directors?.[0]).not.toHaveProperty('is_circular')
  })

  test('companies that link each other at the same moment all succeed, and one link of each circle is flagged', async () => {
    const ring: string[] = []
    for (let index = 0; index < 4; index += 1) ring.push(await company(`RING ${index} LTD`))
    const answers = await Promise.all(ring.map((id, index) => own(id, ring[(index + 1) % 4] ?? '')))
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200])
    const flags = await Promise.all(
      ring.map(async (id) => (await read(id)).officers?.directors?.[0]?.is_circular === true),
    )
    expect(flags.filter((flag) => flag)).toHaveLength(1)
  })

  test('companies that are created at the same moment around one director all succeed', async () => {
    const director = await person()
    const task_variant_ids = [variant('identify_officers')]
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        server.ask<Profile>('POST', '/4.0/profiles', {
          body: {
            role: 'COMPANY_CUSTOMER',
            collected_data: {
              ...withDirectors(link(director, 'INDIVIDUAL', { task_variant_ids })),
              customer_ref: `shared-${index}`,
            },
          },
        }),
      ),
    )
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200])
    const shown = await profile(director)
    expect(new Set(shown.linked_to.map((to) => to.id))).toEqual(
      new Set(answers.map((answer) => answer.body.id)),
    )
    expect(shown.applications).toHaveLength(1)
  })
})

test('of many linked profiles the first 200 are expanded, the others shown by id', async () => {
  const owner = await company()
  const ids: string[] = []
  for (let batch = 0; batch < 41; batch += 1)
    ids.push(...(await Promise.all(Array.from({ length: 5 }, () => person()))))
  const answer = await post(owner, withDirectors(...ids.map((id) => link(id))))
  const shown = answer.body.officers?.directors ?? []
  expect(shown.map((entry) => entry.linked_profile.id)).toEqual(ids)
  expect(shown.filter((entry) => 'role' in entry.linked_profile)).toHaveLength(200)
  expect(shown.slice(200).map((entry) => Object.keys(entry.linked_profile))).toEqual(
    Array.from({ length: 5 }, () => ['id']),
  )
})

test('more associates than one call can verify are refused with what to do, and none is linked', async () => {
  const owner = await company()
  const ids: string[] = []
  const task_variant_ids = [variant('identify_officers'), variant('identify_owners')]
  for (let batch = 0; batch < 84; batch += 1)
    ids.push(...(await Promise.all(Array.from({ length: 6 }, () => person()))))
  const answer = await post<Refused>(
    owner,
    withDirectors(...ids.map((id) => link(id, 'INDIVIDUAL', { task_variant_ids }))),
  )
  expect(answer.status).toBe(413)
  expect(answer.body.errors[0]?.message).toContain('in several calls')
  expect(await profile(owner)).toMatchObject({ has_associates: false })
  expect((await profile(ids[0] ?? '')).applications).toEqual([])
})
