/** What is known of the outages of a provider. */
export interface Breaker {
  /** Failures in a row. */
  readonly failures: number
  /** Openings without an answer between them. */
  readonly openings: number
  /** Until then nothing is sent; afterwards one call tries. Null while it is closed. */
  readonly openUntil: Date | null
}

/** Whether calls go through, none do, or the next one tries whether the provider answers again. */
export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN'

/**
 * How a call ended: with an answer of whatever kind, without one that can be understood, or given up by this node, which
 * says nothing of the provider.
 */
export type CallOutcome = 'answered' | 'failed' | 'abandoned'

const openSecondsFirst = 10
const openSecondsMax = 300
const closed: Breaker = { failures: 0, openings: 0, openUntil: null }

export function breakerStateOf({ openUntil }: Pick<Breaker, 'openUntil'>, at: Date): BreakerState {
  if (openUntil === null) return 'CLOSED'
  return at < openUntil ? 'OPEN' : 'HALF_OPEN'
}

/**
 * The breaker after a call. So many failures in a row open it for 10 seconds; each probe that fails doubles the time,
 * up to 5 minutes; an answer closes it. A failure of a call that began before it opened changes nothing.
 */
export function afterCall(
  breaker: Breaker,
  call: { readonly outcome: CallOutcome; readonly isProbe: boolean },
  failuresMax: number,
  at: Date,
): Breaker {
  if (call.outcome === 'abandoned') return breaker
  if (call.outcome === 'answered') return closed
  if (breaker.openUntil !== null) return call.isProbe ? opened(breaker, at) : breaker
  const failures = breaker.failures + 1
  return failures < failuresMax ? { ...breaker, failures } : opened({ ...breaker, failures }, at)
}

function opened(breaker: Breaker, at: Date): Breaker {
  const seconds = Math.min(openSecondsMax, openSecondsFirst * 2 ** Math.min(breaker.openings, 10))
  return { ...breaker, openings: breaker.openings + 1, openUntil: new Date(at.getTime() + seconds * 1000) }
}
