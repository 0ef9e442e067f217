import type { AssociateLink } from '../plan/client-unit.ts'

type Json = Record<string, unknown>

/**
 * The company's collected data with the associates linked, as it is posted back: the entries that are there
 * already stay as they are (their `linked_profile` reduced to its id, which is all that is read on write), and
 * each link that is missing is added to its list. `added` is how many were missing; 0 means nothing to send.
 */
export function withLinks(
  current: Json,
  links: readonly AssociateLink[],
  idOf: (ref: string) => string,
): { document: Json; added: number } {
  const document = structuredClone(current)
  // The classic lists are what we write; sending the other model back beside them would say both were changed.
  delete document.associated_entities
  let added = 0
  const touched = new Set(links.map((link) => link.list))
  for (const list of touched) {
    const entries = listOf(document, list)
    for (const entry of entries) reduce(entry)
    for (const link of links.filter((one) => one.list === list)) {
      const id = idOf(link.ref)
      if (entries.some((entry) => sameLink(entry, link, id))) continue
      entries.push(entryOf(link, id))
      added += 1
    }
  }
  return { document, added }
}

/** Whether an entry of the target's list is this link: same profile, and every field we send says the same. */
export function sameLink(entry: Json, link: AssociateLink, id: string): boolean {
  if (linkedId(entry) !== id) return false
  return Object.entries(link.fields).every(
    ([name, value]) => entry[name] === undefined || contains(entry[name], value),
  )
}

/** The id of the profile an entry is linked to, or null. */
export function linkedId(entry: Json): string | null {
  const linked = entry.linked_profile
  return typeof linked === 'object' && linked !== null && 'id' in linked ? String(linked.id) : null
}

/** Entries of a dotted list such as `officers.directors`, made where absent. */
export function listOf(document: Json, path: string): Json[] {
  const names = path.split('.')
  const last = names.pop() ?? path
  let at = document
  for (const name of names) {
    const inner = at[name]
    if (typeof inner !== 'object' || inner === null) at[name] = {}
    at = at[name] as Json
  }
  if (!Array.isArray(at[last])) at[last] = []
  return at[last] as Json[]
}

function entryOf(link: AssociateLink, id: string): Json {
  return {
    entity_type: link.entity,
    ...link.fields,
    linked_profile: { id },
    ...(link.task_variant_ids === undefined ? {} : { task_variant_ids: link.task_variant_ids }),
  }
}

function reduce(entry: Json): void {
  const id = linkedId(entry)
  if (id !== null) entry.linked_profile = { id }
}

/** True when `whole` says everything that `part` says. */
function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) &&
      part.length <= whole.length &&
      part.every((item, at) => contains(whole[at], item))
    )
  }
  if (typeof part === 'object' && part !== null) {
    if (typeof whole !== 'object' || whole === null) return false
    return Object.entries(part).every(([name, value]) => contains((whole as Json)[name], value))
  }
  return whole === part
}
