import type { CompanyData } from '@drawbridge/schema/collected-data.ts'
import { CompanyData as CompanySchema } from '@drawbridge/schema/collected-data.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssociateGraph, Fields, StoredData } from './queries.ts'
import { BothModelsChanged, fromStored, toStored } from './rules.ts'
import { noAssociates, omit } from './rules-graph.ts'

const listNames = [
  ['officers', 'directors'],
  ['officers', 'secretaries'],
  ['officers', 'resigned'],
  ['officers', 'other'],
  ['ownership_structure', 'shareholders'],
  ['ownership_structure', 'beneficial_owners'],
  ['authorized_persons', undefined],
  ['unauthorized_persons', undefined],
] as const

let made = 0

/** Ids in the order they are asked for, apart from those of clients. */
function newId(): string {
  made += 1
  return `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`
}

const profileIds = Array.from({ length: 6 }, (_, index) => `aaaaaaaa-0000-4000-8000-00000000000${index}`)
const date = fc.constantFrom('2019-04-01', '2020-02-29', '2023-12-31')
const unknown = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,6}$/), fc.jsonValue({ maxDepth: 1 }), {
  maxKeys: 2,
})
const variants = fc.uniqueArray(
  fc.constantFrom('bbbbbbbb-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002'),
)
const person = fc.constantFrom('Oduya', 'Smith', 'Ng').map((family_name) => ({
  entity_type: 'INDIVIDUAL' as const,
  personal_details: { name: { given_names: ['Mira'], family_name } },
}))
const who = fc.oneof(
  fc.record({ linked_profile: fc.constantFrom(...profileIds).map((id) => ({ id })) }),
  fc.record(
    { immediate_data: person, provider_name: fc.constantFrom('Register', 'Other') },
    { requiredKeys: ['immediate_data'] },
  ),
)
const both = fc.record(
  {
    original_role: fc.constantFrom('Director', 'Chair'),
    total_percentage: fc.integer({ min: 0, max: 100 }),
    shareholdings: fc.array(fc.record({ share_class: fc.constant('A'), amount: fc.nat(9) }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
)
const classicEntry = fc
  .tuple(
    unknown,
    who,
    both,
    fc.record(
      {
        appointed_on: date,
        resigned_on: date,
        ceased_on: date,
        natures_of_control: fc.constant(['voting']),
        task_variant_ids: variants,
        merged_resolver_ids: fc.constant([profileIds[0]]),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([x, w, b, c]) => ({ ...x, ...w, ...b, ...c, entity_type: 'INDIVIDUAL' as const }))

const classicCompany = fc
  .array(fc.option(fc.array(classicEntry, { maxLength: 4 }), { nil: undefined }), {
    minLength: listNames.length,
    maxLength: listNames.length,
  })
  .map((lists) => {
    const data: Fields = { entity_type: 'COMPANY', x_company: 1, officers: { x_officers: true } }
    for (const [index, list] of lists.entries()) if (list) put(data, index, list)
    return fresh(data)
  })

const relationship = fc
  .tuple(
    unknown,
    both,
    fc.constantFrom(
      'DIRECTOR',
      'SHAREHOLDER',
      'CONTROLLING_SHAREHOLDER',
      'GLOBAL_ULTIMATE_OWNER',
      'BENEFICIAL_OWNER',
      'OTHER',
    ),
    fc.record(
      {
        tenure: fc.record(
          {
            tenure_type: fc.constantFrom('CURRENT', 'FORMER'),
            start: fc.constantFrom('2019', '2019-04-01'),
            x_tenure: fc.nat(3),
          },
          { requiredKeys: [] },
        ),
        distance: fc.nat(4),
        calculated_percentage: fc.nat(100),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([x, b, associated_role, more]) => ({ ...x, ...b, associated_role, ...more }))

const newerCompany = fc
  .array(
    fc
      .tuple(unknown, who, fc.array(relationship, { maxLength: 4 }), fc.option(variants, { nil: undefined }))
      .map(([x, w, relationships, task_variant_ids]) => ({
        ...x,
        ...w,
        entity_type: 'INDIVIDUAL' as const,
        ...(task_variant_ids?.length ? { task_variant_ids } : {}),
        relationships,
      })),
    { maxLength: 5 },
  )
  .map((associated_entities) => fresh({ entity_type: 'COMPANY', x_company: 1, associated_entities }))

/** As it comes out of JSON, and as the contract takes it. */
function fresh(data: unknown): CompanyData {
  return CompanySchema.parse(JSON.parse(JSON.stringify(data)))
}

function put(data: Fields, index: number, list: unknown): void {
  const [outer, inner] = listNames[index] ?? ['officers', 'other']
  data[outer] = inner === undefined ? list : { ...((data[outer] as Fields | undefined) ?? {}), [inner]: list }
}

function get(data: Fields, index: number): Fields[] | undefined {
  const [outer, inner] = listNames[index] ?? ['officers', 'other']
  return (inner === undefined ? data[outer] : (data[outer] as Fields | undefined)?.[inner]) as
    | Fields[]
    | undefined
}

const bare = (entries: Fields[] | undefined) =>
  entries?.map((entry) => omit(entry, ['resolver_id', 'associate_id']))
const shown = (stored: StoredData): CompanyData => fresh(fromStored(stored))
const store = (data: unknown, previous: AssociateGraph = noAssociates) =>
  toStored(fresh(data), previous, newId)
const newerOf = (data: CompanyData) => (data.associated_entities ?? []) as Fields[]
const only = (data: CompanyData, model: 'classic' | 'newer'): CompanyData =>
  model === 'classic'
    ? fresh(omit(data, ['associated_entities']))
    : fresh(omit(data, ['officers', 'ownership_structure', 'authorized_persons', 'unauthorized_persons']))

describe('classic lists', () => {
  test('come back as they were sent: order, unknown fields, and which entry has which field', () => {
    fc.assert(
      fc.property(classicCompany, (data) => {
        const answer = shown(store(data))
        for (const index of listNames.keys()) expect(bare(get(answer, index))).toEqual(get(data, index))
        expect(answer.x_company).toBe(1)
        expect(answer.officers?.x_officers).toBe(true)
      }),
    )
  })

  test('come back with the same resolver ids when a client posts back what it read, with ids or without', () => {
    fc.assert(
      fc.property(classicCompany, fc.constantFrom('whole', 'classic', 'newer'), (data, how) => {
        const first = store(data)
        const read = shown(first)
        const again = store(how === 'whole' ? read : only(read, how), first.associates)
        expect(shown({ ...first, associates: again.associates })).toEqual(read)
        const withoutIds = store(data, first.associates)
        expect(new Set(withoutIds.associates.nodes.map((node) => node.id))).toEqual(
          new Set(first.associates.nodes.map((node) => node.id)),
        )
      }),
    )
  })

  test('change as a classic client changed them, although it sent the other model back unread', () => {
    fc.assert(
      fc.property(classicCompany, classicEntry, fc.nat(listNames.length - 1), (data, added, index) => {
        const first = store(data)
        const read: Fields = shown(first)
        put(read, index, [...(get(read, index) ?? []), { ...added, linked_profile: { id: profileIds[5] } }])
        const sent = fresh(read)
        const answer = shown(store(sent, first.associates))
        for (const at of listNames.keys()) expect(bare(get(answer, at))).toEqual(bare(get(sent, at)))
      }),
    )
  })
})

describe('the newer model', () => {
  test('comes back as it was sent: order, unknown fields, partial dates, roles in their order', () => {
    fc.assert(
      fc.property(newerCompany, (data) => {
        expect(bare(newerOf(shown(store(data))))).toEqual(newerOf(data))
      }),
    )
  })

  test('comes back the same when a client posts back what it read, in one model or both', () => {
    fc.assert(
      fc.property(newerCompany, fc.constantFrom('whole', 'newer'), (data, how) => {
        const first = store(data)
        const read = shown(first)
        const again = store(how === 'whole' ? read : only(read, 'newer'), first.associates)
        expect(shown({ ...first, associates: again.associates })).toEqual(read)
      }),
    )
  })

  test('changes as its client changed it, and the classic entries of untouched associates stay as they were', () => {
    fc.assert(
      fc.property(classicCompany, relationship, (data, role) => {
        const first = store(data)
        const read = shown(first)
        const added = {
          entity_type: 'INDIVIDUAL',
          immediate_data: { entity_type: 'INDIVIDUAL', x_new: 1 },
          relationships: [role],
        }
        const sent = fresh({ ...read, associated_entities: [...newerOf(read), added] })
        const answer = shown(store(sent, first.associates))
        expect(bare(newerOf(answer))).toEqual(bare(newerOf(sent)))
        const known = new Set(first.associates.nodes.map((node) => node.id))
        for (const at of listNames.keys())
          expect((get(answer, at) ?? []).filter((entry) => known.has(String(entry.resolver_id)))).toEqual(
            get(read, at) ?? [],
          )
      }),
    )
  })

  test('keeps its partial dates when a classic client changes something else', () => {
    const first = store({
      entity_type: 'COMPANY',
      associated_entities: [
        {
          entity_type: 'INDIVIDUAL',
          linked_profile: { id: profileIds[0] },
          relationships: [
            {
              associated_role: 'CONTROLLING_SHAREHOLDER',
              tenure: { tenure_type: 'CURRENT', start: '2019' },
              distance: 2,
            },
          ],
        },
      ],
    })
    const read = shown(first)
    const [holder] = read.ownership_structure?.shareholders ?? []
    const sent = {
      ...read,
      ownership_structure: {
        shareholders: [{ ...holder, resigned_on: '2024-05-06', natures_of_control: ['voting'] }],
      },
    }
    expect(newerOf(shown(store(sent, first.associates)))[0]?.relationships).toEqual([
      {
        associated_role: 'CONTROLLING_SHAREHOLDER',
        tenure: { tenure_type: 'FORMER', start: '2019', end: '2024-05-06' },
        distance: 2,
      },
    ])
  })
})

test('empty lists stay empty lists', () => {
  const data = {
    entity_type: 'COMPANY',
    officers: { directors: [] },
    authorized_persons: [],
    associated_entities: [],
  }
  expect(shown(store(data))).toEqual(data)
})

test('an associate that gets a profile keeps its resolver id', () => {
  const first = store({
    entity_type: 'COMPANY',
    officers: { directors: [{ entity_type: 'INDIVIDUAL', immediate_data: { entity_type: 'INDIVIDUAL' } }] },
  })
  const [director] = shown(first).officers?.directors ?? []
  const linked = {
    entity_type: 'INDIVIDUAL',
    resolver_id: director?.resolver_id,
    linked_profile: { id: profileIds[0] },
  }
  const second = store({ entity_type: 'COMPANY', officers: { directors: [linked] } }, first.associates)
  expect(second.associates.nodes.map((node) => node.id)).toEqual([director?.resolver_id])
})

test('a profile in two lists is one associate with two roles', () => {
  const entry = { entity_type: 'INDIVIDUAL', linked_profile: { id: profileIds[0] } }
  const answer = shown(
    store({
      entity_type: 'COMPANY',
      officers: { directors: [entry] },
      ownership_structure: { shareholders: [{ ...entry, total_percentage: 60 }] },
    }),
  )
  expect(newerOf(answer)).toHaveLength(1)
  expect(newerOf(answer)[0]?.relationships).toMatchObject([
    { associated_role: 'DIRECTOR' },
    { associated_role: 'SHAREHOLDER', total_percentage: 60 },
  ])
})

test('both models changed to different things are refused, to the same thing are taken', () => {
  const entry = { entity_type: 'INDIVIDUAL', linked_profile: { id: profileIds[0] } }
  const roles = { relationships: [{ associated_role: 'DIRECTOR', distance: 1 }] }
  const agreeing = {
    entity_type: 'COMPANY',
    officers: { directors: [entry] },
    associated_entities: [{ ...entry, ...roles }],
  }
  expect(bare(newerOf(shown(store(agreeing))))).toEqual(agreeing.associated_entities)
  const differing = {
    ...agreeing,
    associated_entities: [{ ...entry, ...roles, linked_profile: { id: profileIds[1] } }],
  }
  expect(() => store(differing)).toThrow(BothModelsChanged)
})

test('an associate without a role outlives a change of the classic lists', () => {
  const roleless = { entity_type: 'INDIVIDUAL', linked_profile: { id: profileIds[0] }, relationships: [] }
  const first = store({ entity_type: 'COMPANY', associated_entities: [roleless] })
  const added = { entity_type: 'INDIVIDUAL', linked_profile: { id: profileIds[1] } }
  const answer = shown(store({ ...shown(first), officers: { directors: [added] } }, first.associates))
  expect(newerOf(answer).map((entry) => (entry.linked_profile as Fields).id)).toEqual([
    profileIds[1],
    profileIds[0],
  ])
})

test('ten thousand new associates are read in the time of one pass', () => {
  const list = (name: string) =>
    Array.from({ length: 2000 }, (_, index) => ({
      entity_type: 'INDIVIDUAL',
      immediate_data: { entity_type: 'INDIVIDUAL', x: `${name}${index}` },
    }))
  const company = (name: string) => ({
    entity_type: 'COMPANY',
    officers: { directors: list(name), secretaries: list(name), partners: list(name), other: list(name) },
    authorized_persons: list(name),
  })
  const first = store(company('a'))
  expect(store(company('b'), first.associates).associates.nodes).toHaveLength(10_000)
})
