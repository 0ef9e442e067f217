import { countryFromAlpha2, countryFromAlpha3, countryFromName } from '@drawbridge/schema/countries.ts'
import type { Fault } from '../sources/csv-source.ts'
import { MappingFault } from './mapping-fault.ts'

/** What a field can hold on its way: text from the source, or what a transform has made of it. */
export type Value = string | number | boolean | string[]

/** A step of a field: takes a text (lists: each of their texts) and gives a value; throws MappingFault. */
type TextStep = (text: string) => Value

/** The order of day, month and year in a source's dates. Stated in the project file, never guessed. */
export const dateOrders = ['DD/MM/YYYY', 'MM/DD/YYYY', 'YYYY/MM/DD'] as const

export type DateOrder = (typeof dateOrders)[number]

/** Steps without a setting, by the name the project file uses. */
export const plainSteps = {
  trim: (text) => text.trim(),
  spaces: (text) => text.replace(/\s+/gu, ' ').trim(),
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  digits: (text) => text.replace(/\D/gu, ''),
  country: toCountry,
  phone: (text) => toPhone(text, ''),
  number: toNumber,
  integer: toInteger,
} as const satisfies Record<string, TextStep>

export type PlainStep = keyof typeof plainSteps

/** A country's English name, alpha-2 or alpha-3 code to alpha-3 (ISO 3166-1). Nothing near is guessed. */
export function toCountry(text: string): string {
  const country = countryFromName(text) ?? countryFromAlpha2(text) ?? countryFromAlpha3(text)
  if (country !== undefined) return country.alpha3
  throw fault('UNKNOWN_COUNTRY', `"${text}" is not a country that we know`, {
    suggestion: 'Correct it, or add it under "values" of this field with its three-letter code',
  })
}

/**
 * A date in the stated order, with any of `/ . -` or space between, to `YYYY-MM-DD`. Two-digit years are
 * refused: which century is meant cannot be known. The day must exist in the calendar.
 */
export function toDate(text: string, order: DateOrder): string {
  const parts = /^(\d{1,4})[/.\- ](\d{1,2})[/.\- ](\d{1,4})$/u.exec(text)
  const [, first = '', second = '', third = ''] = parts ?? []
  const [day, month, year] =
    order === 'DD/MM/YYYY'
      ? [first, second, third]
      : order === 'MM/DD/YYYY'
        ? [second, first, third]
        : [third, second, first]
  if (parts === null || year.length !== 4 || day.length > 2 || month.length > 2) {
    throw fault('DATE_FORMAT', `"${text}" is not a date like ${order}`, {
      suggestion: `Write it as ${order} with a year of four digits, or state the order the file has`,
    })
  }
  if (!existsInCalendar(Number(year), Number(month), Number(day))) {
    throw fault('IMPOSSIBLE_DATE', `"${text}" (${order}) is not in the calendar`, {
      suggestion: 'Look the date up in the original papers and correct it, or leave it empty',
    })
  }
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

/** A telephone number as digits, `+` kept; `00` becomes `+`, a leading 0 the given country's prefix. */
export function toPhone(text: string, prefix: string): string {
  const international = /^\s*(\+|00)/u.test(text)
  const digits = text.replace(/\(0\)/u, '').replace(/\D/gu, '').replace(/^00/u, '')
  if (digits === '') {
    throw fault('PHONE', `"${text}" has no digits`, {
      suggestion: 'Correct the telephone number or leave it empty',
    })
  }
  if (international) return `+${digits}`
  return prefix === '' ? digits : `${prefix}${digits.replace(/^0/u, '')}`
}

function toNumber(text: string): number {
  const number = Number(text.trim())
  if (text.trim() !== '' && Number.isFinite(number)) return number
  throw fault('NUMBER', `"${text}" is not a number`, {
    suggestion: 'Write it with digits and a point, like 12.5',
  })
}

function toInteger(text: string): number {
  const number = toNumber(text)
  if (Number.isSafeInteger(number)) return number
  throw fault('NUMBER', `"${text}" is not a whole number`, { suggestion: 'Write it with digits alone' })
}

/** Whether the day is one of the proleptic Gregorian calendar, year 1000 to 9999. */
function existsInCalendar(year: number, month: number, day: number): boolean {
  if (year < 1000 || month < 1 || month > 12 || day < 1) return false
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function fault(code: string, reason: string, rest: Pick<Fault, 'suggestion'>): MappingFault {
  return new MappingFault({ code, reason, ...rest })
}
