import type { Input } from '@drawbridge/schema/operation.ts'
import type { ListProfiles, ProfileSearchResults } from '@drawbridge/schema/profile.ts'
import { Uuid } from '@drawbridge/schema/scalars.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { confirms, type QueryWord } from '../../platform/vault/index.ts'
import { indexedProfile, selectVersions } from '../collected-data/index.ts'
import {
  type FoundProfiles,
  findProfiles,
  type ProfileRoot,
  type ProfileSearch,
  selectRoots,
} from '../profile-root/index.ts'
import { countTagged, selectTagsOf } from '../tags/index.ts'
import { presentMiniProfiles } from './present.ts'

/** Candidates that one call opens at most, where the index alone cannot decide. */
const openedMax = 2_000

interface Page {
  readonly roots: readonly ProfileRoot[]
  readonly count: number
  /** The oldest profile looked at, when there may be more beyond it. */
  readonly next: string | null
}

/**
 * Lists profiles, newest first, or finds those that every word of `q` fits (R56, R74). `offset` costs time in
 * proportion, `after` does not. `count` is exact to 10,000 and never less than what can still be read.
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
  const page = await findPage(scope, search)
  const tagged = input.q === undefined ? 0 : await countTagged(scope, input.q.trim())
  const results = await presentMiniProfiles(scope, page.roots)
  return {
    count: search.categories === null ? Math.max(page.count, tagged) : page.count,
    limit: input.limit,
    offset: input.offset,
    hidden: 0,
    results,
    associated_results: [],
    ...(page.next === null ? {} : { after: page.next }),
  }
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

async function findPage(scope: Scope, search: ProfileSearch): Promise<Page> {
  const found = await findProfiles(scope, search)
  if (found.confirm !== null) return confirmedPage(scope, search, found, found.confirm)
  const roots = await rootsInOrder(scope, found.ids)
  const last = found.ids.at(-1) ?? null
  return { roots, count: found.count, next: found.ids.length < search.limit ? null : last }
}

async function rootsInOrder(scope: Scope, ids: readonly string[]): Promise<ProfileRoot[]> {
  const roots = new Map((await selectRoots(scope, ids)).map((root) => [root.id, root]))
  return ids.flatMap((id) => roots.get(id) ?? [])
}

/** Opens candidates until the page is full: a word longer than the indexed prefixes is confirmed on the name itself. */
async function confirmedPage(
  scope: Scope,
  search: ProfileSearch,
  first: FoundProfiles,
  words: readonly QueryWord[],
): Promise<Page> {
  const wanted = search.offset + search.limit
  const confirmed: ProfileRoot[] = []
  let before = search.before
  let opened = 0
  let ended = false
  while (confirmed.length < wanted && opened < openedMax && !ended) {
    const batch = { ...search, before, offset: 0, limit: 200 }
    const { ids } = await findProfiles(scope, batch)
    confirmed.push(...(await confirmedOf(scope, ids, words)))
    before = ids.at(-1) ?? before
    opened += ids.length
    ended = ids.length < batch.limit
  }
  const roots = confirmed.slice(search.offset, wanted)
  const full = confirmed.length > wanted || (confirmed.length === wanted && !ended)
  const next = full ? (roots.at(-1)?.id ?? before) : ended ? null : before
  return { roots, count: ended ? confirmed.length : Math.max(first.count, confirmed.length), next }
}

async function confirmedOf(
  scope: Scope,
  ids: readonly string[],
  words: readonly QueryWord[],
): Promise<ProfileRoot[]> {
  const roots = await rootsInOrder(scope, ids)
  const data = await selectVersions(scope, roots)
  const tags = await selectTagsOf(scope, ids)
  return roots.filter((root) => {
    const stored = data.get(root.id)
    const names = (tags.get(root.id) ?? []).map((tag) => tag.name)
    return stored !== undefined && confirms(words, indexedProfile(stored.data), names)
  })
}
