import type { Input } from '@drawbridge/schema/operation.ts'
import type { ListProfiles, ProfileSearchResults } from '@drawbridge/schema/profile.ts'
import { Uuid } from '@drawbridge/schema/scalars.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { confirms, type QueryWord } from '../../platform/vault/index.ts'
import { indexedProfile, selectVersionsWithin } from '../collected-data/index.ts'
import {
  type FoundProfiles,
  findProfiles,
  type ProfileRoot,
  type ProfileSearch,
  selectRoots,
} from '../profile-root/index.ts'
import { countTagged, selectTagsOf } from '../tags/index.ts'
import { presentMiniProfiles } from './present.ts'
import { shownBytesMax } from './rules.ts'

/** Candidates that are opened at a time. */
const batchMax = 200

/** Candidates that one call opens at most, where the index alone cannot decide; with an offset up to so many more. */
const openedMax = 2_000
const openedForOffsetMax = 8_000
/** So few candidates are all opened, so that their count is exact. */
const countedByOpeningMax = 400

interface Page {
  readonly roots: readonly ProfileRoot[]
  readonly count: number
  /** The oldest profile looked at, when there may be more beyond it. */
  readonly next: string | null
}

/**
 * Lists profiles, newest first, or finds those that every word of `q` fits (R56, R74). `offset` costs time in
 * proportion, `after` does not. `count` is exact to 10,000, but for words that are confirmed on opened profiles, and
 * never less than what can still be read. Raises `request.invalid-field` for a page that is too large for one reply; one
 * read by `after` is cut short instead.
 */
export async function listProfiles(
  scope: Scope,
  input: Input<typeof ListProfiles>,
): Promise<ProfileSearchResults> {
  const search: ProfileSearch = {
    q: input.q,
    categories: input.categories === undefined || input.categories.length === 0 ? null : input.categories,
    before: readCursor(input.after),
    limit: input.limit,
    offset: input.offset,
  }
  const found = await findProfiles(scope, search)
  const page =
    found.confirm === null
      ? await plainPage(scope, search, found)
      : await confirmedPage(scope, search, found, found.confirm)
  const results = await presentMiniProfiles(scope, page.roots)
  const isCut = results.length < page.roots.length
  if (isCut && input.after === undefined) throw tooMuch(results.length)
  const next = isCut ? (results.at(-1)?.id ?? null) : page.next
  const tagged =
    found.isExact || search.categories !== null ? 0 : await countTagged(scope, (input.q ?? '').trim())
  return {
    count: Math.max(page.count, tagged),
    limit: input.limit,
    offset: input.offset,
    hidden: 0,
    results,
    associated_results: [],
    ...(next === null ? {} : { after: next }),
  }
}

/** A page that is cut short would let a reader who counts by `offset` pass over profiles; by `after` none are lost. */
function tooMuch(fitting: number): Fault {
  return new Fault('request.invalid-field', {
    message: `limit must be ${fitting} or less here: these profiles hold more data together than one reply takes`,
    pointer: '/limit',
  })
}

function readCursor(after: string | undefined): string | null {
  if (after === undefined) return null
  if (!Uuid.safeParse(after).success)
    throw new Fault('request.invalid-field', {
      message: 'after must be the cursor that the page before gave',
      pointer: '/after',
    })
  return after.toLowerCase()
}

async function plainPage(scope: Scope, search: ProfileSearch, found: FoundProfiles): Promise<Page> {
  const ids = await found.page({ ...search, limit: search.limit + 1 })
  const shown = ids.slice(0, search.limit)
  const isLast = ids.length <= search.limit
  return {
    roots: await rootsInOrder(scope, shown),
    count: atLeast(found, search.offset + ids.length, isLast),
    next: isLast ? null : (shown.at(-1) ?? null),
  }
}

/** A count that was cut off never tells a reader to stop while there is more, nor to go on at the end. */
function atLeast(found: FoundProfiles, seen: number, isLast: boolean): number {
  return found.isExact || isLast ? Math.max(found.count, seen) : Math.max(found.count, seen + 1)
}

async function rootsInOrder(scope: Scope, ids: readonly string[]): Promise<ProfileRoot[]> {
  const roots = new Map((await selectRoots(scope, ids)).map((root) => [root.id, root]))
  return ids.flatMap((id) => roots.get(id) ?? [])
}

/** Opens candidates until the page is full: a word longer than the indexed prefixes is confirmed on the name itself. */
async function confirmedPage(
  scope: Scope,
  search: ProfileSearch,
  found: FoundProfiles,
  words: readonly QueryWord[],
): Promise<Page> {
  if (found.isExact && found.count <= countedByOpeningMax) return confirmedWhole(scope, search, found, words)
  const wanted = search.offset + search.limit
  const confirmed: ProfileRoot[] = []
  const most = openedMax + Math.min(search.offset, openedForOffsetMax)
  let { before } = search
  let opened = 0
  let ended = false
  // As many as the page needs, since most candidates are confirmed; more at a time when they were not.
  let size = Math.min(batchMax, wanted + 1)
  while (confirmed.length <= wanted && opened < most && !ended) {
    const ids = await found.page({ before, offset: 0, limit: size })
    confirmed.push(...(await confirmedOf(scope, ids, words)))
    before = ids.at(-1) ?? before
    opened += ids.length
    ended = ids.length < size
    size = batchMax
  }
  const roots = confirmed.slice(search.offset, wanted)
  const next = confirmed.length > wanted ? (roots.at(-1)?.id ?? null) : ended ? null : before
  return { roots, count: Math.max(found.count, confirmed.length), next }
}

/** Opens all candidates, since they are few: the count is exact, on every page the same. */
async function confirmedWhole(
  scope: Scope,
  { before, offset, limit }: ProfileSearch,
  found: FoundProfiles,
  words: readonly QueryWord[],
): Promise<Page> {
  const ids = await found.page({ before: null, offset: 0, limit: countedByOpeningMax })
  const confirmed = await confirmedOf(scope, ids, words)
  const older = confirmed.filter((root) => before === null || root.id < before)
  const roots = older.slice(offset, offset + limit)
  const next = older.length > offset + limit ? (roots.at(-1)?.id ?? null) : null
  return { roots, count: confirmed.length, next }
}

async function confirmedOf(
  scope: Scope,
  ids: readonly string[],
  words: readonly QueryWord[],
): Promise<ProfileRoot[]> {
  const roots = await rootsInOrder(scope, ids)
  const tags = await selectTagsOf(scope, roots)
  const confirmed: ProfileRoot[] = []
  for (let rest = roots; rest.length > 0; ) {
    const { found, taken } = await selectVersionsWithin(scope, rest, shownBytesMax)
    confirmed.push(
      ...rest.slice(0, taken).filter((root) => {
        const stored = found.get(root.id)
        const names = (tags.get(root.id) ?? []).map((tag) => tag.name)
        return stored !== undefined && confirms(words, indexedProfile(stored.data), names)
      }),
    )
    rest = rest.slice(taken)
  }
  return confirmed
}
