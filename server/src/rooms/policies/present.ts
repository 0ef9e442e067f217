import type { Policy, Product } from '@drawbridge/policy/policy.ts'
import type {
  CheckSwitch,
  ConfigurationActor,
  PolicyCheck,
  PolicyProduct,
  PolicyVersion,
} from '@drawbridge/schema/policies.ts'
import { EntityType, formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { SwitchRow } from './queries-switches.ts'
import type { StoredActor, VersionRow } from './queries-versions.ts'

/** The names of keys and users by id. */
type Names = ReadonlyMap<string, string>

export function presentActor({ actorKind, actorId }: StoredActor, names: Names): ConfigurationActor {
  return { kind: actorKind, id: actorId, name: actorId === null ? null : (names.get(actorId) ?? null) }
}

export function presentVersion(row: VersionRow, inForce: number, names: Names): PolicyVersion {
  return {
    version: row.version,
    is_in_force: row.version === inForce,
    published_at: row.publishedAt === null ? null : formatDateTime(row.publishedAt),
    published_by: presentActor(row, names),
    ...(row.rolledBackTo === null ? {} : { rolled_back_to: row.rolledBackTo }),
  }
}

export function presentSwitch(row: SwitchRow, names: Names): CheckSwitch {
  return {
    variant_id: row.variantId,
    is_on: row.isOn,
    reason: row.reason,
    ...(row.until === null ? {} : { until: formatDateTime(row.until) }),
    switched_at: formatDateTime(row.switchedAt),
    switched_by: presentActor(row, names),
  }
}

/** A check of the policy, and whether it runs at `now` after the newest switching of it. */
export function presentCheck(
  variant: Policy['check_variants'][number],
  newest: SwitchRow | undefined,
  now: Date,
): PolicyCheck {
  const { id, alias, name, check_type } = variant
  const off = newest && !newest.isOn && (newest.until === null || newest.until > now) ? newest : undefined
  return {
    id,
    alias,
    name,
    check_type,
    is_on: off === undefined,
    ...(off === undefined ? {} : { reason: off.reason }),
    ...(off?.until ? { until: formatDateTime(off.until) } : {}),
  }
}

/** A product with the tasks that its smart policies may ask for, in the order in which they stand there. */
export function presentProduct(policy: Policy, product: Product): PolicyProduct {
  const entityTypes = EntityType.options.filter((type) => product.smart_policies[type] !== undefined)
  return {
    id: product.id,
    alias: product.alias,
    name: product.name,
    applicants: product.applicants,
    entity_types: entityTypes,
    automatically_apply: product.automatically_apply,
    intake: product.intake,
    task_variants: entityTypes.flatMap((entityType) => tasksOf(policy, product, entityType)),
  }
}

function tasksOf(policy: Policy, product: Product, entityType: EntityType): PolicyProduct['task_variants'] {
  const flow = policy.smart_policies.find(({ alias }) => alias === product.smart_policies[entityType])
  const aliases = (flow?.elements ?? []).flatMap((element) =>
    element.kind === 'task' ? element.task_variants : [],
  )
  return [...new Set(aliases)].flatMap((wanted) => {
    const variant = policy.task_variants.find(({ alias }) => alias === wanted)
    if (!variant) return []
    const { id, alias, name, task_type } = variant
    return [{ id, alias, name, task_type, entity_type: entityType }]
  })
}
