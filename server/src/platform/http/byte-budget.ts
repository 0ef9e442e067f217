/** How many bytes may be held at once. */
export interface ByteBudgetOptions {
  readonly total: number
  /** Of them by one account, so that the others always have room. */
  readonly perAccount: number
}

/**
 * Bounds the bytes that bodies under way hold in memory, whatever number of connections they come over: a key may
 * open thousands, and send or read as slowly as it likes. Held by this process alone, since its memory is.
 */
export class ByteBudget {
  readonly #options: ByteBudgetOptions
  readonly #held = new Map<string, number>()
  #total = 0

  constructor(options: ByteBudgetOptions) {
    this.#options = options
  }

  /** Sets bytes aside; false when there is no room for them. What alone is larger than its bound still gets through. */
  take(accountId: string, bytes: number): boolean {
    const held = this.#held.get(accountId) ?? 0
    const { total, perAccount } = this.#options
    if (held > 0 && held + bytes > perAccount) return false
    if (this.#total > 0 && this.#total + bytes > total) return false
    this.#held.set(accountId, held + bytes)
    this.#total += bytes
    return true
  }

  /** Gives back what was taken. */
  release(accountId: string, bytes: number): void {
    const left = (this.#held.get(accountId) ?? 0) - bytes
    if (left > 0) this.#held.set(accountId, left)
    else this.#held.delete(accountId)
    this.#total -= bytes
  }
}
