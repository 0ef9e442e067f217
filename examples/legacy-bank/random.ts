/** A stream of decisions that depends on nothing but its seed: the same seed gives the same stream on every machine. */
export interface Random {
  /** A whole number from 0 to `below` − 1. */
  integer(below: number): number
  /** True with the given probability (0 to 1). */
  chance(probability: number): boolean
  /** One member of a list that must not be empty. */
  pick<T>(list: readonly T[]): T
}

function mix(value: number): number {
  let mixed = value >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

/**
 * The stream of one thing: the seed of the bank, the kind of thing and its number fix it, so that row 900,000
 * can be made without making the rows before it.
 */
export function randomFor(seed: number, kind: string, index: number): Random {
  let state = mix(mix(seed ^ hashText(kind)) + Math.imul(index, 0x9e3779b1))
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    return mix(state)
  }
  const integer = (below: number): number => Math.floor((next() / 0x1_0000_0000) * below)
  return {
    integer,
    chance: (probability) => next() / 0x1_0000_0000 < probability,
    pick: <T>(list: readonly T[]): T => {
      const chosen = list[integer(list.length)]
      if (chosen === undefined) throw new RangeError('pick: the list is empty, so nothing can be picked')
      return chosen
    },
  }
}
