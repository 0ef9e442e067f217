import type { ProviderError, SearchCandidate } from '../../provider-kit/provider.ts'
import { inventedAddress } from './invented.ts'
import { seededNumber } from './seeded.ts'
import { wordsOf } from './words.ts'

/** A company search: what is looked for, where, and how it is to turn out. */
interface Search {
  readonly query: string
  readonly country: string
  readonly state: string | null
  readonly demoResult: string | null
}

/** What a search of companies finds. */
interface Found {
  readonly candidates: readonly SearchCandidate[]
  readonly errors: readonly ProviderError[]
}

const counts: Readonly<Record<string, number>> = { NO_HITS: 0, ONE_HIT: 1, MANY_HITS: 5 }
const endings = ['', ' Group', ' Services', ' International', ' Trading'] as const

/** Invented companies for a query, best first: five, none with `NODATA`, an error with `ERROR`. */
export function searchCompanies(search: Search): Found {
  const words = wordsOf([search.query])
  const isSteeredByWords = search.demoResult === null || search.demoResult === 'ANY'
  if (isSteeredByWords && words.has('ERROR')) {
    return refused('PROVIDER_MESSAGE', 'The demo provider failed: the query says ERROR.')
  }
  const count = isSteeredByWords ? (words.has('NODATA') ? 0 : 5) : counts[search.demoResult ?? '']
  if (count === undefined) {
    return refused('UNSUPPORTED_DEMO_RESULT', 'The demo provider has no such demo result for searches.')
  }
  return { candidates: endings.slice(0, count).map((ending) => candidate(search, ending)), errors: [] }
}

function refused(type: string, message: string): Found {
  return { candidates: [], errors: [{ type, message }] }
}

function candidate(search: Search, ending: string): SearchCandidate {
  const name = `${search.query.trim().slice(0, 200) || 'Unnamed'}${ending}`
  const seed = [name, search.country, search.state ?? '']
  const number = `DEMO${String(seededNumber(100_000_000, 'number', ...seed)).padStart(8, '0')}`
  return {
    name,
    number,
    country_of_incorporation: search.country,
    ...(search.state !== null && { state_of_incorporation: search.state }),
    status: 'Active',
    incorporation_date: `${1990 + seededNumber(30, 'year', ...seed)}-05-12`,
    addresses: [{ type: 'registered_address', address: inventedAddress(search.country, ...seed) }],
    provider_reference: { label: 'Demo provider', reference: number },
  }
}
