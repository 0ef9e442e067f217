/** When a value began to be read, and what was forgotten before that. */
export interface Reading {
  readonly askedAtMs: number
  readonly generation: number
}

interface Kept<V> {
  readonly value: V
  readonly readAtMs: number
}

/**
 * Values that this process read a short while ago, by key. None is given out older than `ageMsMax`, nor is one that began
 * to be read before it was forgotten.
 */
export class RecentValues<V> {
  readonly #ageMsMax: number
  readonly #clock: () => number
  readonly #kept = new Map<string, Kept<V>>()
  readonly #generations = new Map<string, number>()

  /** `clock` tells milliseconds and is never set back. */
  constructor(ageMsMax: number, clock: () => number = () => performance.now()) {
    this.#ageMsMax = ageMsMax
    this.#clock = clock
  }

  /** The value, when it is young enough. */
  get(key: string): V | undefined {
    const kept = this.#kept.get(key)
    return kept && this.#clock() - kept.readAtMs <= this.#ageMsMax ? kept.value : undefined
  }

  /** To be called before the value is read. */
  begin(key: string): Reading {
    return { askedAtMs: this.#clock(), generation: this.#generationOf(key) }
  }

  /** Keeps what was read, which was `ageMs` old when it was asked for, unless there is something newer. */
  keep(key: string, { askedAtMs, generation }: Reading, value: V, ageMs: number): void {
    const readAtMs = askedAtMs - ageMs
    const isNewest = (this.#kept.get(key)?.readAtMs ?? Number.NEGATIVE_INFINITY) < readAtMs
    if (isNewest && this.#generationOf(key) === generation) this.#kept.set(key, { value, readAtMs })
  }

  /** Forgets the value, also one that is being read at this moment. */
  forget(key: string): void {
    this.#kept.delete(key)
    this.#generations.set(key, this.#generationOf(key) + 1)
  }

  #generationOf(key: string): number {
    return this.#generations.get(key) ?? 0
  }
}
