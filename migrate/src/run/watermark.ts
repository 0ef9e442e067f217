/** The position up to which all units are finished, though they finish out of order. Positions may have gaps. */
export class Watermark {
  #begun: number[] = []
  readonly #finished = new Set<number>()
  #upto: number

  constructor(upto: number) {
    this.#upto = upto
  }

  get upto(): number {
    return this.#upto
  }

  /** A unit is taken from the source; positions only rise. */
  begin(position: number): void {
    this.#begun.push(position)
  }

  finish(position: number): void {
    this.#finished.add(position)
    let passed = 0
    for (const begun of this.#begun) {
      if (!this.#finished.delete(begun)) break
      this.#upto = begun
      passed += 1
    }
    if (passed > 0) this.#begun = this.#begun.slice(passed)
  }
}
