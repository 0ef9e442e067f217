/** Numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Whom a blow hits. */
export type Victim = 'server' | 'migration' | 'postmaster' | 'all of postgres'

/** One moment of violence: after how many answered calls, whom, and perhaps whom else while that one recovers. */
export interface Blow {
  readonly afterCalls: number
  readonly victim: Victim
  /** Between the call's answer and the blow, so that it falls at any point of the next calls. */
  readonly delayMs: number
  readonly second: { readonly victim: Victim; readonly delayMs: number } | null
}

const victimOf = (chance: () => number): Victim => {
  const drawn = chance()
  if (drawn < 0.4) return 'server'
  if (drawn < 0.7) return 'migration'
  return drawn < 0.85 ? 'postmaster' : 'all of postgres'
}

/**
 * When to strike whom: `kills` blows in all, second ones included, spread at random over the calls of a migration,
 * the first and the last few per cent left alone.
 */
export function planBlows(chance: () => number, kills: number, calls: number): Blow[] {
  const drawn: Omit<Blow, 'afterCalls'>[] = []
  for (let left = kills; left > 0; ) {
    const second =
      left > 1 && chance() < 0.15 ? { victim: victimOf(chance), delayMs: Math.floor(chance() * 600) } : null
    drawn.push({ victim: victimOf(chance), delayMs: Math.floor(chance() * 12), second })
    left -= second === null ? 1 : 2
  }
  const moments = drawn.map(() => Math.floor(calls * (0.01 + 0.93 * chance()))).sort((a, b) => a - b)
  return drawn.map((blow, place) => ({ ...blow, afterCalls: moments[place] ?? 0 }))
}
