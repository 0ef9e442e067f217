import fc from 'fast-check'
import { expect, test } from 'vitest'
import { timeoutOf } from '../../provider-kit/provider.ts'
import { assertConfig, assertCredentials, changedLimits, defaultLimits } from './rules.ts'
import { afterCall, type Breaker, breakerStateOf, type CallOutcome } from './rules-breaker.ts'
import { decidePlace, type Load } from './rules-places.ts'
import { burstOf, tokensAt, waitMs } from './rules-rate.ts'
import { substringsOf } from './rules-search.ts'

const start = new Date('2026-11-20T09:00:00Z')
const at = (ms: number) => new Date(start.getTime() + ms)

const idle: Load = {
  secondTokens: null,
  minuteTokens: null,
  countedAt: null,
  interactiveWaitsUntil: null,
  interactiveCalls: 0,
  migrationCalls: 0,
  isProbed: false,
  failures: 0,
  openings: 0,
  openUntil: null,
}

const classes = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.boolean()), { maxLength: 120 })

/** When calls began, for takers that ask at these distances, in milliseconds. */
function beginnings(
  limits: Parameters<typeof decidePlace>[0],
  asked: readonly (readonly [number, boolean])[],
): number[] {
  let load = idle
  let ms = 0
  const begun: number[] = []
  for (const [distance, isMigration] of asked) {
    ms += distance
    const decision = decidePlace(limits, load, isMigration, at(ms))
    if (!decision.isTaken) continue
    begun.push(ms)
    load = {
      ...load,
      secondTokens: decision.secondTokens,
      minuteTokens: decision.minuteTokens,
      countedAt: at(ms),
    }
  }
  return begun
}

test('in no second and in no minute do more calls begin than were agreed', () => {
  const limits = fc.record({
    callsPerSecond: fc.integer({ min: 1, max: 20 }),
    callsPerMinute: fc.integer({ min: 1, max: 40 }),
  })
  fc.assert(
    fc.property(limits, classes, (rates, asked) => {
      const begun = beginnings({ ...defaultLimits, ...rates }, asked)
      for (const from of begun) {
        const within = (periodMs: number) => begun.filter((ms) => ms >= from && ms < from + periodMs).length
        expect(within(1_000)).toBeLessThanOrEqual(rates.callsPerSecond)
        expect(within(60_000)).toBeLessThanOrEqual(rates.callsPerMinute)
      }
    }),
  )
})

test('whoever waits as long as told finds a token', () => {
  const rates = fc.record({
    calls: fc.integer({ min: 1, max: 500 }),
    periodMs: fc.constantFrom(1_000, 60_000),
  })
  fc.assert(
    fc.property(rates, fc.double({ min: 0, max: 1, noNaN: true }), (rate, part) => {
      const tokens = part * burstOf(rate)
      const waited = at(waitMs(rate, tokens, 1))
      expect(tokensAt(rate, tokens, start, waited)).toBeGreaterThan(1 - 1e-6)
    }),
  )
})

test('a clock that went back gives no tokens and takes none', () => {
  expect(tokensAt({ calls: 8, periodMs: 1_000 }, 1, start, at(-5_000))).toBe(1)
})

test('a migration takes its part of the places, and one where the part would be none', () => {
  const takes = (concurrentCalls: number, migrationCalls: number, interactiveCalls = 0) =>
    decidePlace(
      { ...defaultLimits, concurrentCalls },
      { ...idle, migrationCalls, interactiveCalls },
      true,
      start,
    ).isTaken
  expect([takes(4, 1), takes(4, 2), takes(1, 0), takes(1, 1), takes(4, 1, 3)]).toEqual([
    true,
    false,
    true,
    false,
    false,
  ])
  const all = { ...defaultLimits, concurrentCalls: 4, migrationPercent: 100 }
  expect(decidePlace(all, { ...idle, migrationCalls: 3 }, true, start).isTaken).toBe(true)
})

test('interactive work takes any free place, whatever a migration holds', () => {
  const limits = { ...defaultLimits, concurrentCalls: 4 }
  expect(decidePlace(limits, { ...idle, migrationCalls: 2, interactiveCalls: 1 }, false, start).isTaken).toBe(
    true,
  )
})

test('while interactive work waits for a place, a migration leaves the next one to it', () => {
  const limits = { ...defaultLimits, concurrentCalls: 2 }
  const refusal = decidePlace(limits, { ...idle, interactiveCalls: 1, migrationCalls: 1 }, false, start)
  if (refusal.isTaken || refusal.interactiveWaitsUntil === null)
    throw new Error('A full provider took a call')
  const freed = { ...idle, interactiveCalls: 1, interactiveWaitsUntil: refusal.interactiveWaitsUntil }
  const again = refusal.retryAt
  expect(decidePlace(limits, freed, true, again).isTaken).toBe(false)
  expect(decidePlace(limits, freed, false, again).isTaken).toBe(true)
  // Whoever waited may have died: the migration goes on after a moment.
  expect(decidePlace(limits, freed, true, refusal.interactiveWaitsUntil).isTaken).toBe(true)
})

test('a migration never empties the burst that interactive work may need', () => {
  const limits = { ...defaultLimits, callsPerSecond: 16 }
  const taken = (isMigration: boolean, tokens: number) =>
    decidePlace(limits, { ...idle, secondTokens: tokens, countedAt: start }, isMigration, start).isTaken
  expect([taken(true, 4), taken(true, 3), taken(true, 2), taken(false, 2), taken(false, 1)]).toEqual([
    true,
    true,
    false,
    true,
    true,
  ])
})

const failed = { outcome: 'failed', isProbe: false } as const
const closed: Breaker = { failures: 0, openings: 0, openUntil: null }

test('five failures in a row open the breaker for ten seconds; an answer between them does not let them add up', () => {
  const after = (outcomes: readonly CallOutcome[]) =>
    outcomes.reduce<Breaker>(
      (breaker, outcome) => afterCall(breaker, { outcome, isProbe: false }, 5, start),
      closed,
    )
  const four = Array<CallOutcome>(4).fill('failed')
  expect(after(four).openUntil).toBeNull()
  expect(after([...four, 'answered', ...four]).openUntil).toBeNull()
  expect(after([...four, 'failed']).openUntil).toEqual(at(10_000))
})

test('each probe that fails doubles the time up to five minutes, and an answer closes the breaker', () => {
  let breaker = afterCall(closed, failed, 1, start)
  const times: number[] = []
  for (let probe = 0; probe < 8; probe += 1) {
    const begun = breaker.openUntil ?? start
    breaker = afterCall(breaker, { outcome: 'failed', isProbe: true }, 1, begun)
    times.push(((breaker.openUntil?.getTime() ?? 0) - begun.getTime()) / 1000)
  }
  expect(times).toEqual([20, 40, 80, 160, 300, 300, 300, 300])
  expect(afterCall(breaker, { outcome: 'answered', isProbe: true }, 1, start)).toEqual(closed)
})

test('calls that were under way when the breaker opened do not hold it open', () => {
  const open = afterCall(closed, failed, 1, start)
  expect(afterCall(open, failed, 1, at(9_000))).toBe(open)
})

test('an open breaker lets nothing through, a half-open one exactly one call', () => {
  const open = { ...idle, ...afterCall(closed, failed, 1, start) }
  expect(decidePlace(defaultLimits, open, false, at(9_999))).toEqual({
    isTaken: false,
    retryAt: at(10_000),
    interactiveWaitsUntil: null,
  })
  expect(breakerStateOf(open, at(10_000))).toBe('HALF_OPEN')
  expect(decidePlace(defaultLimits, open, true, at(10_000))).toMatchObject({ isTaken: true, isProbe: true })
  expect(decidePlace(defaultLimits, { ...open, isProbed: true }, false, at(10_000)).isTaken).toBe(false)
})

test('whatever happened, an answer closes the breaker, and it is never open for more than five minutes', () => {
  const calls = fc.array(
    fc.record({ outcome: fc.constantFrom<CallOutcome>('answered', 'failed'), isProbe: fc.boolean() }),
  )
  fc.assert(
    fc.property(calls, fc.integer({ min: 1, max: 10 }), (all, failuresMax) => {
      let breaker = closed
      for (const call of all) {
        breaker = afterCall(breaker, call, failuresMax, start)
        if (call.outcome === 'answered') expect(breaker).toEqual(closed)
        expect((breaker.openUntil?.getTime() ?? start.getTime()) - start.getTime()).toBeLessThanOrEqual(
          300_000,
        )
      }
    }),
  )
})

test('a limit that is left out stays, and null takes it away', () => {
  const limits = changedLimits(defaultLimits, { calls_per_second: 5, concurrent_calls: 2 })
  expect(changedLimits(limits, { calls_per_second: null })).toEqual({ ...defaultLimits, concurrentCalls: 2 })
})

test('a call takes no longer than the account allows, and no longer than the integration asks for', () => {
  const template = { type: 'ONE_TIME_SYNCHRONOUS', timeoutSeconds: 30 } as const
  expect([timeoutOf(null, template), timeoutOf(5, template), timeoutOf(90, template)]).toEqual([30, 5, 30])
})

const fields = {
  configFields: [
    { type: 'boolean', name: 'strict', label: 'Strict' },
    { type: 'MultiSelect', name: 'lists', label: 'Lists', options: ['one', 'two'] },
    { type: 'string', name: 'level', label: 'Level', options: ['high', 'low'] },
    { type: 'of the future', name: 'later', label: 'Later' },
  ],
  credentialFields: [{ type: 'password', name: 'api_key', label: 'API key' }],
}

test('a configuration holds what the integration declares, of the kind it declares', () => {
  assertConfig(fields, { strict: true, lists: ['two'], level: 'low', later: { any: 'thing' } })
  for (const [config, pointer] of [
    [{ strict: 'yes' }, '/config/strict'],
    [{ lists: ['three'] }, '/config/lists'],
    [{ level: 'middle' }, '/config/level'],
    [{ 'a/b': 1 }, '/config/a~1b'],
  ] as const)
    expect(() => assertConfig(fields, config)).toThrow(expect.objectContaining({ pointer }))
  expect(() => assertCredentials(fields, { password: 'x' })).toThrow(
    expect.objectContaining({ pointer: '/credentials/password' }),
  )
})

test('the parts of an address that were typed are marked where a word begins, without overlap', () => {
  expect(substringsOf('12 Mill Street, Alderhaven', 'MILL 12 alder')).toEqual([
    [0, 2],
    [3, 7],
    [16, 21],
  ])
  expect(substringsOf('Mill Mills', 'mill mills')).toEqual([
    [0, 4],
    [5, 10],
  ])
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, query) => {
      let last = 0
      for (const [from, to] of substringsOf(text, query)) {
        expect(from).toBeGreaterThanOrEqual(last)
        expect(to).toBeGreaterThan(from)
        last = to
      }
      expect(last).toBeLessThanOrEqual(text.length)
    }),
  )
})
