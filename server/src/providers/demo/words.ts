/** What a word in the name of a demo profile asks for. */
export const demoWords = [
  '1+1',
  'FAIL',
  'PEP',
  'SANCTION',
  'MEDIA',
  'REFER',
  'ERROR',
  'TIMEOUT',
  'INACTIVE',
  'NODATA',
  'SHAREHOLDERS',
  'MONITOR-PEP',
] as const
export type DemoWord = (typeof demoWords)[number]

/** The demo words of a name. */
export type DemoWords = ReadonlySet<DemoWord>

const known: ReadonlyMap<string, DemoWord> = new Map(demoWords.map((word) => [word, word]))

/**
 * The demo words among the words of these names, in any case. Only whole words count: `Pepper` and `Smith-PEP` say
 * nothing, `PEP,` does.
 */
export function wordsOf(names: readonly string[]): DemoWords {
  const found = new Set<DemoWord>()
  for (const part of names.join(' ').split(/\s+/)) {
    const word = known.get(part.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '').toUpperCase())
    if (word !== undefined) found.add(word)
  }
  return found
}
