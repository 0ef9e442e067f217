import type { Address, FreeformAddress, StructuredAddress } from './address.ts'
import { countryFromAlpha2, countryFromAlpha3, countryFromName } from './countries.ts'

/** What can be read from an address written as one text. */
type AddressParts = Partial<
  Pick<
    StructuredAddress,
    'state_province' | 'postal_code' | 'locality' | 'route' | 'street_number' | 'premise' | 'subpremise'
  >
>

/** How a country writes its postal codes. A capture named `state` is the state or province before the code. */
const postalCodes: Readonly<Record<string, RegExp>> = {
  GBR: /\b(?<code>[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b/gi,
  IRL: /\b(?<code>[A-Z]\d[\dW] ?[A-Z\d]{4})\b/gi,
  USA: /(?:\b(?<state>[A-Z]{2})\.? )?\b(?<code>\d{5}(?:-\d{4})?)\b/g,
  CAN: /(?:\b(?<state>[A-Z]{2})\.? )?\b(?<code>[A-Z]\d[A-Z][ -]?\d[A-Z]\d)\b/gi,
  NLD: /\b(?<code>\d{4} ?[A-Z]{2})\b/gi,
  POL: /\b(?<code>\d{2}-\d{3})\b/g,
  PRT: /\b(?<code>\d{4}-\d{3})\b/g,
  SWE: /\b(?<code>\d{3} ?\d{2})\b/g,
  ...each('DEU FRA ESP ITA FIN', /\b(?<code>\d{5})\b/g),
  ...each('AUT CHE BEL DNK NOR LUX', /\b(?<code>\d{4})\b/g),
  AUS: /(?:\b(?<state>[A-Z]{2,3}) )?\b(?<code>\d{4})\b/g,
}

/** Where the house number comes before the street; elsewhere it follows it. */
const numberFirst: ReadonlySet<string> = new Set('GBR IRL USA CAN AUS NZL FRA LUX'.split(' '))

const partLengthMax = 1000

/**
 * The address in parts. One text is taken apart as far as its country's habits tell (postal code, locality,
 * house number, flat); what they do not tell stays in `route` and `premise`, and the text itself is always
 * kept as `original_freeform_address`. Parts that the caller sent win over parts that were read.
 */
export function structuredAddress(address: Address): StructuredAddress {
  if (address.type === 'STRUCTURED') return address
  const { type, text, ...sent } = address
  return { original_freeform_address: text, ...bounded(partsOf(address)), ...sent, type: 'STRUCTURED' }
}

function partsOf({ text, country }: FreeformAddress): AddressParts {
  const segments = text
    .split(/[\n\r,;]/)
    .map((segment) => segment.replace(/\s+/g, ' ').trim())
    .filter((segment) => segment !== '')
  if (namesCountry(segments.at(-1), country)) segments.pop()
  const place = placeOf(segments, country)
  return { ...place.parts, ...streetOf(place.rest, country) }
}

function namesCountry(segment: string | undefined, alpha3: string): boolean {
  if (segment === undefined) return false
  const named = countryFromName(segment) ?? countryFromAlpha3(segment) ?? countryFromAlpha2(segment)
  return named?.alpha3 === alpha3
}

/** Postal code, state and locality, and the segments that are none of them. */
function placeOf(
  segments: readonly string[],
  country: string,
): { parts: AddressParts; rest: readonly string[] } {
  const at = segments.findLastIndex((segment) => lastCode(segment, country) !== undefined)
  const found = lastCode(segments[at] ?? '', country)
  if (found === undefined) return placeWithoutCode(segments)
  const beside = (segments[at] ?? '').replace(found.text, ' ').replace(/\s+/g, ' ').trim()
  const parts = {
    postal_code: found.code,
    ...(found.state === undefined ? {} : { state_province: found.state }),
  }
  const others = segments.toSpliced(at, 1)
  if (beside !== '' && !/\d/.test(beside)) return { parts: { ...parts, locality: beside }, rest: others }
  const rest = beside === '' ? others : segments.with(at, beside)
  const before = beside === '' ? at - 1 : -1
  const locality = rest[before]
  if (locality === undefined || before === 0 || /\d/.test(locality)) return { parts, rest }
  return { parts: { ...parts, locality }, rest: rest.toSpliced(before, 1) }
}

/** Without a postal code the last of several segments is the locality, unless it has a number in it. */
function placeWithoutCode(segments: readonly string[]): { parts: AddressParts; rest: readonly string[] } {
  const locality = segments.at(-1)
  if (segments.length < 2 || locality === undefined || /\d/.test(locality))
    return { parts: {}, rest: segments }
  return { parts: { locality }, rest: segments.slice(0, -1) }
}

function lastCode(segment: string, country: string) {
  const pattern = postalCodes[country]
  if (pattern === undefined) return undefined
  const match = [...segment.matchAll(pattern)].at(-1)
  const code = match?.groups?.code
  // A bare number at the start of a street line is a house number, not a code.
  if (
    match === undefined ||
    code === undefined ||
    (segment.startsWith(code) && isStreetLine(segment, code, country))
  ) {
    return undefined
  }
  return { text: match[0], code: code.toUpperCase(), state: match.groups?.state?.toUpperCase() }
}

function isStreetLine(segment: string, code: string, country: string): boolean {
  return /^\d+$/.test(code) && segment.length > code.length && ['USA', 'AUS'].includes(country)
}

function streetOf(segments: readonly string[], country: string): AddressParts {
  const flat = segments.findIndex((segment) => /^(flat|apartment|apt|unit|suite)\b/i.test(segment))
  const others = flat === -1 ? segments : segments.toSpliced(flat, 1)
  const subpremise = segments[flat]
  const numbered = others.findIndex((segment) => numberedStreet(segment, country) !== undefined)
  const street = numberedStreet(others[numbered] ?? '', country)
  const line = numbered === -1 ? 0 : numbered
  const premise = others.toSpliced(line, 1).join(', ')
  const route = street?.route ?? others[line]
  return {
    ...(route === undefined ? {} : { route }),
    ...(street === undefined ? {} : { street_number: street.number }),
    ...(premise === '' ? {} : { premise }),
    ...(subpremise === undefined ? {} : { subpremise }),
  }
}

function numberedStreet(segment: string, country: string): { number: string; route: string } | undefined {
  const words = segment.split(' ')
  if (words.length < 2) return undefined
  const number = numberFirst.has(country) ? words.shift() : words.pop()
  return number !== undefined && /^\d{1,6}[A-Za-z]?(?:[-/]\d{1,6}[A-Za-z]?)?$/.test(number)
    ? { number, route: words.join(' ') }
    : undefined
}

function bounded(parts: AddressParts): AddressParts {
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, part?.slice(0, partLengthMax)]),
  )
}

function each(countries: string, pattern: RegExp): Record<string, RegExp> {
  return Object.fromEntries(countries.split(' ').map((country) => [country, pattern]))
}
