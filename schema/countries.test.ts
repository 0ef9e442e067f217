import { expect, test } from 'vitest'
import { countries, countryFromAlpha2, countryFromAlpha3, countryFromName } from './countries.ts'

test('every country is found again by each of its codes and by its name', () => {
  const lost = countries.filter(
    (country) =>
      countryFromAlpha2(country.alpha2.toLowerCase()) !== country ||
      countryFromAlpha3(country.alpha3) !== country ||
      countryFromName(country.name) !== country,
  )
  expect(lost).toStrictEqual([])
})

test('the table holds the 249 of ISO 3166-1 and Kosovo, each code once', () => {
  expect(countries).toHaveLength(250)
  expect(new Set(countries.map((country) => country.alpha3)).size).toBe(250)
  expect(new Set(countries.map((country) => country.alpha2)).size).toBe(250)
})

test.each([
  ['Great Britain', 'GBR'],
  ['england', 'GBR'],
  ['U.K.', 'GBR'],
  ['The Netherlands', 'NLD'],
  ['Russian Federation', 'RUS'],
  ['Czech Republic', 'CZE'],
  ['Ivory Coast', 'CIV'],
  ["Côte d'Ivoire", 'CIV'],
  ['East Timor', 'TLS'],
  ['Democratic Republic of the Congo', 'COD'],
  ['St. Lucia', 'LCA'],
  ['Türkiye', 'TUR'],
  ['Bosnia & Herzegovina', 'BIH'],
  ['U.S.A.', 'USA'],
])('%s is %s', (name, alpha3) => {
  expect(countryFromName(name)?.alpha3).toBe(alpha3)
})

test('what no country is called is not guessed', () => {
  expect([countryFromName('Utopia'), countryFromName(''), countryFromAlpha2('QQ')]).toStrictEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(countryFromAlpha2('uk')?.alpha3).toBe('GBR')
})
