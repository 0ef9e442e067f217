import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyEntityData } from './arbitrary.test-kit.ts'
import { CollectedDataBody, EntityData } from './collected-data.ts'

test('a document comes through with nothing lost and nothing added', () => {
  fc.assert(
    fc.property(anyEntityData, (data) => {
      expect(EntityData.parse(data)).toStrictEqual(data)
    }),
  )
})

test('a null optional field is left out, at any depth; a null in an unknown field stays', () => {
  const body = {
    entity_type: 'COMPANY',
    customer_ref: null,
    x_unknown: null,
    metadata: { name: 'North Quay', state_of_incorporation: null, x_unknown: { a: null } },
    custom_fields_data: { level: null, score: 3 },
    officers: {
      directors: [
        {
          entity_type: 'INDIVIDUAL',
          resigned_on: null,
          immediate_data: { entity_type: 'INDIVIDUAL', personal_details: null },
        },
      ],
    },
  }
  expect(CollectedDataBody.parse(body)).toStrictEqual({
    entity_type: 'COMPANY',
    x_unknown: null,
    metadata: { name: 'North Quay', x_unknown: { a: null } },
    custom_fields_data: { score: 3 },
    officers: {
      directors: [{ entity_type: 'INDIVIDUAL', immediate_data: { entity_type: 'INDIVIDUAL' } }],
    },
  })
})

test('a null in a list is refused, since leaving it out would move the others', () => {
  const names = { personal_details: { name: { given_names: ['Mira', null] } } }
  expect(CollectedDataBody.safeParse({ entity_type: 'INDIVIDUAL', ...names }).success).toBe(false)
})

test('national identity numbers of four countries have a format, others are free', () => {
  const taken = (numbers: object) =>
    CollectedDataBody.safeParse({
      entity_type: 'INDIVIDUAL',
      personal_details: { national_identity_number: numbers },
    }).success
  expect(
    taken({ ESP: '12345678Z', BRA: '123.456.789-09', CAN: '046 454 286', MEX: 'BADD110313HCMLNS09' }),
  ).toBe(true)
  expect(taken({ MEX: 'GODE561231GR8' })).toBe(true)
  expect(taken({ GBR: 'anything at all' })).toBe(true)
  expect([{ ESP: '1234' }, { BRA: '123' }, { CAN: '12345678' }, { MEX: 'X' }, { gb: '1' }].some(taken)).toBe(
    false,
  )
})

test('a list of associates holds two thousand, not more', () => {
  const list = (length: number) =>
    Array.from({ length }, () => ({
      entity_type: 'INDIVIDUAL',
      immediate_data: { entity_type: 'INDIVIDUAL' },
    }))
  const body = (length: number) => ({ entity_type: 'COMPANY', officers: { directors: list(length) } })
  expect(CollectedDataBody.safeParse(body(2000)).success).toBe(true)
  expect(CollectedDataBody.safeParse(body(2001)).success).toBe(false)
})

test('banking details hold exactly one account', () => {
  const account = { type: 'UK_ACCOUNT', country: 'GBR', sort_code: '12-34-56', account_number: '01234567' }
  const taken = (bank_accounts: object[]) =>
    CollectedDataBody.safeParse({ entity_type: 'INDIVIDUAL', banking_details: { bank_accounts } }).success
  expect([taken([account]), taken([]), taken([account, account])]).toStrictEqual([true, false, false])
  expect(taken([{ ...account, sort_code: '12-3456' }])).toBe(false)
  expect(taken([{ ...account, account_number: '1234567' }])).toBe(false)
})
