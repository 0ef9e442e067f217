import { CheckResult, CheckType } from '@drawbridge/schema/check.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decisionOf, goesOnAfter, outcomeOf } from './check-outcome.ts'
import { checkTypes } from './check-types.ts'
import { defaultPolicy } from './default-policy.ts'
import { entityTypeOf } from './task-types.ts'

const variantLike = (change: object) => {
  const [variant] = defaultPolicy.check_variants
  if (!variant) throw new Error('the default policy has no check variant')
  return { ...variant, ...change }
}

const result = (type: CheckType, output: Record<string, unknown> | null, told: string | null = null) =>
  outcomeOf(type, { output, result: told, errors: [] }, undefined).result

const source = (database: string, ...fields: string[]) => ({
  database_name: database,
  database_type: 'CIVIL',
  matched_fields: fields,
  count: 1,
})
const name = ['FORENAME', 'SURNAME']
const identity = (...matches: object[]) => result('IDENTITY_CHECK', { electronic_id_check: { matches } })

test('two sources with name and address, or one and another with name and birthday, are 2+2', () => {
  expect(identity(source('a', ...name, 'ADDRESS'), source('b', ...name, 'ADDRESS'))).toBe('2+2')
  expect(identity(source('a', ...name, 'ADDRESS'), source('b', ...name, 'DOB'))).toBe('2+2')
  expect(identity(source('a', ...name, 'ADDRESS', 'DOB'), source('b', ...name, 'DOB', 'ADDRESS'))).toBe('2+2')
})

test('one source is 1+1, however much it knows and however often', () => {
  expect(identity(source('a', ...name, 'ADDRESS'))).toBe('1+1')
  expect(identity(source('a', ...name, 'ADDRESS', 'DOB'))).toBe('1+1')
  expect(identity({ ...source('a', ...name, 'ADDRESS'), count: 7 })).toBe('1+1')
  expect(identity(source('a', ...name, 'ADDRESS'), source('a', ...name, 'DOB'))).toBe('1+1')
  expect(identity(source('a', ...name, 'ADDRESS'), source('b', ...name))).toBe('1+1')
  expect(identity(source('a', ...name, 'ADDRESS'), source('b', 'SURNAME', 'DOB'))).toBe('1+1')
})

test('without name and address together there is no match, and the dead match nobody', () => {
  expect(identity()).toBe('Fail')
  expect(identity(source('a', ...name, 'DOB'), source('b', ...name, 'DOB'))).toBe('Fail')
  expect(identity(source('a', 'SURNAME', 'ADDRESS'))).toBe('Fail')
  expect(identity({ ...source('a', ...name, 'ADDRESS'), count: 0 })).toBe('Fail')
  expect(identity({ ...source('a', ...name, 'ADDRESS'), database_type: 'IGNORED' })).toBe('Fail')
  const good = [source('a', ...name, 'ADDRESS'), source('b', ...name, 'ADDRESS')]
  expect(identity(...good, { ...source('c', ...name), database_type: 'MORTALITY' })).toBe('Fail')
  expect(identity(...good, { ...source('c', ...name), database_type: 'MORTALITY', count: 0 })).toBe('2+2')
})

test('a provider’s own word counts for identity only where it sends no output', () => {
  expect(result('IDENTITY_CHECK', null, '2+2')).toBe('2+2')
  expect(result('IDENTITY_CHECK', { electronic_id_check: { matches: [] } }, '2+2')).toBe('Fail')
  expect(result('IDENTITY_CHECK', { electronic_id_check: 'garbage' }, '2+2')).toBe('Error')
  expect(result('IDENTITY_CHECK', null, 'Splendid')).toBe('Error')
})

const hit = (status: string, ...flags: string[]) => ({ status, flags: flags.map((type) => ({ type })) })
const screen = (...hits: object[]) => result('PEPS_AND_SANCTIONS_SCREEN', { screening_hits: hits })

test('a screen is called by the gravest of the hits that are not ruled out', () => {
  expect(screen()).toBe('Pass')
  expect(screen(hit('MISMATCH', 'SANCTION'))).toBe('Pass')
  expect(screen(hit('UNRESOLVED', 'REFER'))).toBe('Refer')
  expect(screen(hit('UNRESOLVED', 'ADVERSE_MEDIA'), hit('UNRESOLVED', 'REFER'))).toBe('Media')
  expect(screen(hit('MATCH', 'PEP', 'ADVERSE_MEDIA'))).toBe('PEP')
  expect(screen(hit('MATCH', 'PEP'), hit('UNRESOLVED', 'SANCTION'))).toBe('Sanction')
  expect(screen(hit('UNRESOLVED', 'INTERNAL_WATCHLIST'))).toBe('Refer')
  expect(screen(hit('UNRESOLVED'))).toBe('Refer')
  expect(result('PEPS_AND_SANCTIONS_SCREEN', { sanctions_results: [{ pep: { match: true } }] })).toBe('PEP')
  expect(result('PEPS_AND_SANCTIONS_SCREEN', { screening_hits: [hit('MATCH', 'PEP')] }, 'Pass')).toBe('PEP')
})

test('documents pass when each of them does', () => {
  const of = (...passed: unknown[]) =>
    result('DOCUMENT_VERIFICATION', {
      documents: passed.map((all) => ({ verification_result: { all_passed: all } })),
    })
  expect([of(true), of(true, false), of(true, 'yes'), of()]).toEqual(['Pass', 'Fail', 'Fail', 'Error'])
})

test('a company that is not found, not active or another one fails; a name that differs leaves it partial', () => {
  const of = (metadata: object, ...differing: string[]) =>
    result('COMPANY_DATA', {
      metadata,
      field_checks: differing.map((field) => ({ field, result: 'MISMATCH' })),
    })
  const acme = { name: 'Acme', is_active: true }
  expect(of(acme)).toBe('Pass')
  expect(of(acme, 'NUMBER')).toBe('Fail')
  expect(of({ ...acme, is_active: false })).toBe('Fail')
  expect(of(acme, 'NAME')).toBe('Partial')
  expect(of({})).toBe('Partial')
  expect(result('COMPANY_DATA', null)).toBe('Fail')
})

test('a merchant on whom nothing is found is completed, which passes no task', () => {
  const of = (count: number) =>
    outcomeOf(
      'COMPANY_MERCHANT_FRAUD_SCREENING',
      { output: { fraud_detection: { match_count: count } }, result: null, errors: [] },
      undefined,
    )
  expect(of(0)).toEqual({ result: 'Completed', decision: 'WARN' })
  expect(of(2)).toEqual({ result: 'Refer', decision: 'WARN' })
})

test('a fraud screen passes only when it clearly says that nothing was found', () => {
  const of = (detection: object) => result('FRAUD_SCREENING', { fraud_detection: detection })
  expect(of({ match_count: 0, matches: [] })).toBe('Pass')
  expect(of({ match_count: 0, matches: [{ id: 'x' }] })).toBe('Refer')
  expect(of({ match_count: 'several' })).toBe('Refer')
  expect(of({ matches: [{ id: 'x' }] })).toBe('Refer')
})

test('the decision of a custom check is what its provider says, and an unknown one is an error', () => {
  const of = (decision: string) =>
    outcomeOf('INDIVIDUAL_CUSTOM', { output: {}, result: { decision, summary: 'x' }, errors: [] }, undefined)
  expect(['PASS', 'FAIL', 'PARTIAL', 'WARN', 'ERROR'].map((decision) => of(decision).decision)).toEqual([
    'PASS',
    'FAIL',
    'PARTIAL',
    'WARN',
    'ERROR',
  ])
  expect(of('SURE')).toEqual({ result: 'Error', decision: 'ERROR' })
})

test('the usual meaning of each result is that of the contract', () => {
  const table = Object.fromEntries(CheckResult.options.map((word) => [word, decisionOf(word, undefined)]))
  expect(table).toEqual({
    Pass: 'PASS',
    '2+2': 'PASS',
    '1+1': 'PARTIAL',
    Partial: 'PARTIAL',
    Fail: 'FAIL',
    PEP: 'WARN',
    Sanction: 'WARN',
    Media: 'WARN',
    Refer: 'WARN',
    Completed: 'WARN',
    Error: 'ERROR',
  })
})

test('a variant may give a result another meaning, but an error stays one', () => {
  const variant = variantLike({ decisions: { '1+1': 'PASS', Error: 'PASS' } })
  expect(decisionOf('1+1', variant)).toBe('PASS')
  expect(decisionOf('2+2', variant)).toBe('PASS')
  expect(decisionOf('Error', variant)).toBe('ERROR')
})

test('the waterfall goes on after the decisions that its variant names, and after none without a variant', () => {
  const variant = variantLike({ waterfall_on: ['ERROR', 'PARTIAL'] })
  expect(
    (['PASS', 'FAIL', 'PARTIAL', 'WARN', 'ERROR'] as const).map((decision) => goesOnAfter(variant, decision)),
  ).toEqual([false, false, true, false, true])
  expect(goesOnAfter(undefined, 'ERROR')).toBe(false)
})

const anything = fc.oneof(
  fc.anything({ maxDepth: 4 }),
  fc.record({
    documents: fc.anything(),
    screening_hits: fc.anything(),
    electronic_id_check: fc.anything(),
    metadata: fc.anything(),
    field_checks: fc.anything(),
    visa_check: fc.anything(),
  }),
)

test('whatever a provider sends ends in a result that the type can have, and errors never pass', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CheckType.options),
      anything,
      fc.option(fc.oneof(fc.string(), fc.constantFrom(...CheckResult.options)), { nil: null }),
      fc.boolean(),
      (type, sent, told, isFaulty) => {
        const output = typeof sent === 'object' && sent !== null ? { ...sent } : null
        const { result: found, decision } = outcomeOf(
          type,
          { output, result: told, errors: isFaulty ? [{ type: 'PROVIDER_MESSAGE' }] : [] },
          undefined,
        )
        expect([...checkTypes[type].results, 'Error']).toContain(found)
        if (isFaulty) expect(decision).toBe('ERROR')
      },
    ),
    { seed: 51, numRuns: 400 },
  )
})

test('a type of check is used by tasks of its own kind of profile, and all can be told from each other', () => {
  for (const [type, facts] of Object.entries(checkTypes)) {
    expect(facts.taskTypes.length, type).toBeGreaterThan(0)
    for (const task of facts.taskTypes) expect(entityTypeOf(task), type).toBe(facts.entityType)
    expect(new Set(facts.taskTypes).size).toBe(facts.taskTypes.length)
  }
  const sync = CheckType.options.filter((type) => checkTypes[type].mode === 'sync')
  expect(sync).toEqual(['IDENTITY_CHECK'])
  expect(CheckType.options.filter((type) => checkTypes[type].mayBeMonitored)).toEqual([
    'PEPS_AND_SANCTIONS_SCREEN',
    'COMPANY_DATA',
    'COMPANY_PEPS_AND_SANCTIONS_SCREEN',
    'COMPANY_MERCHANT_FRAUD_SCREENING',
  ])
})
