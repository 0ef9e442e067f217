import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseLike, inDays, now } from './case.test-kit.ts'
import type { CaseEvent } from './case.ts'
import { RiskModel } from './policy.ts'
import { ageOn, scoreRisk } from './risk.ts'

const model = (said: Partial<Parameters<typeof RiskModel.encode>[0]>) =>
  RiskModel.parse({
    id: '00000000-0000-4000-8000-000000000001',
    alias: 'risk',
    name: 'Risk',
    entity_type: 'INDIVIDUAL',
    thresholds: { medium: 50, high: 100 },
    factors: [],
    ...said,
  })

const rule = (score: number, values: string[]) => ({
  description: values.join(),
  when: { is: 'any_of' as const, values },
  score,
})
const subject = (data: Record<string, unknown>, events: readonly CaseEvent[] = []) =>
  caseLike({ rest: { data, events } })
const address = (country: string, postal = 'N1') => ({ address: { country, postal_code: postal } })

test('somebody is a year older on the birthday in UTC, and never older than a partial date makes sure', () => {
  const day = new Date('2026-11-20T00:00:00Z')
  expect(ageOn('2000-11-20', day)).toBe(26)
  expect(ageOn('2000-11-21', day)).toBe(25)
  expect(ageOn('2000-11', day)).toBe(25)
  expect(ageOn('2000-10', day)).toBe(26)
  expect(ageOn('2000', day)).toBe(25)
  expect(ageOn('2030-01-01', day)).toBeUndefined()
})

test('the country of residence and the postal code are those of the last address', () => {
  const asked = model({
    factors: [
      {
        alias: 'country',
        name: '',
        property: { of: 'country_of_residence' },
        is_required: false,
        rules: [rule(60, ['FRA'])],
      },
      {
        alias: 'postal',
        name: '',
        property: { of: 'postal_code' },
        is_required: false,
        rules: [rule(5, ['75001'])],
      },
    ],
  })
  const history = [address('GBR'), address('FRA', '75001')]
  const { level, score, factors } = scoreRisk(subject({ address_history: history }), asked, now)
  expect([level, score]).toEqual(['MEDIUM', 65])
  expect(factors.map(({ value, score: of, rule: by }) => [value, of, by])).toEqual([
    ['FRA', 60, 'FRA'],
    ['75001', 5, '75001'],
  ])
  expect(scoreRisk(subject({ address_history: history.toReversed() }), asked, now).score).toBe(0)
})

test('of several rules that hold the highest score counts', () => {
  const rules = [rule(10, ['GBR']), rule(70, ['GBR', 'FRA']), rule(30, ['GBR'])]
  const asked = model({
    factors: [{ alias: 'n', name: '', property: { of: 'nationality' }, is_required: false, rules }],
  })
  expect(scoreRisk(subject({ personal_details: { nationality: 'GBR' } }), asked, now).score).toBe(70)
})

test('words of a list are taken as they are written, a text as it is written or not', () => {
  const of = (when: RiskModel['factors'][number]['rules'][number]['when']) =>
    model({
      factors: [
        {
          alias: 'word',
          name: '',
          property: { of: 'custom_field', alias: 'job' },
          is_required: false,
          rules: [{ description: '', when, score: 1 }],
        },
      ],
    })
  const scored = (asked: RiskModel) =>
    scoreRisk(subject({ custom_fields_data: { job: 'Baker' } }), asked, now).score
  expect(scored(of({ is: 'any_of', values: ['baker'] }))).toBe(0)
  expect(scored(of({ is: 'any_of', values: ['Baker'] }))).toBe(1)
  expect(scored(of({ is: 'text', value: 'baker', ignore_case: false }))).toBe(0)
  expect(scored(of({ is: 'text', value: 'bAKER', ignore_case: true }))).toBe(1)
})

test('a number counts from its lower end to below its upper end, and matches nobody has cleared count as risk', () => {
  const asked = model({
    factors: [
      {
        alias: 'pep',
        name: '',
        property: { of: 'matches', event_type: 'PEP_FLAG' },
        is_required: true,
        rules: [{ description: '', when: { is: 'number', from: 1, to: 3 }, score: 120 }],
      },
    ],
  })
  const events = (...resolutions: CaseEvent['resolution'][]): CaseEvent[] =>
    resolutions.map((resolution, at) => ({
      id: String(at),
      type: 'PEP_FLAG',
      resolution,
      createdAt: inDays(-1),
    }))
  const level = (list: CaseEvent[]) => scoreRisk(subject({}, list), asked, now).level
  expect(level([])).toBe('LOW')
  expect(level(events('UNRESOLVED'))).toBe('HIGH')
  expect(level(events('MATCH', 'MISMATCH'))).toBe('HIGH')
  expect(level(events('MISMATCH', 'IGNORE'))).toBe('LOW')
  expect(level(events('MATCH', 'MATCH', 'MATCH'))).toBe('LOW')
})

test('a required factor without data leaves the risk undetermined, an optional one counts nothing', () => {
  const factors = (isRequired: boolean) => [
    {
      alias: 'n',
      name: 'Nationality',
      property: { of: 'nationality' as const },
      is_required: isRequired,
      rules: [rule(9, ['GBR'])],
    },
  ]
  expect(scoreRisk(subject({}), model({ factors: factors(true) }), now)).toMatchObject({
    level: 'UNDETERMINED',
    score: null,
    missing: ['Nationality'],
  })
  expect(scoreRisk(subject({}), model({ factors: factors(false) }), now)).toMatchObject({
    level: 'LOW',
    score: 0,
    missing: [],
  })
})

test('groups combine their factors, those without data left out, and all is summed up', () => {
  const scores: [string, number][] = [
    ['a', 10],
    ['b', 20],
    ['c', 60],
    ['alone', 1],
  ]
  const factors = [...scores, ['empty', 500] as const].map(([alias, score]) => ({
    alias,
    name: alias,
    property: { of: 'custom_field' as const, alias },
    is_required: false,
    rules: [rule(score, ['x'])],
  }))
  const data = { custom_fields_data: Object.fromEntries(scores.map(([alias]) => [alias, 'x'])) }
  const total = (combine: 'highest' | 'lowest' | 'mean' | 'sum') =>
    scoreRisk(
      subject(data),
      model({ factors, groups: [{ name: 'g', factors: ['a', 'b', 'c', 'empty'], combine }] }),
      now,
    ).score
  expect([total('highest'), total('lowest'), total('mean'), total('sum')]).toEqual([61, 11, 31, 91])
})

const words = ['a', 'b', 'c']
const anyRules = fc.array(
  fc.record({ score: fc.integer({ min: 0, max: 200 }), values: fc.subarray(words, { minLength: 1 }) }),
  { minLength: 1, maxLength: 4 },
)
const combines = fc.constantFrom('highest' as const, 'lowest' as const, 'mean' as const, 'sum' as const)

test('one rule more, of no less than nothing, never lowers the risk', () => {
  fc.assert(
    fc.property(
      fc.tuple(anyRules, anyRules, anyRules),
      fc.integer({ min: 0, max: 200 }),
      combines,
      fc.record({ f0: fc.constantFrom(...words), f1: fc.constantFrom(...words) }),
      (rules, more, combine, data) => {
        const of = (all: typeof rules) =>
          model({
            factors: all.map((list, at) => ({
              alias: `f${at}`,
              name: '',
              property: { of: 'custom_field' as const, alias: `f${at}` },
              is_required: false,
              rules: list.map(({ score, values }) => rule(score, values)),
            })),
            groups: [{ name: 'g', factors: ['f0', 'f1', 'f2'], combine }],
          })
        const scored = (asked: RiskModel) =>
          scoreRisk(subject({ custom_fields_data: data }), asked, now).score ?? -1
        const [first, ...others] = rules
        const [second, third] = others
        const after = of([[...first, { score: more, values: words }], second ?? first, third ?? first])
        expect(scored(after)).toBeGreaterThanOrEqual(scored(of(rules)))
      },
    ),
    { seed: 31 },
  )
})
