import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ApproxDate,
  CalendarDate,
  CountryCode,
  DateTime,
  formatDateTime,
  IcaoCode,
  PartialDate,
  parseDateTime,
} from './scalars.ts'

test('a date counts only if it is in the calendar', () => {
  const taken = ['2024-02-29', '2000-02-29', '1984-12-31']
  const refused = [
    '2023-02-29',
    '1900-02-29',
    '2023-04-31',
    '2023-13-01',
    '2023-00-10',
    '0000-01-01',
    '84-1-1',
  ]
  expect(taken.filter((date) => !CalendarDate.safeParse(date).success)).toStrictEqual([])
  expect(refused.filter((date) => CalendarDate.safeParse(date).success)).toStrictEqual([])
})

test('every day that JavaScript knows between 1000 and 9999 is a date', () => {
  const day = fc.date({
    min: new Date('1000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(day, (instant) => {
      expect(CalendarDate.safeParse(instant.toISOString().slice(0, 10)).success).toBe(true)
    }),
  )
})

test('a partial date is a year, a month or a day; a month is a month', () => {
  expect(['1984', '1984-07', '1984-07-31'].every((date) => PartialDate.safeParse(date).success)).toBe(true)
  expect(
    ['198', '1984-7', '1984-07-32', '1984-07-'].some((date) => PartialDate.safeParse(date).success),
  ).toBe(false)
  expect(ApproxDate.safeParse('2015-02').success).toBe(true)
  expect(ApproxDate.safeParse('2015-02-01').success).toBe(false)
})

test('an instant is written in UTC without fractions and read back to the second', () => {
  expect(formatDateTime(new Date('2026-11-02T09:15:00.999Z'))).toBe('2026-11-02 09:15:00')
  expect(parseDateTime('2026-11-02 09:15:00')).toStrictEqual(new Date('2026-11-02T09:15:00Z'))
  const instant = fc.date({
    min: new Date('1900-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(instant, (date) => {
      const written = formatDateTime(date)
      expect(DateTime.safeParse(written).success).toBe(true)
      expect(parseDateTime(written)?.getTime()).toBe(Math.floor(date.getTime() / 1000) * 1000)
    }),
  )
})

test('an instant that does not exist is refused', () => {
  const refused = ['2026-02-30 10:00:00', '2026-01-01 24:00:00', '2026-01-01 10:60:00', '2026-01-01T10:00:00']
  expect(refused.filter((text) => DateTime.safeParse(text).success)).toStrictEqual([])
  expect(refused.filter((text) => parseDateTime(text) !== undefined)).toStrictEqual([])
})

test('country codes are alpha-3 in capitals, with the four codes beyond ISO; nationalities know passports too', () => {
  expect(['GBR', 'RKS', 'UNK', 'XXX', 'ZZZ'].every((code) => CountryCode.safeParse(code).success)).toBe(true)
  expect(['GB', 'gbr', 'QQQ', 'GBN', ''].some((code) => CountryCode.safeParse(code).success)).toBe(false)
  expect(['GBR', 'RKS', 'GBN', 'XXA', 'EUE', 'UNO'].every((code) => IcaoCode.safeParse(code).success)).toBe(
    true,
  )
  expect(IcaoCode.safeParse('QQQ').success).toBe(false)
})
