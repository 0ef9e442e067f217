import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProviderFailure } from './provider.ts'
import { readDescription } from './read-description.ts'

const metadata = { protocol_version: 1, provider_name: 'Millstone Data' }
const configuration = {
  check_type: 'COMPANY_DATA',
  check_template: { type: 'ONE_TIME_SYNCHRONOUS', timeout: null },
  pricing: { supports_reselling: true, maximum_cost: '200' },
  supported_countries: ['GBR', 'deu'],
  supported_features: ['COMPANY_SEARCH'],
  credentials: { fields: [{ type: 'required_field', name: 'api_key', label: 'API key', default: 'x' }] },
  config: {
    fields: [
      { type: 'boolean', name: 'strict', label: 'Strict', subtext: 'Only exact names', default: false },
      { type: 'MultiSelect', name: 'lists', label: 'Lists', options: ['a', 'b'], default: null },
      { type: 'string', name: 'mode', label: 'Mode', options: [{ label: 'Quick', value: 'quick' }] },
      { type: 'set', name: 'types', items: { type: 'string', options: ['x'] }, default: [] },
      { type: 'hologram', name: 'new', label: null },
    ],
  },
}

const templateOf = (check_template: unknown) =>
  readDescription(metadata, { ...configuration, check_template }).template

test('a configuration is read in every form that peers use', () => {
  expect(readDescription({ ...metadata, protocol_version: '1' }, configuration)).toEqual({
    providerName: 'Millstone Data',
    checkType: 'COMPANY_DATA',
    template: { type: 'ONE_TIME_SYNCHRONOUS', timeoutSeconds: 60 },
    supportsReselling: true,
    maximumCost: 200,
    supportedCountries: ['GBR', 'DEU'],
    supportedFeatures: ['COMPANY_SEARCH'],
    credentialFields: [{ type: 'required_field', name: 'api_key', label: 'API key', default: 'x' }],
    configFields: [
      { type: 'boolean', name: 'strict', label: 'Strict', subtext: 'Only exact names', default: false },
      { type: 'MultiSelect', name: 'lists', label: 'Lists', options: ['a', 'b'] },
      { type: 'string', name: 'mode', label: 'Mode', options: ['quick'] },
      { type: 'set', name: 'types', label: 'types', options: ['x'], default: [] },
      { type: 'hologram', name: 'new', label: 'new' },
    ],
    outputCustomFields: {},
  })
})

test('what newer documents call a screening is a screening', () => {
  const named = (check_type: string) => readDescription(metadata, { ...configuration, check_type }).checkType
  expect(named('INDIVIDUAL_SCREENING')).toBe('PEPS_AND_SANCTIONS_SCREEN')
  expect(named('COMPANY_SCREENING')).toBe('COMPANY_PEPS_AND_SANCTIONS_SCREEN')
  expect(() => named('TEA_LEAVES')).toThrow('check_type is missing or of the wrong kind')
})

test('a template is read grouped and flat, with its times as numbers or text', () => {
  const polling = { initialIntervalSeconds: 5, pollingIntervalSeconds: 10, pollsMax: 3 }
  const flat = { initial_interval: 5, polling_interval: '10', max_polls: 3 }
  const grouped = { polling_strategy: { type: 'UNIFORM', ...flat } }
  for (const strategy of [flat, grouped])
    expect(templateOf({ type: 'ONE_TIME_POLLING', ...strategy })).toEqual({
      type: 'ONE_TIME_POLLING',
      requestTimeoutSeconds: 60,
      polling,
    })
  const monitored = {
    monitoring_strategy: { update_interval: 120 },
    request_timeouts: { start: 30, poll: '9' },
  }
  expect(templateOf({ type: 'MONITORED_POLLING', ...grouped, ...monitored })).toEqual({
    type: 'MONITORED_POLLING',
    requestTimeoutSeconds: 30,
    polling,
    updateIntervalSeconds: 120,
  })
  const times = { requestTimeoutSeconds: 9, callbackTimeoutSeconds: 7 }
  const singular = { request_timeout: 9, callback_timeout: 7 }
  const plural = { request_timeouts: { default: 9 }, callback_timeouts: { default: 7 } }
  for (const form of [singular, plural])
    expect(templateOf({ type: 'ONE_TIME_CALLBACK', ...form })).toEqual({
      type: 'ONE_TIME_CALLBACK',
      ...times,
    })
})

test('a callback may come long after a request would have ended', () => {
  expect(templateOf({ type: 'ONE_TIME_CALLBACK', callback_timeout: 86_400 })).toMatchObject({
    requestTimeoutSeconds: 60,
    callbackTimeoutSeconds: 86_400,
  })
  expect(() => templateOf({ type: 'ONE_TIME_CALLBACK', request_timeout: 86_400 })).toThrow('request_timeout')
})

test.each([
  ['a template that nobody describes', { check_template: { type: 'MONITORED_CALLBACK' } }],
  ['a template without a polling interval', { check_template: { type: 'ONE_TIME_POLLING', max_polls: 1 } }],
  ['a time without end', { check_template: { type: 'ONE_TIME_SYNCHRONOUS', timeout: 1e9 } }],
  ['no countries', { supported_countries: [] }],
  ['a country that is none', { supported_countries: ['England'] }],
  ['a field that would touch every object', { config: { fields: [{ type: 'string', name: '__proto__' }] } }],
  ['fields without number', { credentials: { fields: Array.from({ length: 101 }, () => ({})) } }],
])('%s is refused by name', (_words, changes) => {
  expect(() => readDescription(metadata, { ...configuration, ...changes })).toThrow(ProviderFailure)
})

test('another version of the protocol is refused', () => {
  expect(() => readDescription({ ...metadata, protocol_version: 2 }, configuration)).toThrow(
    'The metadata of the integration cannot be read: protocol_version',
  )
})

test('whatever an integration says of itself, it is read or is one clear failure', () => {
  const changed = fc.dictionary(fc.constantFrom(...Object.keys(configuration)), fc.jsonValue())
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.constant(metadata)),
      changed,
      fc.jsonValue(),
      (meta, some, any) => {
        for (const config of [{ ...configuration, ...some }, any]) {
          try {
            expect(readDescription(meta, config).providerName).not.toBe('')
          } catch (error) {
            expect(error).toBeInstanceOf(ProviderFailure)
          }
        }
      },
    ),
    { numRuns: 300 },
  )
})
