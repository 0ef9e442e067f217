/** Requests of migrations that may run at once on this node: by themselves, and beside interactive ones. */
export interface MigrationShare {
  readonly alone: number
  readonly beside: number
}

/** Interactive work is taken to go on for so long after its last request: onboarding comes in clicks. */
const interactiveMs = 2_000

/**
 * The share of a migration in a pool of so many connections, in percent; a third of that while interactive requests
 * come. Undefined at 100 percent: then nothing goes before anything else.
 */
export function migrationShare(poolSize: number, percent: number): MigrationShare | undefined {
  if (percent >= 100) return undefined
  const alone = Math.max(1, Math.floor((poolSize * percent) / 100))
  return { alone, beside: Math.max(1, Math.floor(alone / 3)) }
}

/**
 * Lets interactive requests through at once and migrations in their turn, as many at a time as their share: whoever
 * waits for an answer at a screen does not wait behind a bulk load. Held per node, since what it shares out (processor
 * and connections) is the node's own.
 */
export class Lanes {
  readonly #share: MigrationShare | undefined
  readonly #nowMs: () => number
  readonly #waiting: (() => void)[] = []
  #running = 0
  #interactive = 0
  #interactiveAt = Number.NEGATIVE_INFINITY

  constructor(share: MigrationShare | undefined, nowMs: () => number = () => performance.now()) {
    this.#share = share
    this.#nowMs = nowMs
  }

  /** Runs `work` in the lane of its class of key. */
  async run<R>(keyClass: string | undefined, work: () => Promise<R>): Promise<R> {
    if (keyClass !== 'MIGRATION') return this.#runInteractive(work)
    if (this.#share === undefined) return work()
    if (this.#running >= this.#limit()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running += 1
    try {
      return await work()
    } finally {
      this.#running -= 1
      this.#admit()
    }
  }

  async #runInteractive<R>(work: () => Promise<R>): Promise<R> {
    this.#interactive += 1
    try {
      return await work()
    } finally {
      this.#interactive -= 1
      this.#interactiveAt = this.#nowMs()
    }
  }

  /** Those that wait are looked at whenever one ends, and there is always one that will. */
  #admit(): void {
    while (this.#running < this.#limit()) {
      const next = this.#waiting.shift()
      if (!next) return
      this.#running += 1
      next()
    }
  }

  #limit(): number {
    const { alone, beside } = this.#share ?? { alone: Number.POSITIVE_INFINITY, beside: 0 }
    const isBeside = this.#interactive > 0 || this.#nowMs() - this.#interactiveAt < interactiveMs
    return isBeside ? beside : alone
  }
}
