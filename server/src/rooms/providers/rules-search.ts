import type { ApiError } from '@drawbridge/schema/error-body.ts'
import type { FoundCompany } from '@drawbridge/schema/search.ts'
import type { ProviderError, SearchCandidate } from '../../provider-kit/provider.ts'

/**
 * Where in the text the words of the query begin a word: from, inclusive, to, exclusive, in UTF-16 units; in the order
 * of the text, without overlaps. Case does not matter.
 */
export function substringsOf(text: string, query: string): [number, number][] {
  const words = [...new Set(query.split(/[\s,]+/).filter((word) => word !== ''))]
  const found = words.flatMap((word): [number, number][] => {
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(word)}`, 'giu')
    return [...text.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length])
  })
  const inOrder = found.toSorted(([one, oneEnd], [other, otherEnd]) => one - other || otherEnd - oneEnd)
  const apart: [number, number][] = []
  for (const [from, to] of inOrder) {
    const last = apart.at(-1)
    if (last === undefined || from >= last[1]) apart.push([from, to])
    else last[1] = Math.max(last[1], to)
  }
  return apart
}

/** A company as the contract shows it. */
export function foundCompany(candidate: SearchCandidate): FoundCompany {
  const { name, number, country_of_incorporation: country, state_of_incorporation: state } = candidate
  return { name, number, country, ...(typeof state === 'string' ? { state } : {}) }
}

/** What a source could not do, as an entry of the reply. `code` 302: it was not reached; 303: it said so itself. */
export function searchError(
  code: 302 | 303,
  provider: string,
  error: Pick<ProviderError, 'type' | 'message'>,
): ApiError {
  return {
    code,
    message: error.message,
    source: 'PROVIDER',
    info: { reason: 'company-search.failed', provider, type: error.type },
  }
}

/** Whether a provider of a check variant is for this country; one that names none is for all. */
export function isForCountry(countries: readonly string[] | undefined, country: string): boolean {
  return countries === undefined || countries.includes(country)
}
