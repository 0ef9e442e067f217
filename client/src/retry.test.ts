import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApiError } from './api-error.ts'
import { pauseBeforeRetry } from './retry.ts'

const rule = { retries: 4, baseMs: 500, pauseMsMax: 20_000, patienceMs: 300_000 }
const anyError = fc
  .record({
    outcome: fc.constantFrom('known-no' as const, 'unknown' as const),
    retryable: fc.boolean(),
    retryAfterSeconds: fc.option(fc.integer({ min: 0, max: 7200 }), { nil: 0 }),
  })
  .map(
    (given) => new ApiError({ operation: 'CreateProfile', status: 500, errors: [], why: 'failed', ...given }),
  )
const anySent = fc.record({
  attempt: fc.integer({ min: 1, max: 9 }),
  method: fc.constantFrom('GET' as const, 'POST' as const, 'DELETE' as const),
  hasKey: fc.boolean(),
})
const anyChance = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })

test('a write of unknown outcome is never sent again without a key, nor anything beyond the bound', () => {
  fc.assert(
    fc.property(anyError, anySent, anyChance, (error, sent, chance) => {
      const isDoubtful = error.outcome === 'unknown' && sent.method !== 'GET' && !sent.hasKey
      const isForbidden = isDoubtful || !error.retryable || sent.attempt > rule.retries
      if (isForbidden) expect(pauseBeforeRetry(error, sent, rule, chance)).toBeUndefined()
    }),
  )
})

test('a pause is never shorter than the server asks, nor longer by more than the jitter', () => {
  fc.assert(
    fc.property(anyError, anySent, anyChance, (error, sent, chance) => {
      const pause = pauseBeforeRetry(error, sent, rule, chance)
      if (pause === undefined) return
      const asked = (error.retryAfterSeconds ?? 0) * 1000
      expect(pause).toBeGreaterThanOrEqual(asked)
      expect(pause - asked).toBeLessThanOrEqual(rule.baseMs * 2 ** (sent.attempt - 1))
      expect(asked).toBeLessThanOrEqual(rule.patienceMs)
    }),
  )
})

test('what may be sent again is, while the attempts last', () => {
  const error = new ApiError({
    operation: 'AddTag',
    status: 500,
    errors: [],
    why: 'failed',
    outcome: 'unknown',
    retryable: true,
  })
  const pauses = [1, 2, 3, 4, 5].map((attempt) =>
    pauseBeforeRetry(error, { attempt, method: 'POST', hasKey: true }, rule, 0.5),
  )
  expect(pauses).toStrictEqual([250, 500, 1000, 2000, undefined])
})
