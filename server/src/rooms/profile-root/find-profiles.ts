import type { ProfileCategory } from '@drawbridge/schema/profile.ts'
import type { Scope } from '../../platform/scope.ts'
import { type QueryWord, queryTerms } from '../../platform/vault/index.ts'
import { countedMax, countProfiles, countTerms, selectByTerms, selectPage } from './queries.ts'

export interface ProfileSearch {
  readonly q: string | undefined
  readonly categories: readonly ProfileCategory[] | null
  readonly before: string | null
  readonly limit: number
  readonly offset: number
}

export interface FoundProfiles {
  readonly ids: readonly string[]
  /** All that match; beyond 10,000 at least as many as can still be read. */
  readonly count: number
  /** The words to confirm on the opened profiles, where the index only offers candidates. */
  readonly confirm: readonly QueryWord[] | null
}

/**
 * Finds profiles by words of their names, references, e-mail address, phone, date of birth, company number and tags
 * (R56, R74): every word must match. Newest first. Without `q`, all profiles.
 */
export async function findProfiles(scope: Scope, search: ProfileSearch): Promise<FoundProfiles> {
  if (search.q === undefined || search.q.trim() === '') {
    const [ids, count] = [await selectPage(scope, search), await countProfiles(scope, search.categories)]
    return { ids, count, confirm: null }
  }
  const words = queryTerms(search.q)
  if (words.length === 0) return { ids: [], count: 0, confirm: null }
  const alternatives = words.map((word) => word.terms.map((term) => scope.vault.token(term.kind, term.text)))
  const counted: { terms: bigint[]; count: number }[] = []
  for (const terms of alternatives) counted.push({ terms, count: await countTerms(scope, terms) })
  counted.sort((left, right) => left.count - right.count)
  const ids = await selectByTerms(
    scope,
    counted.map((word) => word.terms),
    search,
  )
  const confirm = words.some((word) => word.terms.some((term) => term.confirm)) ? words : null
  return { ids, count: reachable(counted[0]?.count ?? 0, search, ids.length), confirm }
}

/** A count that was cut off never tells a reader to stop while there is more. */
function reachable(count: number, page: { offset: number; limit: number }, found: number): number {
  if (count < countedMax) return Math.max(count, page.offset + found)
  return found < page.limit ? page.offset + found : Math.max(count, page.offset + found + 1)
}
