import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyEntityData } from './arbitrary.test-kit.ts'
import { EntityData } from './collected-data.ts'
import { customerReferencesDiffer, normaliseCollectedData } from './normalise-collected-data.ts'

function normalised(data: unknown): EntityData {
  return normaliseCollectedData(EntityData.parse(data))
}

function person(fields: object): EntityData {
  return normalised({ entity_type: 'INDIVIDUAL', ...fields })
}

describe('any document', () => {
  test('normalising twice changes nothing more', () => {
    fc.assert(
      fc.property(anyEntityData, (data) => {
        const once = normalised(data)
        expect(normaliseCollectedData(once)).toStrictEqual(once)
      }),
    )
  })

  test('a normalised document is taken again by the contract, unchanged', () => {
    fc.assert(
      fc.property(anyEntityData, (data) => {
        const once = normalised(data)
        expect(EntityData.parse(once)).toStrictEqual(once)
      }),
    )
  })

  test('unknown fields survive, at the top and inside associates', () => {
    fc.assert(
      fc.property(anyEntityData, (data) => {
        expect(unknownOf(normalised(data))).toStrictEqual(unknownOf(data))
      }),
    )
  })

  test('the argument is not changed', () => {
    fc.assert(
      fc.property(anyEntityData, (sent) => {
        const data = EntityData.parse(sent)
        const before = structuredClone(data)
        normaliseCollectedData(data)
        expect(data).toStrictEqual(before)
      }),
    )
  })
})

/** Every field whose name no contract knows, by its path. */
function unknownOf(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .flatMap(([key, inner]): [string, unknown][] => {
      const at = `${path}/${key}`
      return key.startsWith('x_') ? [[at, inner]] : unknownOf(inner, at)
    })
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
}

test('given names are one word each, trimmed', () => {
  const data = person({ personal_details: { name: { given_names: [' Mira  Jane ', '', 'Ana'] } } })
  expect(data).toMatchObject({ personal_details: { name: { given_names: ['Mira', 'Jane', 'Ana'] } } })
})

test('an address history is ordered by start, then end, the undated entry last', () => {
  const at = (route: string) => ({ type: 'STRUCTURED', country: 'GBR', route })
  const data = person({
    address_history: [
      { address: at('now') },
      { address: at('c'), start_date: '2015-02' },
      { address: at('b'), start_date: '2015-02', end_date: '2016-01' },
      { address: at('a'), end_date: '2010-01' },
    ],
  })
  const routes = data.entity_type === 'INDIVIDUAL' ? data.address_history?.map((one) => one.address) : []
  expect(routes).toMatchObject([{ route: 'a' }, { route: 'b' }, { route: 'c' }, { route: 'now' }])
})

test('a free-form address comes back in parts, with the text that was sent', () => {
  const text = '5 Quay Road, Leeds, LS1 0AA'
  const data = person({ address_history: [{ address: { type: 'FREEFORM', country: 'GBR', text } }] })
  expect(data).toMatchObject({
    address_history: [
      {
        address: {
          type: 'STRUCTURED',
          country: 'GBR',
          street_number: '5',
          route: 'Quay Road',
          locality: 'Leeds',
          postal_code: 'LS1 0AA',
          original_freeform_address: text,
        },
      },
    ],
  })
  expect(JSON.stringify(data)).not.toContain('"text"')
})

test('a sort code is stored as six digits, an e-mail address without the space around it', () => {
  const account = { type: 'UK_ACCOUNT', country: 'GBR', sort_code: '12-34-56', account_number: '01234567' }
  const data = person({
    banking_details: { bank_accounts: [account] },
    contact_details: { email: ' mira@example.test\n' },
  })
  expect(data).toMatchObject({
    banking_details: { bank_accounts: [{ sort_code: '123456' }] },
    contact_details: { email: 'mira@example.test' },
  })
})

test('a linked profile keeps its id alone, in both models', () => {
  const id = '5b1d0c1e-7a52-4c1f-9b59-0d6c5a4a1002'
  const link = { entity_type: 'INDIVIDUAL', linked_profile: { id, display_name: 'Mira Oduya' } }
  const data = normalised({
    entity_type: 'COMPANY',
    officers: { directors: [link] },
    associated_entities: [link],
  })
  expect(data).toStrictEqual({
    entity_type: 'COMPANY',
    officers: { directors: [{ entity_type: 'INDIVIDUAL', linked_profile: { id } }] },
    associated_entities: [{ entity_type: 'INDIVIDUAL', linked_profile: { id } }],
  })
})

test.each([
  'authorized_persons',
  'unauthorized_persons',
  'associated_entities',
  'officers/directors',
  'officers/secretaries',
  'officers/partners',
  'officers/resigned',
  'officers/trustees',
  'officers/other',
  'ownership_structure/shareholders',
  'ownership_structure/beneficial_owners',
])('the associates in %s are normalised, and theirs', (path) => {
  const inList = (entry: object) =>
    path.split('/').reduceRight<object>((inner, key) => ({ [key]: inner }), [entry])
  const company = (given_names: string[]) => {
    const immediate_data = { entity_type: 'INDIVIDUAL', personal_details: { name: { given_names } } }
    const inner = inList({ entity_type: 'INDIVIDUAL', immediate_data })
    const middle = { entity_type: 'COMPANY', immediate_data: { entity_type: 'COMPANY', ...inner } }
    return { entity_type: 'COMPANY', ...inList(middle) }
  }
  expect(normalised(company(['Mira Jane']))).toStrictEqual(company(['Mira', 'Jane']))
})

test('national identity numbers take the form of their country, others only lose the space around them', () => {
  const numbers = { BRA: '123.456.789-09', ESP: '12345678z', GBR: ' QQ 12 34 56 C ' }
  expect(person({ personal_details: { national_identity_number: numbers } })).toMatchObject({
    personal_details: {
      national_identity_number: { BRA: '12345678909', ESP: '12345678Z', GBR: 'QQ 12 34 56 C' },
    },
  })
})

describe('the two names of a company reference', () => {
  const company = (fields: object) => EntityData.parse({ entity_type: 'COMPANY', ...fields })

  test('customer_reference alone is stored as customer_ref', () => {
    expect(normaliseCollectedData(company({ customer_reference: 'crm-1' }))).toStrictEqual({
      entity_type: 'COMPANY',
      customer_ref: 'crm-1',
    })
  })

  test('only both sent and different are a conflict', () => {
    expect(customerReferencesDiffer(company({ customer_ref: 'a', customer_reference: 'b' }))).toBe(true)
    expect(customerReferencesDiffer(company({ customer_ref: 'a', customer_reference: 'a' }))).toBe(false)
    expect(customerReferencesDiffer(company({ customer_reference: 'b' }))).toBe(false)
  })

  test('for a person customer_reference is a field like any unknown one', () => {
    const sent = { entity_type: 'INDIVIDUAL' as const, customer_ref: 'a', customer_reference: 'b' }
    expect(customerReferencesDiffer(EntityData.parse(sent))).toBe(false)
    expect(normalised(sent)).toStrictEqual(sent)
  })
})
