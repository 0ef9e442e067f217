import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import { type ClassicList, classicLists } from '@drawbridge/schema/associate-lists.ts'
import type { AssociateGraph, AssociateNode, AssociateRole, Fields } from './queries.ts'
import {
  canonical,
  classicFields,
  classicRoles,
  isFields,
  newerFields,
  nodeFields,
  omit,
  pick,
  relationshipOf,
  rolesByNode,
  shared,
  shownOnly,
  tenureOf,
} from './rules-graph.ts'
import { type IdGiver, idGiver } from './rules-ids.ts'

type Entries = ReadonlyMap<ClassicList, readonly Fields[]>

/** A role as it is being read, beside the role it was before. */
interface Reading {
  readonly before: AssociateRole | undefined
  readonly role: AssociateRole
}

/** The graph that classic lists tell. What only the newer model knew of a role stays with that role. */
export function readClassic(lists: Entries, previous: AssociateGraph, newId: () => string): AssociateGraph {
  const all = classicLists.flatMap((list) => (lists.get(list) ?? []).map((entry) => ({ list, entry })))
  const ids = idGiver(
    all.map(({ entry }) => ({ entry, given: entry.resolver_id })),
    previous,
    newId,
  )
  const placed = all.map(({ list, entry }) => ({ list, entry, id: ids.nameFor(entry, entry.resolver_id) }))
  const nodes = inOldOrder(nodesOfClassic(placed, previous, ids), previous)
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const old = new Map(previous.nodes.map((node) => [node.id, node]))
  const before = matched(
    placed.map(({ list, entry, id }) => ({
      group: `${id}/${list}`,
      text: canonical(omit(entry, shownOnly)),
    })),
    previous.roles.map((role) => {
      const node = old.get(role.node)
      return {
        group: `${role.node}/${role.list}`,
        text: canonical(node ? classicFields(node, role) : {}),
        role,
      }
    }),
  )
  const last = previous.roles.length
  const roles = placed.map(({ list, entry, id }, index) =>
    roleOfClassic(list, entry, byId.get(id), before[index], last + index),
  )
  return { nodes, roles }
}

function nodesOfClassic(
  placed: readonly { entry: Fields; id: string }[],
  previous: AssociateGraph,
  ids: IdGiver,
): AssociateNode[] {
  const newer = new Map(previous.nodes.map((node) => [node.id, node.newer]))
  const fields = new Map<string, Fields>()
  for (const { entry, id } of placed)
    fields.set(id, { ...pick(entry, nodeFields), ...(fields.get(id) ?? {}) })
  return [...fields].map(([id, own]) => ({
    id,
    profileId: ids.profileOf(id),
    fields: own,
    newer: newer.get(id) ?? {},
  }))
}

function roleOfClassic(
  list: ClassicList,
  entry: Fields,
  node: AssociateNode | undefined,
  before: AssociateRole | undefined,
  place: number,
): AssociateRole {
  const said = omit(entry, shownOnly)
  const common = node?.fields ?? {}
  const classic = Object.fromEntries(
    Object.entries(said).filter(
      ([name, value]) => !nodeFields.includes(name) || canonical(common[name]) !== canonical(value),
    ),
  )
  return {
    node: node?.id ?? '',
    list,
    // A role the lists cannot tell apart, such as a controlling shareholder, stays what it was.
    role: before?.role ?? classicRoles[list],
    classic,
    lacks: Object.keys(common).filter((name) => said[name] === undefined),
    newer: before?.newer ? keptNewer(before, before.newer, classic) : null,
    place: before?.place ?? place,
  }
}

/** The finer dates of the newer model hold as long as the classic dates they stood beside do. */
function keptNewer(before: AssociateRole, newer: Fields, classic: Fields): Fields {
  const stays = (name: string) => before.classic[name] === classic[name]
  if (stays('appointed_on') && stays('resigned_on') && stays('ceased_on')) return newer
  const tenure = isFields(newer.tenure) ? newer.tenure : {}
  const told = tenureOf({ classic, list: before.list })
  return {
    ...newer,
    tenure: {
      ...omit(tenure, [
        ...(stays('appointed_on') ? [] : ['start']),
        ...(stays('resigned_on') ? [] : ['end']),
      ]),
      ...told,
      ...(stays('appointed_on') ? pick(tenure, ['start']) : {}),
      ...(stays('resigned_on') ? pick(tenure, ['end']) : {}),
    },
  }
}

/** The graph that `associated_entities` tells. What only the classic lists knew of a role stays with that role. */
export function readNewer(
  entries: readonly Fields[],
  previous: AssociateGraph,
  newId: () => string,
): AssociateGraph {
  const givenIn = (entry: Fields) => entry.associate_id ?? entry.resolver_id
  const ids = idGiver(
    entries.map((entry) => ({ entry, given: givenIn(entry) })),
    previous,
    newId,
  )
  const placed = entries.map((entry) => ({ entry, id: ids.ownNameFor(entry, givenIn(entry)) }))
  const rolesOf = rolesByNode(previous)
  const known = new Map(previous.nodes.map((node) => [node.id, node]))
  const nodes: AssociateNode[] = []
  const unchanged = new Set<string>()
  for (const { entry, id } of placed) {
    const before = known.get(id)
    const said = omit(entry, [...shownOnly, 'relationships'])
    const same = before && canonical(newerFields(before, rolesOf.get(id) ?? [])) === canonical(said)
    if (same) unchanged.add(id)
    const split = same ? before : { fields: pick(said, nodeFields), newer: omit(said, nodeFields) }
    nodes.push({ id, profileId: ids.profileOf(id), fields: split.fields, newer: split.newer })
  }
  const readings = rolesOfNewer(placed, previous, unchanged)
  return { nodes, roles: inClassicOrder(readings, previous) }
}

function rolesOfNewer(
  placed: readonly { entry: Fields; id: string }[],
  previous: AssociateGraph,
  unchanged: ReadonlySet<string>,
): Reading[] {
  const said = placed.flatMap(({ entry, id }) => {
    const relationships = Array.isArray(entry.relationships) ? entry.relationships.filter(isFields) : []
    return relationships.map((relationship) => ({ id, relationship }))
  })
  const before = matched(
    said.map(({ id, relationship }) => ({
      group: `${id}/${String(relationship.associated_role)}`,
      text: canonical(relationship),
    })),
    previous.roles.map((role) => ({
      group: `${role.node}/${role.role}`,
      text: canonical(relationshipOf(role)),
      role,
    })),
  )
  return said.map(({ id, relationship }, place) => ({
    before: before[place],
    role: roleOfNewer(id, relationship, before[place], unchanged.has(id), place),
  }))
}

function roleOfNewer(
  node: string,
  relationship: Fields,
  before: AssociateRole | undefined,
  sameNode: boolean,
  place: number,
): AssociateRole {
  const kept = before ? { ...before, place } : undefined
  if (kept && sameNode && canonical(relationshipOf(kept)) === canonical(relationship)) return kept
  const role = relationship.associated_role as AssociatedRole
  const own = sameNode ? [] : nodeFields
  return {
    node,
    list: listOf(role),
    role,
    classic: {
      ...omit(before?.classic ?? {}, [...own, ...shared, 'appointed_on', 'resigned_on']),
      ...classicOf(relationship),
    },
    lacks: sameNode ? (before?.lacks ?? []) : [],
    newer: omit(relationship, ['associated_role', ...shared]),
    place,
  }
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

/** The classic list that shows a role of the newer model. */
function listOf(role: AssociatedRole): ClassicList {
  if (role === 'CONTROLLING_SHAREHOLDER') return 'ownership_structure.shareholders'
  if (role === 'GLOBAL_ULTIMATE_OWNER' || role === 'PERSON_OF_SIGNIFICANT_CONTROL')
    return 'ownership_structure.beneficial_owners'
  return classicLists.find((list) => classicRoles[list] === role) ?? 'officers.other'
}

/** The entries of the classic lists keep their order; new ones come last. */
function inClassicOrder(readings: readonly Reading[], previous: AssociateGraph): AssociateRole[] {
  const at = new Map(previous.roles.map((role, index) => [role, index]))
  const place = ({ before }: Reading) => (before && at.get(before)) ?? previous.roles.length
  return readings.toSorted((left, right) => place(left) - place(right)).map(({ role }) => role)
}

/** The associates of the newer model keep their order; new ones come last. */
function inOldOrder(nodes: readonly AssociateNode[], previous: AssociateGraph): AssociateNode[] {
  const at = new Map(previous.nodes.map((node, index) => [node.id, index]))
  const place = (node: AssociateNode) => at.get(node.id) ?? previous.nodes.length
  return nodes.toSorted((left, right) => place(left) - place(right))
}

/**
 * For each new item the role it was before: of the same group, one that says the same where there is one, else the
 * first that is left.
 */
function matched(
  items: readonly { group: string; text: string }[],
  roles: readonly { group: string; text: string; role: AssociateRole }[],
): (AssociateRole | undefined)[] {
  const left = new Set(roles)
  const exact = Map.groupBy(roles, ({ group, text }) => `${group}/${text}`)
  const found = items.map(({ group, text }) => {
    const same = exact.get(`${group}/${text}`)?.shift()
    if (same) left.delete(same)
    return same?.role
  })
  const rest = Map.groupBy(left, ({ group }) => group)
  return items.map(({ group }, index) => found[index] ?? rest.get(group)?.shift()?.role)
}
