import type { Limits } from './queries.ts'
import { type Breaker, breakerStateOf } from './rules-breaker.ts'
import { burstOf, type Rate, tokensAt, waitMs } from './rules-rate.ts'

/** What is under way at a provider, and what is left of its rates. */
export interface Load extends Breaker {
  readonly secondTokens: number | null
  readonly minuteTokens: number | null
  readonly countedAt: Date | null
  readonly interactiveWaitsUntil: Date | null
  readonly interactiveCalls: number
  readonly migrationCalls: number
  /** Whether a call is under way that tries whether the provider answers again. */
  readonly isProbed: boolean
}

/** Whether a call may begin; when not, when to ask again. */
export type PlaceDecision =
  | {
      readonly isTaken: true
      readonly secondTokens: number | null
      readonly minuteTokens: number | null
      readonly isProbe: boolean
    }
  | {
      readonly isTaken: false
      readonly retryAt: Date
      /** Until when a migration leaves the next place to interactive work, which was refused this one. */
      readonly interactiveWaitsUntil: Date | null
    }

type PlaceLimits = Pick<Limits, 'callsPerSecond' | 'callsPerMinute' | 'concurrentCalls' | 'migrationPercent'>

/** How soon to ask again for a place that is taken. */
const interactiveAgainMs = 250
const migrationAgainMs = 1_000
/** How soon to ask again while one call tries whether the provider answers: all that waits would ask at once. */
const probeInteractiveMs = 1_000
const probeMigrationMs = 5_000
/** How much longer than its next question interactive work is waited for. */
const graceMs = 1_000

/**
 * Whether a call may begin now (R110): the breaker lets it through, a place is free, and the rates of a second and of
 * a minute allow it. A migration takes its part of the places and leaves the rest of the burst alone; while interactive
 * work waits for a place it takes none.
 */
export function decidePlace(limits: PlaceLimits, load: Load, isMigration: boolean, at: Date): PlaceDecision {
  const state = breakerStateOf(load, at)
  if (state === 'OPEN' && load.openUntil !== null) return later(load.openUntil)
  if (state === 'HALF_OPEN' && load.isProbed)
    return later(after(at, isMigration ? probeMigrationMs : probeInteractiveMs))
  const { interactiveWaitsUntil } = load
  if (isMigration && interactiveWaitsUntil !== null && at < interactiveWaitsUntil)
    return later(interactiveWaitsUntil)
  if (!isPlaceFree(limits, load, isMigration)) return refused(isMigration, at, 0)
  return takeTokens(limits, load, isMigration, at, state === 'HALF_OPEN')
}

function isPlaceFree(limits: PlaceLimits, load: Load, isMigration: boolean): boolean {
  const { concurrentCalls, migrationPercent } = limits
  if (concurrentCalls === null) return true
  if (load.interactiveCalls + load.migrationCalls >= concurrentCalls) return false
  return !isMigration || load.migrationCalls < partOf(concurrentCalls, migrationPercent)
}

/** A part is never nothing: a migration goes on, if slowly, also where there is one place. */
function partOf(all: number, percent: number): number {
  return Math.max(1, Math.floor((all * percent) / 100))
}

function takeTokens(
  limits: PlaceLimits,
  load: Load,
  isMigration: boolean,
  at: Date,
  isProbe: boolean,
): PlaceDecision {
  const percent = isMigration ? limits.migrationPercent : 100
  const second = bucketAt(
    rateOf(limits.callsPerSecond, 1_000),
    load.secondTokens,
    load.countedAt,
    percent,
    at,
  )
  const minute = bucketAt(
    rateOf(limits.callsPerMinute, 60_000),
    load.minuteTokens,
    load.countedAt,
    percent,
    at,
  )
  const wait = Math.max(second.waitMs, minute.waitMs)
  if (wait > 0) return refused(isMigration, at, wait)
  return { isTaken: true, secondTokens: second.tokensLeft, minuteTokens: minute.tokensLeft, isProbe }
}

function rateOf(calls: number | null, periodMs: number): Rate | null {
  return calls === null ? null : { calls, periodMs }
}

interface Bucket {
  readonly tokensLeft: number | null
  readonly waitMs: number
}

function bucketAt(
  rate: Rate | null,
  tokens: number | null,
  countedAt: Date | null,
  percent: number,
  at: Date,
): Bucket {
  if (rate === null) return { tokensLeft: null, waitMs: 0 }
  const held = tokensAt(rate, tokens, countedAt, at)
  const burst = burstOf(rate)
  const wanted = burst - partOf(burst, percent) + 1
  return { tokensLeft: held - 1, waitMs: held >= wanted ? 0 : Math.max(1, waitMs(rate, held, wanted)) }
}

function refused(isMigration: boolean, at: Date, wait: number): PlaceDecision {
  const retryAt = after(at, Math.max(wait, isMigration ? migrationAgainMs : interactiveAgainMs))
  return {
    isTaken: false,
    retryAt,
    interactiveWaitsUntil: isMigration ? null : after(retryAt, graceMs),
  }
}

function later(retryAt: Date): PlaceDecision {
  return { isTaken: false, retryAt, interactiveWaitsUntil: null }
}

function after(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms)
}
