const LINEAR_MAX = 16

/** The key whose opening quote stands at this offset of a valid JSON text. */
export function keyAt(bytes: Buffer, quote: number): string {
  let end = quote + 1
  while (end < bytes.length && bytes[end] !== 0x22) end += bytes[end] === 0x5c ? 2 : 1
  return decoded(bytes, quote + 1, end)
}

function decoded(bytes: Buffer, start: number, end: number): string {
  return String(JSON.parse(bytes.toString('utf8', start - 1, end + 1)))
}

function sameBytes(bytes: Buffer, one: number, other: number, length: number): boolean {
  for (let index = 0; index < length; index++) {
    if (bytes[one + index] !== bytes[other + index]) return false
  }
  return true
}

/**
 * The keys of one object while it is read. Most objects have a handful of plain keys, which are compared as
 * bytes without making strings; one with many keys, or with an escaped one, moves to a `Set`, so that a million
 * keys stay linear.
 */
export class KeySet {
  readonly #bytes: Buffer
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  #many: Set<string> | null = null

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Forgets all keys, so that one instance serves every object of its depth. */
  clear(): void {
    this.#starts.length = 0
    this.#ends.length = 0
    this.#many = null
  }

  /** Adds the key between two quotes; false when it is there already. */
  add(start: number, end: number, escaped: boolean): boolean {
    if (!this.#many && (escaped || this.#starts.length >= LINEAR_MAX)) this.#many = this.#strings()
    if (this.#many) return this.#addString(this.#many, decoded(this.#bytes, start, end))
    const length = end - start
    for (let index = 0; index < this.#starts.length; index++) {
      const other = this.#starts[index] ?? 0
      if ((this.#ends[index] ?? 0) - other === length && sameBytes(this.#bytes, start, other, length))
        return false
    }
    this.#starts.push(start)
    this.#ends.push(end)
    return true
  }

  #addString(keys: Set<string>, key: string): boolean {
    if (keys.has(key)) return false
    keys.add(key)
    return true
  }

  #strings(): Set<string> {
    return new Set(
      this.#starts.map((start, index) => decoded(this.#bytes, start, this.#ends[index] ?? start)),
    )
  }
}
