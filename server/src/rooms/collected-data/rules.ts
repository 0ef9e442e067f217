import { isDeepStrictEqual } from 'node:util'
import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { CompanyData, EntityData } from '@drawbridge/schema/collected-data.ts'
import type { AssociateGraph, AssociateNode, AssociateRole, ClassicList, StoredData } from './queries.ts'

type Fields = Record<string, unknown>

export const noAssociates: AssociateGraph = { nodes: [], roles: [] }

const lists = {
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

const classicLists = Object.keys(lists) as ClassicList[]

/** The classic list that shows a role of the newer model. */
function listOf(role: AssociatedRole): ClassicList {
  if (role === 'CONTROLLING_SHAREHOLDER') return 'ownership_structure.shareholders'
  if (role === 'GLOBAL_ULTIMATE_OWNER' || role === 'PERSON_OF_SIGNIFICANT_CONTROL')
    return 'ownership_structure.beneficial_owners'
  return classicLists.find((list) => lists[list] === role) ?? 'officers.other'
}

/** Fields that belong to the node, not to a role of it. */
const nodeFields = [
  'entity_type',
  'provider_name',
  'merged_resolver_ids',
  'immediate_data',
  'task_variant_ids',
  'unverified_task_variant_ids',
]
/** Fields this server writes on read; what a client sends back of them is not read. */
const shownOnly = ['linked_profile', 'resolver_id', 'associate_id', 'is_circular']
/** Fields of a relationship that both models hold under the same name. */
const shared = ['original_role', 'total_percentage', 'shareholdings']

function pick(entry: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => names.includes(name)))
}

function omit(entry: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !names.includes(name)))
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function at(data: Fields, list: ClassicList): unknown {
  const [outer, inner] = list.split('.')
  const holder = data[outer ?? '']
  return inner === undefined ? holder : isFields(holder) ? holder[inner] : undefined
}

function entriesAt(data: Fields, list: ClassicList): Fields[] | undefined {
  const found = at(data, list)
  return Array.isArray(found) ? found.filter(isFields) : undefined
}

function profileIdOf(entry: Fields): string | null {
  const linked = entry.linked_profile
  return isFields(linked) && typeof linked.id === 'string' ? linked.id.toLowerCase() : null
}

/** Finds the node that an entry speaks of, or makes it. */
class GraphBuilder {
  readonly nodes: AssociateNode[] = []
  readonly roles: AssociateRole[] = []
  readonly #previous: AssociateGraph
  readonly #newId: () => string

  constructor(previous: AssociateGraph, newId: () => string) {
    this.#previous = previous
    this.#newId = newId
  }

  nodeFor(entry: Fields, given: unknown): AssociateNode {
    const profileId = profileIdOf(entry)
    const id = typeof given === 'string' ? given.toLowerCase() : undefined
    const known = this.nodes.find((node) =>
      profileId === null ? id !== undefined && node.id === id : node.profileId === profileId,
    )
    if (known) return known
    const fields = pick(entry, nodeFields)
    const taken = new Set(this.nodes.map((node) => node.id))
    const before = this.#previous.nodes.find((node) => !taken.has(node.id) && isSame(node, profileId, fields))
    const free = id !== undefined && !taken.has(id) ? id : undefined
    const node = { id: free ?? before?.id ?? this.#newId(), profileId, fields }
    this.nodes.push(node)
    return node
  }

  /** What the model that was not written knew about this role stays. */
  before(node: AssociateNode, role: AssociatedRole): AssociateRole | undefined {
    return this.#previous.roles.find((known) => known.node === node.id && known.role === role)
  }
}

function isSame(node: AssociateNode, profileId: string | null, fields: Fields): boolean {
  if (profileId !== null || node.profileId !== null) return node.profileId === profileId
  return isDeepStrictEqual(node.fields.immediate_data, fields.immediate_data)
}

function readClassic(data: Fields, previous: AssociateGraph, newId: () => string): AssociateGraph {
  const graph = new GraphBuilder(previous, newId)
  for (const list of classicLists) {
    for (const entry of entriesAt(data, list) ?? []) {
      const node = graph.nodeFor(entry, entry.resolver_id)
      const own = Object.entries(omit(entry, shownOnly)).filter(
        ([name, value]) => !nodeFields.includes(name) || !isDeepStrictEqual(node.fields[name], value),
      )
      const classic = Object.fromEntries(own)
      // A role the lists cannot tell apart, such as a controlling shareholder, stays what it was.
      const before =
        graph.before(node, lists[list]) ??
        previous.roles.find((role) => role.node === node.id && role.list === list)
      graph.roles.push({
        node: node.id,
        list,
        role: before?.role ?? lists[list],
        classic,
        newer: keptTenure(before, classic),
      })
    }
  }
  return { nodes: graph.nodes, roles: graph.roles }
}

/** The finer dates of the newer model hold as long as the classic dates they stood beside do. */
function keptTenure(before: AssociateRole | undefined, classic: Fields): Fields {
  if (!before) return {}
  const same = ['appointed_on', 'resigned_on'].every((name) => before.classic[name] === classic[name])
  return same ? before.newer : omit(before.newer, ['tenure'])
}

function readNewer(
  entries: readonly Fields[],
  previous: AssociateGraph,
  newId: () => string,
): AssociateGraph {
  const graph = new GraphBuilder(previous, newId)
  for (const entry of entries) {
    const node = graph.nodeFor(entry, entry.associate_id ?? entry.resolver_id)
    const relationships = Array.isArray(entry.relationships) ? entry.relationships.filter(isFields) : []
    for (const relationship of relationships) {
      const role = relationship.associated_role as AssociatedRole
      const before = graph.before(node, role)
      graph.roles.push({
        node: node.id,
        list: listOf(role),
        role,
        classic: {
          ...omit(before?.classic ?? {}, [...shared, 'appointed_on', 'resigned_on']),
          ...classicOf(relationship),
        },
        newer: omit(relationship, ['associated_role', ...shared]),
      })
    }
  }
  return { nodes: graph.nodes, roles: graph.roles.sort(byList) }
}

function byList(left: AssociateRole, right: AssociateRole): number {
  return classicLists.indexOf(left.list) - classicLists.indexOf(right.list)
}

const wholeDate = /^\d{4}-\d{2}-\d{2}$/

function classicOf(relationship: Fields): Fields {
  const tenure = isFields(relationship.tenure) ? relationship.tenure : {}
  const date = (name: string, value: unknown) =>
    typeof value === 'string' && wholeDate.test(value) ? { [name]: value } : {}
  return {
    ...pick(relationship, shared),
    ...date('appointed_on', tenure.start),
    ...date('resigned_on', tenure.end),
  }
}

/** The classic lists of a graph, by list; a linked profile by id alone. */
export function classicEntries(graph: AssociateGraph): Map<ClassicList, Fields[]> {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const entries = new Map<ClassicList, Fields[]>()
  for (const role of graph.roles) {
    const node = nodes.get(role.node)
    if (!node) continue
    const entry = { resolver_id: node.id, ...node.fields, ...role.classic, ...linkOf(node) }
    entries.set(role.list, [...(entries.get(role.list) ?? []), entry])
  }
  return entries
}

function linkOf(node: AssociateNode): Fields {
  return node.profileId === null ? {} : { linked_profile: { id: node.profileId } }
}

/** The newer model of a graph: one entry for each associate, with all its roles. */
export function newerEntries(graph: AssociateGraph): Fields[] {
  const rolesOf = Map.groupBy(graph.roles, (role) => role.node)
  return graph.nodes.map((node) => {
    const roles = rolesOf.get(node.id) ?? []
    const variants = taskVariantsOf(node, roles)
    return {
      associate_id: node.id,
      ...node.fields,
      ...(variants.length === 0 ? {} : { task_variant_ids: variants }),
      ...linkOf(node),
      relationships: roles.map(relationshipOf),
    }
  })
}

function relationshipOf(role: AssociateRole): Fields {
  const { appointed_on: start, resigned_on: end } = role.classic
  const former =
    end !== undefined || role.classic.ceased_on !== undefined || role.list === 'officers.resigned'
  const tenure = {
    tenure_type: former ? 'FORMER' : 'CURRENT',
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  }
  return { associated_role: role.role, ...pick(role.classic, shared), tenure, ...role.newer }
}

/** An associate that has a profile: all its roles in the company, and all tasks it is verified for. */
export interface LinkedNode {
  readonly id: string
  readonly profileId: string
  readonly roles: readonly AssociatedRole[]
  readonly taskVariantIds: readonly string[]
}

/** The associates that have a profile. */
export function linkedNodes(graph: AssociateGraph): LinkedNode[] {
  const rolesOf = Map.groupBy(graph.roles, (role) => role.node)
  return graph.nodes.flatMap((node) => {
    if (node.profileId === null) return []
    const roles = rolesOf.get(node.id) ?? []
    const variants = taskVariantsOf(node, roles)
    return [
      {
        id: node.id,
        profileId: node.profileId,
        roles: roles.map((role) => role.role),
        taskVariantIds: variants,
      },
    ]
  })
}

function taskVariantsOf(node: AssociateNode, roles: readonly AssociateRole[]): string[] {
  const given = [node.fields, ...roles.map((role) => role.classic)].flatMap((fields) =>
    Array.isArray(fields.task_variant_ids) ? (fields.task_variant_ids as unknown[]) : [],
  )
  return [...new Set(given.filter((id) => typeof id === 'string'))]
}

/** The document without its associates. Lists that were sent empty stay, so that they are answered empty. */
function withoutAssociates(data: CompanyData): EntityData {
  const rest: Fields = omit(data, ['associated_entities'])
  for (const list of classicLists) {
    const [outer = '', inner] = list.split('.')
    if ((entriesAt(rest, list)?.length ?? 0) === 0) continue
    const holder = rest[outer]
    if (inner === undefined) delete rest[outer]
    else if (isFields(holder)) rest[outer] = omit(holder, [inner])
  }
  return rest as EntityData
}

/** Both models were changed, and not to the same. */
export class BothModelsChanged extends Error {}

/**
 * Takes a written document apart. A document may hold the classic lists, `associated_entities` or both: where one
 * of them still says what was stored before, the other is the change. An associate keeps its id as long as its
 * profile, or its immediate data, stays. Throws `BothModelsChanged` when it cannot be told which model is meant.
 */
export function toStored(data: EntityData, previous: AssociateGraph, newId: () => string): StoredData {
  if (data.entity_type !== 'COMPANY') return { data, associates: noAssociates }
  const fields: Fields = data
  const newer = Array.isArray(fields.associated_entities)
    ? fields.associated_entities.filter(isFields)
    : undefined
  const hasClassic = classicLists.some((list) => entriesAt(fields, list) !== undefined)
  return {
    data: withoutAssociates(data),
    associates: chooseGraph(fields, newer, hasClassic, previous, newId),
  }
}

function chooseGraph(
  fields: Fields,
  newer: Fields[] | undefined,
  hasClassic: boolean,
  previous: AssociateGraph,
  newId: () => string,
): AssociateGraph {
  if (newer === undefined) return readClassic(fields, previous, newId)
  const fromNewer = readNewer(newer, previous, newId)
  if (!hasClassic) return fromNewer
  const fromClassic = readClassic(fields, previous, newId)
  if (sameNewer(fromNewer, previous) || sameNewer(fromNewer, fromClassic)) return fromClassic
  if (isDeepStrictEqual(classicEntries(fromClassic), classicEntries(previous))) return fromNewer
  throw new BothModelsChanged()
}

function sameNewer(left: AssociateGraph, right: AssociateGraph): boolean {
  return isDeepStrictEqual(comparable(left), comparable(right))
}

/** Two graphs say the same when they differ in nothing but ids they had to invent. */
function comparable(graph: AssociateGraph): Fields[] {
  return newerEntries(graph).map((entry) => omit(entry, ['associate_id']))
}

/** Puts a stored document together again: classic lists always, `associated_entities` beside them. */
export function fromStored({ data, associates }: StoredData): EntityData {
  if (data.entity_type !== 'COMPANY' || associates.nodes.length === 0) return data
  const whole: Fields = { ...data }
  for (const [list, entries] of classicEntries(associates)) {
    const [outer = '', inner] = list.split('.')
    const holder = whole[outer]
    whole[outer] = inner === undefined ? entries : { ...(isFields(holder) ? holder : {}), [inner]: entries }
  }
  whole.associated_entities = newerEntries(associates)
  return whole as EntityData
}
