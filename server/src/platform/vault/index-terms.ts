import anyAscii from 'any-ascii'

/**
 * What a blind-index token is made of. `text` is what a search box finds, `nationality` what a filter finds,
 * `tag` the label of a profile.
 */
export interface IndexTerm {
  readonly kind: 'text' | 'nationality' | 'tag'
  readonly text: string
}

/** What a profile is found by. Names and references in order of importance: the first are indexed most fully. */
export interface IndexedProfile {
  readonly names: readonly string[]
  readonly references?: readonly string[] | undefined
  readonly email?: string | undefined
  readonly phone?: string | undefined
  /** ISO 8601, also partial. */
  readonly dob?: string | undefined
  /** ISO 3166-1 alpha-3. */
  readonly nationality?: string | undefined
  /** A company's registration number. */
  readonly number?: string | undefined
}

/** A word of a search, with the terms under which a match may stand, the most selective first. */
export interface QueryWord {
  readonly word: string
  readonly terms: readonly (IndexTerm & {
    /** A match by this term is a candidate: `confirms` must agree once the profile has been opened. */
    readonly confirm: boolean
  })[]
}

/** Rows of the blind index that one profile may have. */
export const indexTermsMax = 16
const prefixLengths = [3, 4, 6] as const
const queryWordsMax = 8

/** Letters and digits of any script in lower-case ASCII, so that `Zoë`, `zoe` and `ZOE` are one. */
function fold(text: string): string {
  return anyAscii(text)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}

/** The words of a name, each whole first: `Jean-Pierre O’Neil` is jeanpierre, jean, pierre, oneil. */
function wordsOf(name: string): string[] {
  return name.split(/\s+/).flatMap((chunk) => {
    const parts = anyAscii(chunk)
      .replace(/['`]/g, '')
      .split(/[^A-Za-z0-9]+/)
      .map(fold)
    return parts.length > 1 ? [fold(chunk), ...parts] : [fold(chunk)]
  })
}

const prefixesOf = (word: string) =>
  prefixLengths.filter((length) => length < word.length).map((length) => word.slice(0, length))

function exactTerms(profile: IndexedProfile): IndexTerm[] {
  const texts = [
    ...(profile.references ?? []).slice(0, 3).map(fold),
    fold(profile.number ?? ''),
    fold(profile.email ?? ''),
    (profile.phone ?? '').replace(/\D/g, ''),
    fold(profile.dob ?? ''),
  ]
  const terms: IndexTerm[] = texts.map((text) => ({ kind: 'text', text }))
  return [...terms, { kind: 'nationality', text: fold(profile.nationality ?? '') }]
}

/**
 * The terms of a profile, at most 16, without doubles: what is exact, then every word of the names, then the words'
 * prefixes of 3, 4 and 6 letters, word by word while there is room.
 */
export function indexTerms(profile: IndexedProfile): IndexTerm[] {
  const words = profile.names.flatMap(wordsOf)
  const texts = [...words, ...words.flatMap(prefixesOf)]
  const terms = [...exactTerms(profile), ...texts.map((text): IndexTerm => ({ kind: 'text', text }))]
  return distinct(terms).slice(0, indexTermsMax)
}

/** The terms of a tag: its whole name and its first words, as many as a search may have. */
export function tagTerms(name: string): IndexTerm[] {
  const texts = [fold(name), ...wordsOf(name)]
  return distinct(texts.map((text): IndexTerm => ({ kind: 'tag', text }))).slice(0, queryWordsMax + 1)
}

function distinct(terms: readonly IndexTerm[]): IndexTerm[] {
  const seen = new Map(
    terms.filter((term) => term.text !== '').map((term) => [`${term.kind}/${term.text}`, term] as const),
  )
  return [...seen.values()]
}

/**
 * The words of a search, at most 8; all must match. Each may match by any of its terms: as a whole word, as a tag,
 * or as the beginning of a name's word (by its longest indexed prefix, to be confirmed). Empty when `q` has no
 * letter or digit.
 */
export function queryTerms(q: string): QueryWord[] {
  const words = [...new Set(queryWords(q).filter((word) => word !== ''))].slice(0, queryWordsMax)
  return words.map((word) => {
    const prefix = prefixesOf(word).at(-1)
    const whole = [
      { kind: 'text', text: word, confirm: false },
      { kind: 'tag', text: word, confirm: false },
    ] as const
    // A word of exactly an indexed length already stands for every word that begins with it.
    const complete = prefixLengths.some((length) => length === word.length) || prefix === undefined
    return { word, terms: complete ? whole : [...whole, { kind: 'text', text: prefix, confirm: true }] }
  })
}

/** A telephone number is written with spaces; any other space parts two words. */
function queryWords(q: string): string[] {
  const digits = q.replace(/\D/g, '')
  if (digits.length >= 7 && /^[\d\s+().-]+$/.test(q)) return [digits]
  return q.split(/\s+/).map(fold)
}

/** Whether an opened profile and its tags hold every word of a search: whole, or as the beginning of a name's word. */
export function confirms(
  words: readonly QueryWord[],
  profile: IndexedProfile,
  tags: readonly string[],
): boolean {
  const names = profile.names.flatMap(wordsOf)
  const whole = new Set([
    ...exactTerms(profile).flatMap((term) => (term.kind === 'text' ? [term.text] : [])),
    ...tags.flatMap(tagTerms).map((term) => term.text),
  ])
  return words.every(
    ({ word }) =>
      whole.has(word) || names.some((name) => name === word || (word.length >= 3 && name.startsWith(word))),
  )
}
