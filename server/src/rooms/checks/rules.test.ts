import { expect, test } from 'vitest'
import { foundAssociates, nextPlace, presentError } from './rules.ts'
import { shownOutput } from './rules-screening.ts'

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

test('the hits of a screening are shown as the contract has them, beside the words of the provider', () => {
  const hit = {
    provider: { hit_id: 'h-1' },
    flags: [{ type: 'PEP' }, { type: 'SANCTION' }],
    data: {
      name: 'Mira Oduya',
      confidence_score: 0.9,
      dates: [{ type: 'DOB', date: '1984-07' }],
      countries: [{ type: 'RESIDENCE', country: 'GBR' }],
      pep: { tier: 2, roles: [{ name: 'Mayor', tenure: { start: '2019' } }] },
      sanctions: [
        { name: 'A freeze', list: { name: 'A list' }, time_periods: [{ start: '2019', end: '2020' }] },
      ],
    },
  }
  const shown = shownOutput({ entity_type: 'INDIVIDUAL', screening_hits: [hit, 'odd', {}] })
  expect(shown.screening_hits).toHaveLength(3)
  expect(shown.sanctions_results).toMatchObject([
    {
      match_id: 'h-1',
      match_name: 'Mira Oduya',
      score: 0.9,
      match_dates: ['1984-07'],
      match_countries: ['GBR'],
      pep: { match: true, tier: 2, roles: [{ name: 'Mayor', from_date: '2019', is_current: true }] },
      sanctions: [{ name: 'A freeze', list: 'A list', is_past: true, time_periods: [{ to_date: '2020' }] }],
    },
    {},
  ])
  const told = { sanctions_results: [{ match_id: 'kept' }], screening_hits: [hit] }
  expect(shownOutput(told)).toEqual(told)
})
