import { leadingRole } from '@drawbridge/policy/look-up.ts'
import type { AssociatedRole, LinkedProfile } from '@drawbridge/schema/associate.ts'
import { classicLists, mapAssociates } from '@drawbridge/schema/associate-lists.ts'
import type { EntityData } from '@drawbridge/schema/collected-data.ts'
import type { TaskType } from '@drawbridge/schema/task.ts'

/** Associates of associates may go this deep (public API 4.0, 2.8). */
export const levelsMax = 10

/** Links that one call may make, and applications that it may begin: its transaction stays within seconds. */
export const newLinksMax = 4_000
export const newApplicationsMax = 1_000

/** Linked profiles that a read expands; the others are shown by id. */
export const expandedMax = 200

/** Bytes of sealed documents that one reply shows, or one step of a search opens, beside those of the last profile. */
export const shownBytesMax = 32_000_000

type Fields = Record<string, unknown>

/** Every list of associates that a company's document may have, classic and newer, as JSON pointers. */
const associateLists = [...classicLists.map((list) => `/${list.replace('.', '/')}`), '/associated_entities']

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function* associatesIn(data: Fields): Generator<{ entry: Fields; pointer: string }> {
  for (const pointer of associateLists) {
    const names = pointer.slice(1).split('/')
    const list = names.reduce<unknown>((at, name) => (isFields(at) ? at[name] : undefined), data)
    if (!Array.isArray(list)) continue
    for (const [index, entry] of list.entries())
      if (isFields(entry)) yield { entry, pointer: `${pointer}/${index}` }
  }
}

/** A link of a written document to a profile: what the document says the profile is, and where it says so first. */
export interface WrittenLink {
  readonly entityType: unknown
  /** RFC 6901 pointer to the associate in the request. */
  readonly pointer: string
}

/** The profiles that a written document links to, by id; `base` is where the document stands in the request. */
export function linksIn(data: EntityData, base = ''): Map<string, WrittenLink> {
  const links = new Map<string, WrittenLink>()
  if (data.entity_type !== 'COMPANY') return links
  for (const { entry, pointer } of associatesIn(data)) {
    const linked = entry.linked_profile
    if (!isFields(linked) || typeof linked.id !== 'string') continue
    const id = linked.id.toLowerCase()
    if (!links.has(id)) links.set(id, { entityType: entry.entity_type, pointer: `${base}${pointer}` })
  }
  return links
}

/** Where a written document first names a task variant for an associate. */
export function variantPointer(data: EntityData, variantId: string, base = ''): string {
  for (const { entry, pointer } of associatesIn(data)) {
    const ids: unknown[] = Array.isArray(entry.task_variant_ids) ? entry.task_variant_ids : []
    const index = ids.indexOf(variantId)
    if (index >= 0) return `${base}${pointer}/task_variant_ids/${index}`
  }
  return base
}

/** Shows each linked profile as `show` gives it, and marks the links that close a circle. */
export function withLinksShown(
  data: EntityData,
  show: (id: string) => LinkedProfile,
  circular: ReadonlySet<string>,
): EntityData {
  if (data.entity_type !== 'COMPANY') return data
  return mapAssociates(data, (entry) => {
    const { linked_profile: linked } = entry
    if (linked === undefined) return entry
    return {
      ...entry,
      linked_profile: show(linked.id),
      ...(circular.has(linked.id) ? { is_circular: true } : {}),
    }
  })
}

const ownerRoles: readonly AssociatedRole[] = [
  'BENEFICIAL_OWNER',
  'PERSON_OF_SIGNIFICANT_CONTROL',
  'GLOBAL_ULTIMATE_OWNER',
  'CONTROLLING_SHAREHOLDER',
  'SHAREHOLDER',
]
const rolesOfTasks: Partial<Record<TaskType, readonly AssociatedRole[]>> = {
  COMPANY_IDENTIFY_OFFICERS: ['DIRECTOR', 'PARTNER', 'TRUSTEE', 'COMPANY_SECRETARY'],
  COMPANY_IDENTIFY_TRUSTEES: ['TRUSTEE'],
  COMPANY_IDENTIFY_AUTHORIZED_PERSONS: ['AUTHORIZED_PERSON'],
  COMPANY_IDENTIFY_BENEFICIAL_OWNERS: ownerRoles,
  COMPANY_ASSESS_OWNERSHIP: ownerRoles,
}

/** The role in which an associate is verified for a task of its company: of its roles, the one the task is about. */
export function roleForTask(
  taskType: TaskType,
  roles: readonly AssociatedRole[],
): AssociatedRole | undefined {
  return rolesOfTasks[taskType]?.find((role) => roles.includes(role)) ?? leadingRole(roles)
}

/** Each role once, in a fixed order. */
export function sortedRoles(roles: readonly AssociatedRole[]): AssociatedRole[] {
  return [...new Set(roles)].sort()
}

/** The first letters of a name's words: all that stays of a name after an erasure. */
export function initialsOf(name: string): string {
  return name
    .split(/[\s-]+/)
    .flatMap((word) => [...word].slice(0, 1))
    .slice(0, 10)
    .join('')
    .toUpperCase()
}
