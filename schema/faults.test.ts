import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { faultsOf, pointerTo } from './faults.ts'
import { CreateProfile, ListProfiles, ReplaceCollectedData } from './profile.ts'
import { SetTaskExpiry } from './task.ts'

function faults(schema: z.ZodType, input: unknown) {
  const parsed = schema.safeParse(input)
  return parsed.success ? [] : faultsOf(parsed.error, input)
}

describe('a refused body', () => {
  test('has one entry for each field, with a pointer to it and what was expected', () => {
    const body = {
      role: 'CUSTOMER',
      collected_data: {
        entity_type: 'INDIVIDUAL',
        personal_details: { dob: '1999-02-30', nationality: 'gb', name: { given_names: 'Mira' } },
        address_history: [{ address: { type: 'STRUCTURED' } }],
      },
    }
    expect(faults(CreateProfile.body, body)).toStrictEqual([
      {
        reason: 'request.invalid-field',
        pointer: '/role',
        message:
          '`role` must be one of INDIVIDUAL_CUSTOMER, INDIVIDUAL_ASSOCIATED, COMPANY_CUSTOMER, COMPANY_ASSOCIATED',
      },
      {
        reason: 'request.invalid-field',
        pointer: '/collected_data/personal_details/name/given_names',
        message: '`given_names` must be a list',
      },
      {
        reason: 'request.invalid-field',
        pointer: '/collected_data/personal_details/dob',
        message: '`dob` must be a date that exists in the calendar, like 1984-07-31, 1984-07 or 1984',
      },
      {
        reason: 'request.invalid-field',
        pointer: '/collected_data/personal_details/nationality',
        message: '`nationality` must be a nationality code of three capital letters, like GBR',
      },
      {
        reason: 'request.missing-field',
        pointer: '/collected_data/address_history/0/address/country',
        message: '`country` is missing: it must be a text',
      },
    ])
  })

  test('names what is missing, null counting as missing', () => {
    expect(faults(CreateProfile.body, { role: null })).toStrictEqual([
      {
        reason: 'request.missing-field',
        pointer: '/role',
        message:
          '`role` is missing: it must be one of INDIVIDUAL_CUSTOMER, INDIVIDUAL_ASSOCIATED, COMPANY_CUSTOMER, COMPANY_ASSOCIATED',
      },
      {
        reason: 'request.missing-field',
        pointer: '/collected_data',
        message: '`collected_data` is missing: it must be an object',
      },
    ])
    expect(faults(CreateProfile.body, undefined)).toMatchObject([
      { reason: 'request.missing-field', pointer: '' },
    ])
  })

  test('is judged by the kind it says it is', () => {
    expect(faults(ReplaceCollectedData.body, { entity_type: 'PERSON' })).toStrictEqual([
      {
        reason: 'request.invalid-field',
        pointer: '/entity_type',
        message: '`entity_type` must be one of INDIVIDUAL, COMPANY',
      },
    ])
    expect(faults(ReplaceCollectedData.body, { metadata: {} })).toMatchObject([
      { reason: 'request.missing-field', pointer: '/entity_type' },
    ])
  })

  test('points into associates of associates', () => {
    const inner = { entity_type: 'INDIVIDUAL', personal_details: { dob: 1984 } }
    const middle = {
      entity_type: 'COMPANY',
      officers: { directors: [{ entity_type: 'INDIVIDUAL', immediate_data: inner }] },
    }
    const body = {
      entity_type: 'COMPANY',
      authorized_persons: [{ entity_type: 'COMPANY', immediate_data: middle }],
    }
    expect(faults(ReplaceCollectedData.body, body)).toStrictEqual([
      {
        reason: 'request.invalid-field',
        pointer:
          '/authorized_persons/0/immediate_data/officers/directors/0/immediate_data/personal_details/dob',
        message: '`dob` must be a text',
      },
    ])
  })

  test('says which kinds a custom field takes', () => {
    const body = { entity_type: 'INDIVIDUAL', custom_fields_data: { level: {} } }
    expect(faults(ReplaceCollectedData.body, body)).toStrictEqual([
      {
        reason: 'request.invalid-field',
        pointer: '/custom_fields_data/level',
        message: '`level` must be a text, a number, true or false or a list',
      },
    ])
  })

  test('never repeats a value that was sent', () => {
    const secret = 'Oduya-1984'
    const body = {
      entity_type: 'INDIVIDUAL',
      customer_ref: secret.repeat(100),
      personal_details: {
        dob: secret,
        gender: secret,
        nationality: secret,
        national_identity_number: { ESP: secret },
      },
      documents: [{ category: secret, document_type: secret }],
      ip_location: secret,
    }
    const found = faults(ReplaceCollectedData.body, body)
    expect(found.length).toBeGreaterThan(6)
    expect(JSON.stringify(found)).not.toContain(secret)
  })

  test('lists at most a hundred faults', () => {
    const directors = Array.from({ length: 500 }, () => ({ entity_type: 'INDIVIDUAL' }))
    expect(
      faults(ReplaceCollectedData.body, { entity_type: 'COMPANY', officers: { directors } }),
    ).toHaveLength(100)
  })
})

test('an associate is a linked profile or immediate data of the same entity type', () => {
  const body = (associate: object) => ({ entity_type: 'COMPANY', officers: { directors: [associate] } })
  expect(faults(ReplaceCollectedData.body, body({ entity_type: 'INDIVIDUAL' }))).toMatchObject([
    { pointer: '/officers/directors/0' },
  ])
  const differs = { entity_type: 'INDIVIDUAL', immediate_data: { entity_type: 'COMPANY' } }
  expect(faults(ReplaceCollectedData.body, body(differs))).toMatchObject([
    { pointer: '/officers/directors/0/immediate_data/entity_type' },
  ])
})

test('numbers in a query are read from text, and refused in words', () => {
  expect(ListProfiles.query.parse({})).toStrictEqual({ limit: 50, offset: 0 })
  expect(ListProfiles.query.parse({ limit: '200', categories: 'CUSTOMER,APPLICANT' })).toStrictEqual({
    limit: 200,
    offset: 0,
    categories: ['CUSTOMER', 'APPLICANT'],
  })
  expect(
    faults(ListProfiles.query, { limit: '201', offset: 'abc', categories: 'CUSTOMER,FRIEND' }),
  ).toStrictEqual([
    { reason: 'request.invalid-field', pointer: '/limit', message: '`limit` is too large: at most 200' },
    { reason: 'request.invalid-field', pointer: '/offset', message: '`offset` must be a number' },
    {
      reason: 'request.invalid-field',
      pointer: '/categories/1',
      message:
        'Entry 1 of `categories` must be one of CUSTOMER, PREVIOUS_CUSTOMER, APPLICANT, INACTIVE_APPLICANT',
    },
  ])
})

test('a list that may not be empty says so', () => {
  expect(faults(SetTaskExpiry.body, { expire_at: null, reason_categories: [] })).toStrictEqual([
    {
      reason: 'request.invalid-field',
      pointer: '/reason_categories',
      message: '`reason_categories` is too short: at least 1 entry',
    },
  ])
})

test('a pointer is written as RFC 6901 says', () => {
  expect(pointerTo([])).toBe('')
  expect(pointerTo(['a/b', 'c~d', 0])).toBe('/a~1b/c~0d/0')
})
