const LINEAR_MAX = 8

/**
 * The keys of one object while it is read. Most objects have a handful of keys, for which comparing is faster
 * than hashing; a large one moves to a `Set`, so a million keys stay linear.
 */
export class KeySet {
  #few: string[] = []
  #many: Set<string> | null = null

  /** Forgets all keys, so that one instance serves every object of its depth. */
  clear(): void {
    this.#few.length = 0
    this.#many = null
  }

  /** Adds a key; false when it is there already. */
  add(key: string): boolean {
    if (this.#many) {
      if (this.#many.has(key)) return false
      this.#many.add(key)
      return true
    }
    if (this.#few.includes(key)) return false
    this.#few.push(key)
    if (this.#few.length > LINEAR_MAX) this.#many = new Set(this.#few)
    return true
  }
}
