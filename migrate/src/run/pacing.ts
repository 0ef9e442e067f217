/** Waits, and is woken early when the run drains. */
export type Sleep = (ms: number) => Promise<void>

/** From 0 (inclusive) to 1 (exclusive). */
export type Chance = () => number

/**
 * One pace for all workers: when the target asks to wait (429) or cannot be reached, everyone waits, and they
 * start again spread over a while instead of all at once (full jitter, reliability-security E.2).
 */
export class Pacing {
  readonly #now: () => number
  readonly #sleep: Sleep
  readonly #chance: Chance
  #until = 0
  #failures = 0
  #unreachableSince: number | null = null
  #drained = false

  constructor(now: () => number, sleep: Sleep, chance: Chance) {
    this.#now = now
    this.#sleep = sleep
    this.#chance = chance
  }

  /** Since when the target has not answered anything, in milliseconds since 1970; null while it answers. */
  get unreachableSince(): number | null {
    return this.#unreachableSince
  }

  /** True while everyone is to wait. */
  get waiting(): boolean {
    return !this.#drained && this.#until > this.#now()
  }

  /** Resolves when it is this worker's turn to send. */
  async turn(): Promise<void> {
    while (this.waiting) {
      await this.#sleep(this.#until - this.#now() + this.#chance() * spreadMs)
    }
  }

  /** Lets everyone who waits go at once: the run ends. */
  drain(): void {
    this.#drained = true
    this.#until = 0
  }

  /**
   * The target answered what it was asked at this moment (milliseconds since 1970). An answer to what was asked before
   * it fell silent says nothing of now.
   */
  answered(askedAt = Number.POSITIVE_INFINITY): void {
    if (this.#unreachableSince !== null && askedAt <= this.#unreachableSince) return
    this.#failures = 0
    this.#unreachableSince = null
  }

  /** The target asked everyone to wait this long. */
  pause(ms: number): void {
    this.#until = Math.max(this.#until, this.#now() + ms)
  }

  /** The target did not answer, or said that it is out of order: wait longer each time, up to ten seconds. */
  failed(): void {
    this.#unreachableSince ??= this.#now()
    // The others' failures of the same moment say the same thing once.
    if (this.#until > this.#now()) return
    this.#failures += 1
    this.pause(backoffMs(this.#failures, this.#chance()))
  }
}

const spreadMs = 50
const firstBackoffMs = 100
const longestBackoffMs = 10_000

/** How long to wait after the nth failure in a row: between half and all of 100 ms doubled each time, at most 10 s. */
export function backoffMs(failures: number, chance: number): number {
  const ceiling = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(failures - 1, 20))
  return ceiling * (0.5 + chance / 2)
}
