import { expect, test } from 'vitest'
import { foundAssociates, nextPlace, presentError } from './rules.ts'

test('providers for other countries are passed over', () => {
  const providers = [
    { provider: 'one', config: {}, countries: ['GBR'] },
    { provider: 'two', config: {} },
    { provider: 'three', config: {}, countries: ['FRA'] },
  ]
  expect(nextPlace({ providers }, 'GBR', 0)).toBe(0)
  expect(nextPlace({ providers }, 'DEU', 0)).toBe(1)
  expect(nextPlace({ providers }, null, 0)).toBe(1)
  expect(nextPlace({ providers }, 'FRA', 2)).toBe(2)
  expect(nextPlace({ providers }, 'GBR', 2)).toBeUndefined()
})

test('whether a company check found anybody is told by its lists, and of other checks is not asked', () => {
  expect(foundAssociates('IDENTITY_CHECK', { officers: {} })).toBeNull()
  expect(foundAssociates('COMPANY_REGISTRY', { officers: { directors: [], resigned: [] } })).toBe(false)
  expect(foundAssociates('COMPANY_REGISTRY', { officers: { directors: [{}] } })).toBe(true)
  expect(foundAssociates('COMPANY_DATA', { associated_entities: [{}] })).toBe(true)
  expect(foundAssociates('COMPANY_DATA', null)).toBe(false)
})

test('an error of a provider has the number of its kind, and its own words', () => {
  expect(presentError({ type: 'PROVIDER_CONNECTION', message: 'No' })).toEqual({
    code: 302,
    message: 'No',
    source: 'PROVIDER',
    info: { type: 'PROVIDER_CONNECTION' },
  })
  const country = { type: 'INVALID_CHECK_INPUT', subType: 'UNSUPPORTED_COUNTRY', message: 'No' }
  expect(presentError(country).code).toBe(106)
  expect(presentError({ type: 'SOMETHING_NEW', message: 'No' }).code).toBe(303)
})
