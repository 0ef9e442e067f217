import { countryTable } from './country-table.ts'

/** A country or territory: its ISO 3166-1 codes and its common English name. */
export interface Country {
  readonly alpha3: string
  readonly alpha2: string
  readonly name: string
}

const withNames = countryTable
  .trim()
  .split('\n')
  .map((row) => {
    const names = row.slice(7).split('|')
    return { country: { alpha3: row.slice(0, 3), alpha2: row.slice(4, 6), name: names[0] ?? '' }, names }
  })

/** Every country and territory, ordered by alpha-3 code; Kosovo (RKS) last. */
export const countries: readonly Country[] = withNames.map((row) => row.country)

const byAlpha3 = new Map(countries.map((country) => [country.alpha3, country]))
const byAlpha2 = new Map(countries.map((country) => [country.alpha2, country]))
const byName = new Map(
  withNames.flatMap(({ country, names }) => names.map((name) => [foldedName(name), country] as const)),
)

/** Codes that stand for no single country: unknown (UNK, ZZZ) and unspecified (XXX). */
const codesOfNoCountry: ReadonlySet<string> = new Set(['UNK', 'XXX', 'ZZZ'])

/** What passports print besides countries (ICAO Doc 9303-3, section 5). */
const passportCodes: ReadonlySet<string> = new Set(
  'GBD GBN GBO GBP GBS EUE UNO UNA UNK XBA XIM XCC XCE XCO XEC XPO XES XMP XOM XDC XXA XXB XXC XXX'.split(
    ' ',
  ),
)

/** Whether this is an alpha-3 code of the contract: ISO 3166-1, RKS, UNK, XXX or ZZZ; upper case only. */
export function isCountryCode(code: string): boolean {
  return byAlpha3.has(code) || codesOfNoCountry.has(code)
}

/** Whether this is a nationality or issuing state as passports write it: a country code or an ICAO one. */
export function isIcaoCode(code: string): boolean {
  return isCountryCode(code) || passportCodes.has(code)
}

/** The country with this alpha-3 code, in any case. */
export function countryFromAlpha3(code: string): Country | undefined {
  return byAlpha3.get(code.trim().toUpperCase())
}

/** The country with this alpha-2 code, in any case. `UK` is taken for `GB`, as client files write it. */
export function countryFromAlpha2(code: string): Country | undefined {
  const wanted = code.trim().toUpperCase()
  return byAlpha2.get(wanted === 'UK' ? 'GB' : wanted)
}

/**
 * The country with this English name or a well-known other name. Case, accents, punctuation and a leading
 * "the" do not matter. Undefined when no country has the name: nothing is guessed.
 */
export function countryFromName(name: string): Country | undefined {
  return byName.get(foldedName(name))
}

function foldedName(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/&/g, ' and ')
    .replace(/\bst\b\.?/g, 'saint')
    .replace(/\./g, '')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
    .replace(/^the /, '')
}
