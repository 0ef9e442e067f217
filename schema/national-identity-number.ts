interface Format {
  readonly pattern: RegExp
  readonly expected: string
}

/** The four countries whose numbers have a format (contract, section 4); Mexico takes an RFC or a CURP. */
const formats: ReadonlyMap<string, Format> = new Map([
  ['ESP', { pattern: /^[0-9LKXYZM][0-9]{7}[A-Z]$/, expected: 'a Spanish DNI or NIE, like 12345678Z' }],
  ['BRA', { pattern: /^[0-9]{11}$/, expected: 'a Brazilian CPF of 11 digits' }],
  ['CAN', { pattern: /^[0-9]{9}$/, expected: 'a Canadian SIN of 9 digits' }],
  [
    'MEX',
    {
      pattern: /^(?:[A-ZÑ&]{4}[0-9]{6}[A-Z0-9]{3}|[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[A-Z0-9][0-9])$/,
      expected: 'a Mexican RFC of 13 characters or a CURP of 18',
    },
  ],
])

/**
 * The number as it is stored: for a country with a format, spaces, dots, hyphens and slashes are dropped and
 * letters are capitals; for any other only the space around it is dropped.
 */
export function normaliseNationalIdentityNumber(country: string, number: string): string {
  return formats.has(country) ? number.replace(/[\s./-]/g, '').toUpperCase() : number.trim()
}

/** What is wrong with the number, in words for the caller; undefined when nothing is. The number is not repeated. */
export function nationalIdentityNumberFault(country: string, number: string): string | undefined {
  const format = formats.get(country)
  if (format === undefined || format.pattern.test(normaliseNationalIdentityNumber(country, number)))
    return undefined
  return `must be ${format.expected}`
}
