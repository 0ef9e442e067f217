import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { customManner, type Manner, screeningManner, scriptOf } from './exemplary.test-kit.ts'
import { scripted } from './integration.test-kit.ts'
import { validateIntegration } from './validate-integration.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function reportOn(manner: Manner, secret?: string) {
  let known = ''
  const peer = await scripted(scriptOf(manner, () => known))
  known = peer.secret
  closers.push(peer.close)
  const report = await validateIntegration({ ...peer, secret: secret ?? peer.secret, waitSecondsMax: 0 })
  return { peer, report }
}

const namesOf = (report: { checks: readonly { name: string; outcome: string }[] }, outcome: string) =>
  report.checks.filter((check) => check.outcome === outcome).map(({ name }) => name)

describe('an integration that keeps the protocol', () => {
  test.each([
    ['custom, at once, with pages and search', customManner, 40],
    ['screening, polled and monitored', screeningManner, 40],
  ])('passes: %s', async (_words, manner, count) => {
    const { report, peer } = await reportOn(manner)
    expect(namesOf(report, 'FAILED')).toEqual([])
    expect(namesOf(report, 'WARNED')).toEqual(['address.https'])
    expect(namesOf(report, 'PASSED').length).toBeGreaterThanOrEqual(count)
    expect(report).toMatchObject({ passed: true, description: { providerName: 'Millstone Data' } })
    expect(new Set(report.checks.map(({ name }) => name)).size).toBe(report.checks.length)
    expect(JSON.stringify(report)).not.toContain(peer.secret)
    expect(peer.received.every(({ body }) => body.demo_result !== null)).toBe(true)
  })

  test('passes when its checks call back, whether or not it knows /ready', async () => {
    const { check_template: _template, ...configuration } = screeningManner.configuration
    const check_template = { type: 'ONE_TIME_CALLBACK', request_timeout: 60, callback_timeout: 60 }
    const pricing = { supports_reselling: false }
    const manner = { ...screeningManner, configuration: { ...configuration, check_template, pricing } }
    const { report } = await reportOn(manner)
    expect(namesOf(report, 'FAILED')).toEqual([])
    const found = new Map(report.checks.map(({ name, found }) => [name, found]))
    expect(found.get('template.ready')).toBe('unknown, which does no harm')
    expect(found.get('template.start')).toBe('both')
    expect(namesOf(report, 'PASSED')).toContain('template.complete')
  })
})

const unknownTo = (manner: Manner, ...names: string[]): Manner => ({
  ...manner,
  demo: (demoResult, request) => (names.includes(demoResult) ? undefined : manner.demo(demoResult, request)),
})

const answering = (manner: Manner, name: string, changes: Record<string, unknown>): Manner => ({
  ...manner,
  demo: (demoResult, request) => {
    const answer = manner.demo(demoResult, request)
    return demoResult === name ? { ...answer, ...changes } : answer
  },
})

const configured = (manner: Manner, changes: Record<string, unknown>): Manner => ({
  ...manner,
  configuration: { ...manner.configuration, ...changes },
})

const custom = customManner
const screening = screeningManner
const refusingOnly = (isRefused: Manner['isRefused']) => ({ ...custom, isRefused })

test.each<[string, string, Manner]>([
  [
    'a name that is too short',
    'metadata.name',
    { ...custom, metadata: { protocol_version: 1, provider_name: 'Mill' } },
  ],
  [
    'another version',
    'metadata.version',
    { ...custom, metadata: { protocol_version: 2, provider_name: 'Millstone' } },
  ],
  [
    'metadata that needs a signature',
    'metadata.answers',
    refusingOnly(({ path, isSigned }) => !path.startsWith('/page') && !isSigned),
  ],
  ['no countries', 'config.countries', configured(custom, { supported_countries: [] })],
  [
    'a custom check that is resold',
    'config.pricing',
    configured(custom, { pricing: { supports_reselling: true } }),
  ],
  [
    'a template that nobody knows',
    'config.template',
    configured(custom, { check_template: { type: 'SOMEDAY' } }),
  ],
  ['an unknown check type', 'config.check-type', configured(custom, { check_type: 'TEA_LEAVES' })],
  ['no fields', 'config.fields', configured(custom, { config: {} })],
  [
    'a field that is there twice',
    'config.credentials',
    configured(custom, { credentials: { fields: [{ name: 'a' }, { name: 'a' }] } }),
  ],
  [
    'a custom field of the wrong name',
    'config.custom-fields',
    configured(custom, { output_custom_fields: { fields: { score: { type: 'DECIMAL' } } } }),
  ],
  [
    'no refusal of unsigned requests',
    'signature.missing',
    refusingOnly(({ headers }) => headers.authorization === 'x'),
  ],
  [
    'no refusal of unsigned checks',
    'signature.missing-on-check',
    refusingOnly(({ path, isSigned }) => path === '/config' && !isSigned),
  ],
  [
    'no refusal of old signatures',
    'signature.stale',
    refusingOnly(
      ({ path, isSigned, headers }) => custom.isRefused({ path, isSigned } as never) && !isOld(headers.date),
    ),
  ],
  ['a required demo result that it does not know', 'demo.ANY', unknownTo(custom, 'ANY')],
  [
    'credentials that are never wrong',
    'demo.ERROR_INVALID_CREDENTIALS',
    unknownTo(custom, 'ERROR_INVALID_CREDENTIALS'),
  ],
  [
    'an answer to every demo result',
    'demo.unknown',
    { ...custom, demo: (name, request) => custom.demo(name, request) ?? custom.demo('ANY', request) },
  ],
  ['a custom check without a decision', 'custom.result', answering(custom, 'ANY', { result: null })],
  [
    'a custom check without a summary',
    'custom.result',
    answering(custom, 'ANY', { result: { decision: 'PASS', summary: ' ' } }),
  ],
  [
    'a summary that is too long',
    'custom.result',
    answering(custom, 'ANY', { result: { decision: 'PASS', summary: 'x'.repeat(451) } }),
  ],
  [
    'custom output that was not declared',
    'demo.CUSTOM_DATA_OUTPUT',
    answering(custom, 'CUSTOM_DATA_OUTPUT', { check_output: {} }),
  ],
  ['a page that opens for everybody', 'external.unsigned', { ...custom, page: () => 200 }],
  ['a page that opens for nobody', 'external.correct', { ...custom, page: () => 404 }],
  ['a search that always finds', 'search.NO_HITS', { ...custom, search: () => custom.search('ONE_HIT') }],
  ['a search that finds one', 'search.MANY_HITS', { ...custom, search: () => custom.search('ONE_HIT') }],
  ['no charge', 'demo.ANY_CHARGE', answering(screening, 'ANY_CHARGE', { charges: [] })],
  [
    'too high a charge',
    'demo.ANY_CHARGE',
    answering(screening, 'ANY_CHARGE', { charges: [{ amount: 201 }] }),
  ],
  [
    'flags that are lacking',
    'demo.SCREEN_ALL_FLAGS_SAME_HIT',
    answering(screening, 'SCREEN_ALL_FLAGS_SAME_HIT', { check_output: { screening_hits: [hitWith('PEP')] } }),
  ],
  [
    'flags on one hit only',
    'demo.SCREEN_ALL_FLAGS_SEPARATE_HITS',
    answering(screening, 'SCREEN_ALL_FLAGS_SEPARATE_HITS', {
      check_output: { screening_hits: [hitWith('PEP', 'SANCTION')] },
    }),
  ],
  ['no REFER', 'demo.SCREEN_SINGLE_REFER', unknownTo(screening, 'SCREEN_SINGLE_REFER')],
  [
    'polls without end',
    'template.polls',
    {
      ...screening,
      special: (path) => (path.endsWith('/poll') ? { status: 200, value: { pending: true } } : undefined),
    },
  ],
  [
    'no monitoring',
    'template.monitoring',
    {
      ...screening,
      special: (path) => (path.startsWith('/monitored') ? { status: 500, value: {} } : undefined),
    },
  ],
  [
    'checks that always break',
    'load.concurrent',
    { ...custom, special: (path) => (path === '/checks' ? { status: 500, value: {} } : undefined) },
  ],
])('an integration with %s fails %s', async (_words, name, manner) => {
  const { report } = await reportOn(manner)
  expect(report.passed).toBe(false)
  expect(namesOf(report, 'FAILED')).toContain(name)
})

function isOld(date: string | undefined): boolean {
  return Date.now() - Date.parse(date ?? '') > 60_000
}

function hitWith(...types: string[]) {
  return { provider: { hit_id: 'h' }, flags: types.map((type) => ({ type })), data: { name: 'Tamsin' } }
}

test('an integration that knows another secret fails, and nothing further is examined', async () => {
  const { report } = await reportOn(custom, `${'A'.repeat(43)}=`)
  expect(report).toMatchObject({ passed: false, description: null })
  expect(namesOf(report, 'FAILED')).toContain('config.answers')
  expect(report.checks.find(({ name }) => name === 'load.concurrent')).toMatchObject({ outcome: 'SKIPPED' })
})

test('an address where nobody answers is a report too', async () => {
  const { peer } = await reportOn(custom)
  peer.close()
  const report = await validateIntegration({ ...peer, waitSecondsMax: 0 })
  expect(report.passed).toBe(false)
  expect(report.checks.find(({ name }) => name === 'metadata.answers')?.found).toMatch(/connection failed/)
  expect(report.checks.find(({ name }) => name === 'signature.stale')).toMatchObject({
    outcome: 'SKIPPED',
    found: 'the integration does not answer',
  })
})

test('whatever an integration answers, every check has an outcome', async () => {
  const anything = fc.record({ status: fc.constantFrom(200, 201, 301, 400, 500), value: fc.jsonValue() })
  const paths = ['/', '/config', '/checks', '/search', '/page']
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...paths), anything), async (answers) => {
      const special = (path: string) => (Object.hasOwn(answers, path) ? answers[path] : undefined)
      const { report } = await reportOn({ ...custom, special })
      expect(report.checks.length).toBeGreaterThan(40)
      const isHarmless = Object.keys(answers).every((path) => path === '/page')
      expect(report.passed).toBe(isHarmless)
    }),
    { numRuns: 10 },
  )
})
