import { isDeepStrictEqual } from 'node:util'
import { type ClassicList, classicLists } from '@drawbridge/schema/associate-lists.ts'
import type { CompanyData, EntityData } from '@drawbridge/schema/collected-data.ts'
import type { AssociateGraph, Fields, StoredData } from './queries.ts'
import { classicEntries, isFields, newerEntries, noAssociates, omit } from './rules-graph.ts'
import { readClassic, readNewer } from './rules-read.ts'

function at(data: Fields, list: ClassicList): unknown {
  const [outer, inner] = list.split('.')
  const holder = data[outer ?? '']
  return inner === undefined ? holder : isFields(holder) ? holder[inner] : undefined
}

/** The classic lists that a document has, also the empty ones. */
function listsIn(data: Fields): Map<ClassicList, Fields[]> {
  const lists = new Map<ClassicList, Fields[]>()
  for (const list of classicLists) {
    const found = at(data, list)
    if (Array.isArray(found)) lists.set(list, found.filter(isFields))
  }
  return lists
}

/** The document without its associates. Lists that were sent empty stay, so that they are answered empty. */
function withoutAssociates(data: CompanyData): EntityData {
  const rest: Fields = { ...data }
  if (data.associated_entities !== undefined && data.associated_entities.length > 0)
    delete rest.associated_entities
  for (const [list, entries] of listsIn(rest)) {
    if (entries.length === 0) continue
    const [outer = '', inner] = list.split('.')
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
 * of them still says what was stored before, the other is the change; where both changed, they must agree. Throws
 * `BothModelsChanged` when they do not.
 */
export function toStored(data: EntityData, previous: AssociateGraph, newId: () => string): StoredData {
  if (data.entity_type !== 'COMPANY') return { data, associates: noAssociates }
  const fields: Fields = data
  const newer = Array.isArray(fields.associated_entities)
    ? fields.associated_entities.filter(isFields)
    : undefined
  return { data: withoutAssociates(data), associates: chooseGraph(listsIn(fields), newer, previous, newId) }
}

function chooseGraph(
  lists: Map<ClassicList, Fields[]>,
  newer: Fields[] | undefined,
  previous: AssociateGraph,
  newId: () => string,
): AssociateGraph {
  if (newer === undefined) return readClassic(lists, previous, newId)
  const fromNewer = readNewer(newer, previous, newId)
  if (lists.size === 0) return fromNewer
  const fromClassic = readClassic(lists, previous, newId)
  const classicStands = sameClassic(fromClassic, previous)
  if (sameNewer(fromNewer, previous)) return classicStands ? previous : withRoleless(fromClassic, previous)
  if (classicStands) return fromNewer
  const merged = readNewer(newer, fromClassic, newId)
  if (sameClassic(merged, fromClassic)) return merged
  throw new BothModelsChanged()
}

/** An associate without a role stands in no classic list: a change of the lists does not mean it. */
function withRoleless(graph: AssociateGraph, previous: AssociateGraph): AssociateGraph {
  const inRole = new Set(previous.roles.map((role) => role.node))
  const named = new Set(graph.nodes.map((node) => node.id))
  const kept = previous.nodes.filter((node) => !inRole.has(node.id) && !named.has(node.id))
  return { nodes: [...graph.nodes, ...kept], roles: graph.roles }
}

function sameNewer(left: AssociateGraph, right: AssociateGraph): boolean {
  return isDeepStrictEqual(newerEntries(left).map(withoutId), newerEntries(right).map(withoutId))
}

function sameClassic(left: AssociateGraph, right: AssociateGraph): boolean {
  const lists = (graph: AssociateGraph) =>
    new Map([...classicEntries(graph)].map(([list, entries]) => [list, entries.map(withoutId)]))
  return isDeepStrictEqual(lists(left), lists(right))
}

/** Two graphs say the same when they differ in nothing but ids they had to invent. */
function withoutId(entry: Fields): Fields {
  return omit(entry, ['associate_id', 'resolver_id'])
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
