import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { ClassicList } from '@drawbridge/schema/associate-lists.ts'
import type { AssociateGraph, AssociateNode, AssociateRole, Fields } from './queries.ts'

/** The graph of a document that names nobody. */
export const noAssociates: AssociateGraph = { nodes: [], roles: [] }

/** The classic lists, and the role that a place in each means. */
export const classicRoles = {
  'officers.directors': 'DIRECTOR',
  'officers.secretaries': 'COMPANY_SECRETARY',
  'officers.partners': 'PARTNER',
  'officers.trustees': 'TRUSTEE',
  'officers.resigned': 'RESIGNED_OFFICER',
  'officers.other': 'OTHER',
  'ownership_structure.shareholders': 'SHAREHOLDER',
  'ownership_structure.beneficial_owners': 'BENEFICIAL_OWNER',
  authorized_persons: 'AUTHORIZED_PERSON',
  unauthorized_persons: 'UNAUTHORIZED_PERSON',
} as const satisfies Record<ClassicList, AssociatedRole>

/** Fields that belong to the node, not to a role of it. */
export const nodeFields: readonly string[] = [
  'entity_type',
  'provider_name',
  'merged_resolver_ids',
  'immediate_data',
  'task_variant_ids',
  'unverified_task_variant_ids',
]
/** Fields this server writes on read; what a client sends back of them says nothing about the associate. */
export const shownOnly: readonly string[] = ['linked_profile', 'resolver_id', 'associate_id', 'is_circular']
/** Fields of a relationship that both models hold under the same name. */
export const shared: readonly string[] = ['original_role', 'total_percentage', 'shareholdings']

/** Whether the value is an object of JSON. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The entry with these fields alone. */
export function pick(entry: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => names.includes(name)))
}

/** The entry without these fields. */
export function omit(entry: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !names.includes(name)))
}

/** One text for equal values, whatever the order of their fields: to find an equal among thousands. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    isFields(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}

/** The classic entry of a role, without ids and links. */
export function classicFields(node: AssociateNode, role: AssociateRole): Fields {
  return { ...omit(node.fields, role.lacks), ...role.classic }
}

/** The classic lists of a graph, by list; a linked profile by id alone. */
export function classicEntries(graph: AssociateGraph): Map<ClassicList, Fields[]> {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const entries = new Map<ClassicList, Fields[]>()
  for (const role of graph.roles) {
    const node = nodes.get(role.node)
    if (!node) continue
    const entry = { resolver_id: node.id, ...classicFields(node, role), ...linkOf(node) }
    const list = entries.get(role.list)
    if (list) list.push(entry)
    else entries.set(role.list, [entry])
  }
  return entries
}

function linkOf(node: AssociateNode): Fields {
  return node.profileId === null ? {} : { linked_profile: { id: node.profileId } }
}

/** The roles of each node, in the order of the newer model. */
export function rolesByNode(graph: AssociateGraph): Map<string, AssociateRole[]> {
  const roles = Map.groupBy(graph.roles, (role) => role.node)
  for (const of of roles.values()) of.sort((left, right) => left.place - right.place)
  return roles
}

/** What the newer model says of a node, without its id, link and roles. */
export function newerFields(node: AssociateNode, roles: readonly AssociateRole[]): Fields {
  const variants = taskVariantsOf(node, roles)
  return {
    ...node.newer,
    ...node.fields,
    ...(variants.length === 0 ? {} : { task_variant_ids: variants }),
  }
}

/** The newer model of a graph: one entry for each associate, with all its roles. */
export function newerEntries(graph: AssociateGraph): Fields[] {
  const rolesOf = rolesByNode(graph)
  return graph.nodes.map((node) => {
    const roles = rolesOf.get(node.id) ?? []
    return {
      associate_id: node.id,
      ...newerFields(node, roles),
      ...linkOf(node),
      relationships: roles.map(relationshipOf),
    }
  })
}

/** A role in the newer model. A role that was never written in it gets its tenure from the classic dates. */
export function relationshipOf(role: AssociateRole): Fields {
  const both = { associated_role: role.role, ...pick(role.classic, shared) }
  return role.newer === null ? { ...both, tenure: tenureOf(role) } : { ...both, ...role.newer }
}

/** The tenure that the classic entry's dates tell. */
export function tenureOf({ classic, list }: Pick<AssociateRole, 'classic' | 'list'>): Fields {
  const { appointed_on: start, resigned_on: end } = classic
  const former = end !== undefined || classic.ceased_on !== undefined || list === 'officers.resigned'
  return {
    tenure_type: former ? 'FORMER' : 'CURRENT',
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  }
}

/** The tasks an associate is verified for: those of its node and of all its roles, each once. */
export function taskVariantsOf(node: AssociateNode, roles: readonly AssociateRole[]): string[] {
  const given = [node.fields, ...roles.map((role) => role.classic)].flatMap((fields) =>
    Array.isArray(fields.task_variant_ids) ? (fields.task_variant_ids as unknown[]) : [],
  )
  return [...new Set(given.filter((id) => typeof id === 'string'))]
}

/** An associate that has a profile: all its roles in the company, and all tasks it is verified for. */
export interface LinkedNode {
  readonly id: string
  readonly profileId: string
  readonly entityType: unknown
  readonly roles: readonly AssociatedRole[]
  readonly taskVariantIds: readonly string[]
}

/** The associates that have a profile. */
export function linkedNodes(graph: AssociateGraph): LinkedNode[] {
  const rolesOf = rolesByNode(graph)
  return graph.nodes.flatMap((node) => {
    if (node.profileId === null) return []
    const roles = rolesOf.get(node.id) ?? []
    return [
      {
        id: node.id,
        profileId: node.profileId,
        entityType: node.fields.entity_type,
        roles: roles.map((role) => role.role),
        taskVariantIds: taskVariantsOf(node, roles),
      },
    ]
  })
}
