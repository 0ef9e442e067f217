/**
 * Bounds how many bytes of file bodies are in memory at once, whatever number of workers prepare them. A body
 * larger than the whole budget waits until it is alone.
 */
export class ByteBudget {
  readonly #total: number
  readonly #waiting: { bytes: number; go: () => void }[] = []
  #used = 0

  constructor(total: number) {
    this.#total = total
  }

  /** Runs `work` with so many bytes set aside. */
  async within<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const share = Math.min(bytes, this.#total)
    if (share > 0) await this.#take(share)
    try {
      return await work()
    } finally {
      this.#used -= share
      this.#admit()
    }
  }

  async #take(bytes: number): Promise<void> {
    await new Promise<void>((go) => {
      this.#waiting.push({ bytes, go })
      this.#admit()
    })
  }

  #admit(): void {
    for (;;) {
      const next = this.#waiting[0]
      if (next === undefined || this.#used + next.bytes > this.#total) return
      this.#waiting.shift()
      this.#used += next.bytes
      next.go()
    }
  }
}
