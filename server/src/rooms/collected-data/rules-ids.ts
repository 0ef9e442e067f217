import type { AssociateGraph, Fields } from './queries.ts'
import { canonical, isFields } from './rules-graph.ts'

/** Names the associates of one document. */
export interface IdGiver {
  /** The id of the associate an entry speaks of: entries with one profile, or with one id, are one associate. */
  nameFor(entry: Fields, given: unknown): string
  /** The id of an associate that this entry alone speaks of. */
  ownNameFor(entry: Fields, given: unknown): string
  /** The profile of an associate that was named here. */
  profileOf(id: string): string | null
}

/** The profile an entry links to, in lower case; null when it links to none. */
export function profileIdOf(entry: Fields): string | null {
  const linked = entry.linked_profile
  return isFields(linked) && typeof linked.id === 'string' ? linked.id.toLowerCase() : null
}

const lower = (given: unknown) => (typeof given === 'string' ? given.toLowerCase() : undefined)

/**
 * An associate keeps its id as long as its profile, its id or its immediate data stays, in this order. Ids that the
 * document gives to one entry are not taken for another.
 */
export function idGiver(
  entries: readonly { entry: Fields; given: unknown }[],
  previous: AssociateGraph,
  newId: () => string,
): IdGiver {
  const reserved = new Set(entries.flatMap(({ entry, given }) => reservedBy(entry, given)))
  const givenTo = firstGiven(entries)
  const linkedBefore = Map.groupBy(previous.nodes, (node) => node.profileId)
  const contentBefore = Map.groupBy(
    previous.nodes.filter((node) => node.profileId === null),
    (node) => canonical(node.fields.immediate_data),
  )
  const profiles = new Map<string, string | null>()
  const byProfile = new Map<string, string>()

  const take = (profileId: string | null, wished: readonly (string | undefined)[]) => {
    const id = wished.find((wish) => wish !== undefined && !profiles.has(wish)) ?? newId()
    profiles.set(id, profileId)
    if (profileId !== null && !byProfile.has(profileId)) byProfile.set(profileId, id)
    return id
  }
  const ofUnlinked = (entry: Fields, given: string | undefined) => {
    if (given !== undefined) return take(null, [given])
    const same = contentBefore.get(canonical(entry.immediate_data)) ?? []
    return take(
      null,
      same.map((node) => node.id).filter((id) => !reserved.has(id)),
    )
  }
  const ofLinked = (profileId: string, given: string | undefined) => {
    const known = (linkedBefore.get(profileId) ?? []).map((node) => node.id)
    const own = known.find((id) => id === given)
    return take(profileId, [own, ...known, given, givenTo.get(profileId)])
  }
  const fresh = (entry: Fields, given: string | undefined) => {
    const profileId = profileIdOf(entry)
    return profileId === null ? ofUnlinked(entry, given) : ofLinked(profileId, given)
  }
  return {
    nameFor: (entry, given) => {
      const id = lower(given)
      const profileId = profileIdOf(entry)
      if (id !== undefined && profiles.has(id) && profiles.get(id) === profileId) return id
      const several = profileId !== null && (linkedBefore.get(profileId)?.length ?? 0) > 1
      const known = profileId === null || several ? undefined : byProfile.get(profileId)
      return known ?? fresh(entry, id)
    },
    ownNameFor: (entry, given) => fresh(entry, lower(given)),
    profileOf: (id) => profiles.get(id) ?? null,
  }
}

/** Ids that entries without a profile bring along. */
function reservedBy(entry: Fields, given: unknown): string[] {
  const id = lower(given)
  return id !== undefined && profileIdOf(entry) === null ? [id] : []
}

function firstGiven(entries: readonly { entry: Fields; given: unknown }[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const { entry, given } of entries) {
    const profileId = profileIdOf(entry)
    const id = lower(given)
    if (profileId !== null && id !== undefined && !found.has(profileId)) found.set(profileId, id)
  }
  return found
}
