import type { ProfileCategory } from '@drawbridge/schema/profile.ts'
import type { Scope } from '../../platform/scope.ts'

/** Counts beyond this are estimates that never fall short of what can still be read. */
export const countedMax = 10_000

/** Younger than any profile: where a list begins that has no cursor, so that every list is one range of the index. */
const youngest = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** How many profiles there are, in these categories or in all. */
export async function countProfiles(
  scope: Scope,
  categories: readonly ProfileCategory[] | null,
): Promise<number> {
  const { rows } = await scope.query<{ profiles: bigint }>(
    `select coalesce(sum(profiles), 0)::bigint as profiles from profile_count
     where account_id = $1 and ($2::text[] is null or category = any($2))`,
    [scope.accountId, categories],
  )
  return Number(rows[0]?.profiles ?? 0)
}

/** Which part of a list is wanted. */
export interface PageOf {
  readonly categories: readonly ProfileCategory[] | null
  /** Only profiles older than this one. */
  readonly before: string | null
  readonly limit: number
  readonly offset: number
}

/** Ids of profiles, newest first. Each category is read from its own end of the index, so none is slow for being rare. */
export async function selectPage(scope: Scope, page: PageOf): Promise<string[]> {
  const values = [scope.accountId, page.before ?? youngest, page.limit + page.offset, page.limit, page.offset]
  const { rows } =
    page.categories === null
      ? await scope.query<{ id: string }>(
          `select id from (
             select id from profile where account_id = $1 and id < $2 order by id desc limit $3) as newest
           order by id desc limit $4 offset $5`,
          values,
        )
      : await scope.query<{ id: string }>(
          `select newest.id from unnest($6::text[]) as wanted cross join lateral
             (select id from profile where account_id = $1 and category = wanted and id < $2
              order by id desc limit $3) as newest
           order by newest.id desc limit $4 offset $5`,
          [...values, [...new Set(page.categories)]],
        )
  return rows.map((row) => row.id)
}

/** One word of a search: the profiles that have any of these terms. */
export type Alternatives = readonly bigint[]

/** How many profiles have any of the terms, up to `countedMax` for each. */
export async function countTerms(scope: Scope, terms: Alternatives): Promise<number> {
  const { rows } = await scope.query<{ profiles: bigint }>(
    `select count(distinct found.profile_id) as profiles from unnest($2::bigint[]) as wanted cross join lateral
       (select profile_id from profile_term where account_id = $1 and term = wanted
        order by profile_id desc limit $3) as found`,
    [scope.accountId, terms.map(String), countedMax],
  )
  return Number(rows[0]?.profiles ?? 0)
}

/** Which profiles a search means: those with a term of each word, the rarest word first, in these categories or in all. */
export interface Matching {
  readonly words: readonly Alternatives[]
  readonly categories: readonly ProfileCategory[] | null
  /** What is rarer, and so what the candidates are read by: the first word, or the categories. */
  readonly readBy: 'word' | 'category'
}

/** What a candidate `t` must have besides what it is read by; each takes the next place among the `values`. */
function furtherConditions({ words, categories, readBy }: Matching, values: unknown[]): string {
  const conditions = (readBy === 'word' ? words.slice(1) : words).map(
    (word) =>
      `and exists (select from profile_term other where other.account_id = $1
         and other.term = any($${values.push(word.map(String))}::bigint[]) and other.profile_id = t.id)`,
  )
  if (readBy === 'word' && categories !== null)
    conditions.push(
      `and exists (select from profile p where p.account_id = $1 and p.id = t.id
         and p.category = any($${values.push(categories)}::text[]))`,
    )
  return conditions.join(' ')
}

/** What the streams of candidates are read by: terms of the first word, or categories. */
function keysOf({ words, categories, readBy }: Matching): unknown[] {
  return readBy === 'word' ? (words[0] ?? []).map(String) : [...new Set(categories)]
}

/** How many profiles match, of the newest `countedMax` candidates of each stream. */
export async function countMatching(scope: Scope, matching: Matching): Promise<number> {
  const values: unknown[] = [scope.accountId, keysOf(matching), countedMax]
  const conditions = furtherConditions(matching, values)
  const { rows } = await scope.query<{ profiles: bigint }>(
    matching.readBy === 'word'
      ? `select count(distinct t.id) as profiles from unnest($2::bigint[]) as wanted cross join lateral
           (select profile_id as id from profile_term where account_id = $1 and term = wanted
            order by profile_id desc limit $3) as t
         where true ${conditions}`
      : `select count(distinct t.id) as profiles from unnest($2::text[]) as wanted cross join lateral
           (select id from profile where account_id = $1 and category = wanted order by id desc limit $3) as t
         where true ${conditions}`,
    values,
  )
  return Number(rows[0]?.profiles ?? 0)
}

/**
 * Ids of the profiles that match, newest first. Each stream is read backwards from its index and the streams are
 * merged, so a page costs the same in a large book as in a small one.
 */
export async function selectMatching(
  scope: Scope,
  matching: Matching,
  page: Pick<PageOf, 'before' | 'limit' | 'offset'>,
): Promise<string[]> {
  const most = page.limit + page.offset
  const values: unknown[] = [scope.accountId, keysOf(matching), page.before ?? youngest, most]
  const conditions = furtherConditions(matching, values)
  const { rows } = await scope.query<{ id: string }>(
    matching.readBy === 'word'
      ? `select distinct found.id from unnest($2::bigint[]) as wanted cross join lateral
           (select t.id from (select account_id, term, profile_id as id from profile_term) as t
            where t.account_id = $1 and t.term = wanted and t.id < $3 ${conditions}
            order by t.id desc limit $4) as found
         order by id desc limit $4`
      : `select distinct found.id from unnest($2::text[]) as wanted cross join lateral
           (select t.id from profile t
            where t.account_id = $1 and t.category = wanted and t.id < $3 ${conditions}
            order by t.id desc limit $4) as found
         order by id desc limit $4`,
    values,
  )
  return rows.slice(page.offset).map((row) => row.id)
}
