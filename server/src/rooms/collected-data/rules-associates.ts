import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { AssociateGraph, AssociateRole, Fields } from './queries.ts'
import { isFields, relationshipOf, rolesByNode, taskVariantsOf } from './rules-graph.ts'

/** A person or company on a company's lists, as decisions about associates look at it. */
export interface ListedAssociate {
  /** `resolver_id` of the classic lists, `associate_id` of the newer model. */
  readonly id: string
  /** Null while it has no profile of its own. */
  readonly profileId: string | null
  readonly entityType: unknown
  readonly roles: readonly AssociatedRole[]
  /** Its largest known share in percent; null when none is known. */
  readonly share: number | null
  /** Whether it holds none of its roles any more. */
  readonly isFormer: boolean
  readonly taskVariantIds: readonly string[]
  /** The tasks from whose lists it was taken. */
  readonly removedVariantIds: readonly string[]
  /** What the list says of it besides; null where it says nothing. */
  readonly immediateData: Fields | null
}

/** Everybody on a company's lists, in the order of the newer model. */
export function listedAssociates(graph: AssociateGraph): ListedAssociate[] {
  const rolesOf = rolesByNode(graph)
  return graph.nodes.map((node) => {
    const roles = rolesOf.get(node.id) ?? []
    const shares = roles.flatMap((role) => shareOf(relationshipOf(role)) ?? [])
    const {
      entity_type: entityType,
      immediate_data: immediate,
      unverified_task_variant_ids: removed,
    } = node.fields
    return {
      id: node.id,
      profileId: node.profileId,
      entityType,
      roles: roles.map((role) => role.role),
      share: shares.length === 0 ? null : Math.max(...shares),
      isFormer: roles.length > 0 && roles.every(isFormer),
      taskVariantIds: taskVariantsOf(node, roles),
      removedVariantIds: Array.isArray(removed) ? removed.filter((id) => typeof id === 'string') : [],
      immediateData: isFields(immediate) ? immediate : null,
    }
  })
}

function isFormer(role: AssociateRole): boolean {
  const { tenure } = relationshipOf(role)
  return isFields(tenure) && tenure.tenure_type === 'FORMER'
}

/** The share that a relationship tells: in total, else of its classes together, else as somebody reckoned it. */
function shareOf(relationship: Fields): number | undefined {
  const { total_percentage: total, shareholdings, calculated_percentage: reckoned } = relationship
  if (typeof total === 'number') return total
  const held: unknown[] = Array.isArray(shareholdings) ? shareholdings : []
  const shares = held.flatMap((entry) =>
    isFields(entry) && typeof entry.percentage === 'number' ? entry.percentage : [],
  )
  if (shares.length > 0) return shares.reduce((sum, share) => sum + share, 0)
  return typeof reckoned === 'number' ? reckoned : undefined
}

/** An associate that is to be verified: the profile it has by now, and the tasks it is verified for besides. */
export interface Verified {
  readonly profileId: string
  readonly taskVariantIds: readonly string[]
}

/** The graph in which these associates, by id, have their profiles and are verified for these tasks as well. */
export function withVerified(graph: AssociateGraph, verified: ReadonlyMap<string, Verified>): AssociateGraph {
  const rolesOf = rolesByNode(graph)
  const nodes = graph.nodes.map((node) => {
    const now = verified.get(node.id)
    if (!now) return node
    const before = taskVariantsOf(node, rolesOf.get(node.id) ?? [])
    const task_variant_ids = [...new Set([...before, ...now.taskVariantIds])]
    return { ...node, profileId: now.profileId, fields: { ...node.fields, task_variant_ids } }
  })
  return { ...graph, nodes }
}
