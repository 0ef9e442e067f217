/** So many calls in a period. */
export interface Rate {
  readonly calls: number
  readonly periodMs: number
}

/** Calls that may begin at once after a rest: a quarter of those of a period. */
export function burstOf({ calls }: Rate): number {
  return Math.ceil(calls / 4)
}

/**
 * Calls that may begin at `at`, when `tokens` were left at `countedAt`; null for a bucket that nothing was taken from.
 * The bucket holds the burst and refills so slowly that burst and refill together stay within the rate: whichever
 * period one looks at, no more calls begin in it than were agreed (R110).
 */
export function tokensAt(rate: Rate, tokens: number | null, countedAt: Date | null, at: Date): number {
  const burst = burstOf(rate)
  if (tokens === null || countedAt === null) return burst
  const elapsedMs = Math.max(0, at.getTime() - countedAt.getTime())
  return Math.min(burst, tokens + elapsedMs * refillPerMs(rate))
}

/** How long it takes until the bucket holds `wanted`, in milliseconds. `wanted` is no more than the burst. */
export function waitMs(rate: Rate, tokens: number, wanted: number): number {
  return Math.max(0, Math.ceil((wanted - tokens) / refillPerMs(rate)))
}

function refillPerMs(rate: Rate): number {
  return (rate.calls + 1 - burstOf(rate)) / rate.periodMs
}
