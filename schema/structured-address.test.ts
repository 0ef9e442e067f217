import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StructuredAddress } from './address.ts'
import { countries } from './countries.ts'
import { structuredAddress } from './structured-address.ts'

function partsOf(country: string, text: string): object {
  const {
    type,
    country: same,
    original_freeform_address,
    ...parts
  } = structuredAddress({
    type: 'FREEFORM',
    country,
    text,
  })
  expect([type, same, original_freeform_address]).toStrictEqual(['STRUCTURED', country, text])
  return parts
}

describe('an address of one text is taken apart by the habits of its country', () => {
  test.each([
    [
      'GBR',
      'Flat 2, 14b High Street\nEly CB7 4AA\nUnited Kingdom',
      {
        subpremise: 'Flat 2',
        street_number: '14b',
        route: 'High Street',
        locality: 'Ely',
        postal_code: 'CB7 4AA',
      },
    ],
    [
      'USA',
      '12345 Main St, Springfield, IL 62704',
      {
        street_number: '12345',
        route: 'Main St',
        locality: 'Springfield',
        state_province: 'IL',
        postal_code: '62704',
      },
    ],
    [
      'DEU',
      'Hauptstraße 12a, 10115 Berlin',
      { street_number: '12a', route: 'Hauptstraße', locality: 'Berlin', postal_code: '10115' },
    ],
    [
      'FRA',
      '12 rue de Rivoli, 75001 Paris, France',
      { street_number: '12', route: 'rue de Rivoli', locality: 'Paris', postal_code: '75001' },
    ],
    [
      'CAN',
      '24 Sussex Dr, Ottawa, ON K1M 1M4',
      {
        street_number: '24',
        route: 'Sussex Dr',
        locality: 'Ottawa',
        state_province: 'ON',
        postal_code: 'K1M 1M4',
      },
    ],
  ])('%s', (country, text, parts) => {
    expect(partsOf(country, text)).toStrictEqual(parts)
  })
})

test('what no habit explains stays in route and premise', () => {
  expect(partsOf('XXX', 'Behind the mill, third door')).toStrictEqual({
    route: 'Behind the mill',
    locality: 'third door',
  })
  expect(partsOf('GBR', 'Rose House, Lane End, 5 Quay Road, Leeds, LS1 0AA')).toMatchObject({
    premise: 'Rose House, Lane End',
  })
})

test('an address with nothing in it to read is still an address', () => {
  expect(partsOf('GBR', ' ,, ')).toStrictEqual({})
})

test('parts that the caller sent win over parts that were read', () => {
  const address = structuredAddress({
    type: 'FREEFORM',
    country: 'GBR',
    text: '5 Quay Road, Leeds, LS1 0AA',
    locality: 'Bradford',
  })
  expect(address).toMatchObject({ locality: 'Bradford', postal_code: 'LS1 0AA' })
})

test('an address in parts is left as it is', () => {
  const address = { type: 'STRUCTURED' as const, country: 'GBR', route: ' Quay Road ' }
  expect(structuredAddress(address)).toBe(address)
})

test('any text in any country gives an address that the contract takes, with the text in it', () => {
  const country = fc.constantFrom(...countries.map((one) => one.alpha3))
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 2000 })
  fc.assert(
    fc.property(country, text, (alpha3, written) => {
      const address = structuredAddress({ type: 'FREEFORM', country: alpha3, text: written })
      expect(StructuredAddress.safeParse(address).success).toBe(true)
      expect(address.original_freeform_address).toBe(written)
    }),
  )
})

test('a part longer than the contract allows is cut, the text is not', () => {
  const text = 'x'.repeat(2000)
  const address = structuredAddress({ type: 'FREEFORM', country: 'GBR', text })
  expect(StructuredAddress.safeParse(address).success).toBe(true)
  expect(address.original_freeform_address).toBe(text)
})
