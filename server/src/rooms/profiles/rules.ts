import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { EntityData } from '@drawbridge/schema/collected-data.ts'

/** Associates of associates may go this deep (public API 4.0, 2.8). */
export const levelsMax = 10

/** Linked profiles that a read expands; the others are shown by id. */
export const expandedMax = 200

type Fields = Record<string, unknown>

const holders = ['', 'officers', 'ownership_structure']

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function* associatesIn(data: Fields): Generator<{ entry: Fields; pointer: string }> {
  for (const holder of holders) {
    const lists = holder === '' ? data : data[holder]
    if (!isFields(lists)) continue
    for (const [name, list] of Object.entries(lists)) {
      if (!Array.isArray(list)) continue
      for (const [index, entry] of list.entries())
        if (isFields(entry)) yield { entry, pointer: `${holder === '' ? '' : `/${holder}`}/${name}/${index}` }
    }
  }
}

/** The ids of all profiles that a written document links to, and where it does so first. */
export function linkedIdsIn(data: EntityData): Map<string, string> {
  const ids = new Map<string, string>()
  if (data.entity_type !== 'COMPANY') return ids
  for (const { entry, pointer } of associatesIn(data)) {
    const linked = entry.linked_profile
    if (!isFields(linked) || typeof linked.id !== 'string') continue
    const id = linked.id.toLowerCase()
    if (!ids.has(id)) ids.set(id, `${pointer}/linked_profile/id`)
  }
  return ids
}

/** Shows each linked profile as `show` gives it, and marks the links that close a circle. */
export function withLinksShown(
  data: EntityData,
  show: (id: string) => unknown,
  circular: ReadonlySet<string>,
): EntityData {
  if (data.entity_type !== 'COMPANY') return data
  const copy: Fields = { ...data }
  for (const holder of holders) {
    const lists = holder === '' ? copy : copy[holder]
    if (!isFields(lists)) continue
    const shown: Fields = holder === '' ? copy : { ...lists }
    for (const [name, list] of Object.entries(lists))
      if (Array.isArray(list))
        shown[name] = list.map((entry) => (isFields(entry) ? entryShown(entry, show, circular) : entry))
    if (holder !== '') copy[holder] = shown
  }
  return copy as EntityData
}

function entryShown(entry: Fields, show: (id: string) => unknown, circular: ReadonlySet<string>): Fields {
  const linked = entry.linked_profile
  if (!isFields(linked) || typeof linked.id !== 'string') return entry
  const { id } = linked
  return { ...entry, linked_profile: show(id), ...(circular.has(id) ? { is_circular: true } : {}) }
}

/** Each role once, in a fixed order. */
export function sortedRoles(roles: readonly AssociatedRole[]): AssociatedRole[] {
  return [...new Set(roles)].sort()
}

/** The first letters of a name's words: all that stays of a name after an erasure. */
export function initialsOf(name: string): string {
  return name
    .split(/[\s-]+/)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('')
    .slice(0, 10)
}
