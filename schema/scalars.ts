import { z } from 'zod'
import { isCountryCode, isIcaoCode } from './countries.ts'

/** A UUID, 8-4-4-4-12 hexadecimal digits in either case. */
export const Uuid = z
  .string()
  .regex(/^[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}$/, 'must be a UUID')
export type Uuid = z.infer<typeof Uuid>

/** An instant in UTC, written `YYYY-MM-DD hh:mm:ss` (space between, no zone). */
export const DateTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, 'must be a date and time like 2026-11-02 09:15:00')
  .refine(isDateTime, 'must be a date and time that exists, like 2026-11-02 09:15:00')
export type DateTime = z.infer<typeof DateTime>

/** A day that exists in the calendar: `YYYY-MM-DD`. */
export const CalendarDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 1984-07-31')
  .refine(isPartialDate, 'must be a date that exists in the calendar, like 1984-07-31')
export type CalendarDate = z.infer<typeof CalendarDate>

/** A date known to the day, the month or the year: `YYYY[-MM[-DD]]`, existing in the calendar. */
export const PartialDate = z
  .string()
  .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, 'must be a date like 1984-07-31, 1984-07 or 1984')
  .refine(isPartialDate, 'must be a date that exists in the calendar, like 1984-07-31, 1984-07 or 1984')
export type PartialDate = z.infer<typeof PartialDate>

/** A month: `YYYY-MM`. */
export const ApproxDate = z
  .string()
  .regex(/^\d{4}-\d{2}$/, 'must be a month like 2015-02')
  .refine(isPartialDate, 'must be a month that exists, like 2015-02')
export type ApproxDate = z.infer<typeof ApproxDate>

/** A country: ISO 3166-1 alpha-3, or RKS, UNK, XXX, ZZZ. */
export const CountryCode = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be a country code of three capital letters, like GBR')
  .refine(isCountryCode, 'must be a country code of ISO 3166-1 alpha-3, like GBR')
export type CountryCode = z.infer<typeof CountryCode>

/** A nationality or issuing state: a country code, or a code that only passports use (ICAO Doc 9303). */
export const IcaoCode = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be a nationality code of three capital letters, like GBR')
  .refine(isIcaoCode, 'must be a nationality code of ISO 3166-1 alpha-3 or ICAO 9303, like GBR')
export type IcaoCode = z.infer<typeof IcaoCode>

/** A currency: three capital letters as in ISO 4217. Withdrawn currencies occur in old share capital. */
export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be a currency code of three capital letters, like GBP')
export type Currency = z.infer<typeof Currency>

/** A share in percent, 0 to 100. */
export const Percentage = z.number().min(0).max(100)
export type Percentage = z.infer<typeof Percentage>

/** One line of text: up to 1,000 characters. */
export const Text = z.string().max(1000)

/** Free text of several lines: up to 2,000 characters. */
export const LongText = z.string().max(2000)

/** A person or a company. */
export const EntityType = z.enum(['INDIVIDUAL', 'COMPANY'])
export type EntityType = z.infer<typeof EntityType>

/** How something of the account's policy is named: by its id or by its alias; the id wins when both are sent. */
export const AliasOrId = z
  .object({ id: Uuid.optional(), alias: z.string().min(1).max(200).optional() })
  .refine((named) => named.id !== undefined || named.alias !== undefined, {
    message: 'must be there, unless `id` is',
    path: ['alias'],
  })
export type AliasOrId = z.infer<typeof AliasOrId>

/** The reply of a call that has nothing to say: `{}`. */
export const EmptyReply = z.object({})
export type EmptyReply = z.infer<typeof EmptyReply>

/** Writes an instant as the contract does: `YYYY-MM-DD hh:mm:ss` in UTC; fractions of a second are cut off. */
export function formatDateTime(instant: Date): DateTime {
  return instant.toISOString().slice(0, 19).replace('T', ' ')
}

/** Reads `YYYY-MM-DD hh:mm:ss` as UTC. Undefined when it is not an instant that exists. */
export function parseDateTime(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text)) return undefined
  const instant = new Date(`${text.replace(' ', 'T')}Z`)
  return Number.isNaN(instant.getTime()) || formatDateTime(instant) !== text ? undefined : instant
}

/** Whether a `YYYY[-MM[-DD]]` exists in the (proleptic Gregorian) calendar; year 0000 does not. */
export function isPartialDate(text: string): boolean {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number)
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

function isDateTime(text: string): boolean {
  return parseDateTime(text) !== undefined && isPartialDate(text.slice(0, 10))
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}
