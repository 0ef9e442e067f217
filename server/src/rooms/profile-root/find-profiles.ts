import type { ProfileCategory } from '@drawbridge/schema/profile.ts'
import type { Scope } from '../../platform/scope.ts'
import { type QueryWord, queryTerms } from '../../platform/vault/index.ts'
import {
  countedMax,
  countMatching,
  countProfiles,
  countTerms,
  type Matching,
  type PageOf,
  selectMatching,
  selectPage,
} from './queries-list.ts'

/** A search, and the part of it that is wanted. */
export interface ProfileSearch extends PageOf {
  readonly q: string | undefined
}

/** What a search asks of the index. */
interface Prepared {
  readonly matching: Matching
  /** All that match, if `isExact`; else at least as many. */
  readonly count: number
  readonly isExact: boolean
  /** The words to confirm on the opened profiles, where the index only offers candidates. */
  readonly confirm: readonly QueryWord[] | null
}

/** A search made ready: how many it finds, and its pages. */
export interface FoundProfiles {
  readonly count: number
  readonly isExact: boolean
  readonly confirm: readonly QueryWord[] | null
  /** Ids of one page, newest first. */
  page(part: Pick<PageOf, 'before' | 'limit' | 'offset'>): Promise<string[]>
}

/**
 * Finds profiles by words of their names, references, e-mail address, phone, date of birth, company number and tags
 * (R56, R74): every word must match. Without `q`, all profiles; a `q` without a letter or digit finds none.
 */
export async function findProfiles(
  scope: Scope,
  { q, categories }: Pick<ProfileSearch, 'q' | 'categories'>,
): Promise<FoundProfiles> {
  if (q === undefined || q.trim() === '')
    return {
      count: await countProfiles(scope, categories),
      isExact: true,
      confirm: null,
      page: (part) => selectPage(scope, { ...part, categories }),
    }
  const words = queryTerms(q)
  if (words.length === 0) return { count: 0, isExact: true, confirm: null, page: async () => [] }
  const { matching, count, isExact, confirm } = await prepare(scope, words, categories)
  return { count, isExact, confirm, page: (part) => selectMatching(scope, matching, part) }
}

/** Puts the rarest word first, which the others are then looked up for; where the categories are rarer, them. */
async function prepare(
  scope: Scope,
  words: readonly QueryWord[],
  categories: readonly ProfileCategory[] | null,
): Promise<Prepared> {
  const counted: { terms: bigint[]; count: number }[] = []
  for (const word of words) {
    const terms = word.terms.map((term) => scope.vault.token(term.kind, term.text))
    counted.push({ terms, count: await countTerms(scope, terms) })
  }
  counted.sort((left, right) => left.count - right.count)
  const first = counted[0]?.count ?? 0
  const inCategories = categories === null ? Number.POSITIVE_INFINITY : await countProfiles(scope, categories)
  const readBy = inCategories < first ? 'category' : 'word'
  const matching = { words: counted.map((word) => word.terms), categories, readBy } as const
  const candidates = Math.min(first, inCategories)
  const isExact = candidates < countedMax
  const alone = counted.length === 1 && categories === null
  const count = alone || !isExact ? candidates : await countMatching(scope, matching)
  const confirm = words.some((word) => word.terms.some((term) => term.confirm)) ? words : null
  return { matching, count, isExact, confirm }
}
