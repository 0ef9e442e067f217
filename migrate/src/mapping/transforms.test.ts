import { countries } from '@drawbridge/schema/countries.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MappingFault } from './mapping-fault.ts'
import { type DateOrder, dateOrders, toCountry, toDate, toPhone } from './transforms.ts'

const day = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })

function inOrder(date: Date, order: DateOrder, separator: string, padded: boolean): string {
  const pad = (n: number): string => (padded ? String(n).padStart(2, '0') : String(n))
  const parts = {
    DD: pad(date.getUTCDate()),
    MM: pad(date.getUTCMonth() + 1),
    YYYY: String(date.getUTCFullYear()),
  }
  return order
    .split('/')
    .map((part) => parts[part as keyof typeof parts])
    .join(separator)
}

function codeOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    return error instanceof MappingFault ? error.fault.code : String(error)
  }
}

test('every day of the calendar is read in the order that is stated', () => {
  fc.assert(
    fc.property(
      day,
      fc.constantFrom(...dateOrders),
      fc.constantFrom('/', '.', '-', ' '),
      fc.boolean(),
      (date, order, separator, padded) => {
        expect(toDate(inOrder(date, order, separator, padded), order)).toBe(date.toISOString().slice(0, 10))
      },
    ),
  )
})

test('a day that no calendar has is refused, never moved to another day', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1000, max: 9999 }),
      fc.integer({ min: 0, max: 99 }),
      fc.integer({ min: 0, max: 99 }),
      (year, month, dayOfMonth) => {
        const text = `${dayOfMonth}/${month}/${year}`
        const date = new Date(Date.UTC(year, month - 1, dayOfMonth))
        const exists =
          month >= 1 &&
          dayOfMonth >= 1 &&
          date.getUTCMonth() === month - 1 &&
          date.getUTCDate() === dayOfMonth
        expect(codeOf(() => toDate(text, 'DD/MM/YYYY'))).toBe(exists ? undefined : 'IMPOSSIBLE_DATE')
      },
    ),
  )
})

test.each([
  ['31/02/1980', 'IMPOSSIBLE_DATE'],
  ['29/02/1900', 'IMPOSSIBLE_DATE'],
  ['00/01/1980', 'IMPOSSIBLE_DATE'],
  ['01/02/80', 'DATE_FORMAT'],
  ['1980-02-01', 'DATE_FORMAT'],
  ['yesterday', 'DATE_FORMAT'],
  ['29/02/2000', undefined],
])('the date %s in DD/MM/YYYY gives %s', (text, code) => {
  expect(codeOf(() => toDate(text, 'DD/MM/YYYY'))).toBe(code)
})

test('every country is found by its name and both codes', () => {
  for (const { name, alpha2, alpha3 } of countries) {
    expect([toCountry(name), toCountry(alpha2), toCountry(alpha3)]).toEqual([alpha3, alpha3, alpha3])
  }
})

test('a country that is nearly right is refused, never guessed', () => {
  fc.assert(
    fc.property(fc.constantFrom('Yugoslawia', 'Germanyy', 'Grmany', 'Land of Oz', 'QQ', 'QQQ'), (text) => {
      expect(codeOf(() => toCountry(text))).toBe('UNKNOWN_COUNTRY')
    }),
  )
})

test('telephone numbers keep their digits and get the prefix of their country', () => {
  expect(toPhone('+44 (0)7700 900-006', '')).toBe('+447700900006')
  expect(toPhone('0049 30 123', '+44')).toBe('+4930123')
  expect(toPhone('07700 900006', '+44')).toBe('+447700900006')
  expect(codeOf(() => toPhone('none', '+44'))).toBe('PHONE')
})
