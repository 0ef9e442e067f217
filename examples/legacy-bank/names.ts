import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse'

/** A surname with the writing system it is written in. */
export interface Surname {
  text: string
  script: string
}

/** What the bank's people are recombined from; read once, of a size that does not grow with the bank. */
export interface NamePool {
  surnames: Surname[]
  /** First names and middle names by `script|sex`, sex being `M`, `F` or empty. */
  firstNames: Map<string, string[]>
  middleNames: Map<string, string[]>
  /** Latin surnames, for company names. */
  latin: string[]
  nationalities: string[]
}

/** Words in a name that steer simulated data providers; no name of the bank may hold one by accident. */
export const demoWords = [
  'PEP',
  'SANCTION',
  'MEDIA',
  'REFER',
  'ERROR',
  'TIMEOUT',
  'INACTIVE',
  'NODATA',
  'SHAREHOLDERS',
  'MONITOR',
  'FAIL',
  '1+1',
]

/** Says whether a text holds a word that steers a simulated data provider, in any case, also inside a word. */
export function holdsDemoWord(text: string): boolean {
  const upper = text.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase()
  return demoWords.some((word) => upper.includes(word))
}

const scripts = ['Latin', 'Cyrillic', 'Hebrew', 'Arabic', 'Devanagari', 'Thai', 'Hangul', 'Greek'].map(
  (name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')] as const,
)

function scriptOf(name: string): string {
  return scripts.find(([, pattern]) => pattern.test(name))?.[0] ?? 'Han'
}

function isUsable(name: string): boolean {
  return name !== '' && !/[(),.;]/.test(name) && !holdsDemoWord(name)
}

interface PersonRow {
  first_name: string
  middle_name: string
  last_name: string
  gender: string
  nationality: string
}

const sexes: Record<string, string> = { male: 'M', female: 'F' }
const peopleFile = fileURLToPath(new URL('data/people-50000.csv', import.meta.url))
/** Not a nationality of its own in the register of travel-document codes (ICAO 9303). */
const noNationality = 'Puerto Rico'

class Groups {
  readonly #sets = new Map<string, Set<string>>()

  add(key: string, name: string): void {
    const set = this.#sets.get(key) ?? new Set()
    this.#sets.set(key, set.add(name))
  }

  lists(): Map<string, string[]> {
    return new Map([...this.#sets].map(([key, set]) => [key, [...set].sort()]))
  }
}

/** Reads the people file of this example into a pool. Raises the file's own error when it cannot be read. */
export async function readNamePool(): Promise<NamePool> {
  const surnames = new Map<string, Surname>()
  const nationalities = new Set<string>()
  const first = new Groups()
  const middle = new Groups()
  const rows: AsyncIterable<PersonRow> = createReadStream(peopleFile).pipe(
    parse({ columns: true, trim: true }),
  )
  for await (const row of rows) {
    const sex = sexes[row.gender] ?? ''
    if (row.nationality !== noNationality) nationalities.add(row.nationality)
    if (isUsable(row.last_name)) {
      surnames.set(row.last_name, { text: row.last_name, script: scriptOf(row.last_name) })
    }
    for (const [groups, name] of [[first, row.first_name] as const, [middle, row.middle_name] as const]) {
      if (!isUsable(name)) continue
      groups.add(`${scriptOf(name)}|${sex}`, name)
      groups.add(`${scriptOf(name)}|`, name)
    }
  }
  const sorted = [...surnames.values()].sort((a, b) => (a.text < b.text ? -1 : 1))
  return {
    surnames: sorted,
    firstNames: first.lists(),
    middleNames: middle.lists(),
    latin: sorted.filter((surname) => surname.script === 'Latin').map((surname) => surname.text),
    nationalities: [...nationalities].sort(),
  }
}
