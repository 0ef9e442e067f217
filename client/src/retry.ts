import type { Method } from '@drawbridge/schema/operation.ts'
import type { ApiError } from './api-error.ts'

/** How often, and after what pauses, a call is sent again. */
export interface RetryRule {
  /** How often a call is sent again at most. */
  readonly retries: number
  /** The first pause is a random part of this, each later one of twice as much as the one before. */
  readonly baseMs: number
  readonly pauseMsMax: number
  /** A server that asks for a longer pause than this gets none: the error is thrown, and the caller decides. */
  readonly patienceMs: number
}

/**
 * The pause before a call is sent again, in milliseconds; undefined when it is not. What certainly did nothing may be
 * sent again; what may have been done only with an idempotency key, or when it is a read. Full jitter, so that many
 * callers do not come back together; `chance` is between 0 and 1.
 */
export function pauseBeforeRetry(
  error: ApiError,
  sent: { readonly attempt: number; readonly method: Method; readonly hasKey: boolean },
  rule: RetryRule,
  chance: number,
): number | undefined {
  if (!error.retryable || sent.attempt > rule.retries) return undefined
  const repeatable = error.outcome === 'known-no' || sent.hasKey || sent.method === 'GET'
  if (!repeatable) return undefined
  const jitter = chance * Math.min(rule.pauseMsMax, rule.baseMs * 2 ** (sent.attempt - 1))
  const asked = waitWithin(error, rule.patienceMs)
  return asked === undefined ? undefined : asked + jitter
}

/** A limit of calls an hour may be whole again in an hour only, while the next call may pass in a second. */
function waitWithin({ retryAfterSeconds, soonestSeconds }: ApiError, patienceMs: number): number | undefined {
  const waits = [retryAfterSeconds ?? 0, soonestSeconds ?? Number.POSITIVE_INFINITY]
  return waits.map((seconds) => seconds * 1000).find((ms) => ms <= patienceMs)
}
