import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { CheckType } from '@drawbridge/schema/check.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type {
  Policy,
  PolicyCheckVariant,
  PolicyTaskVariant,
  Product,
  RiskModel,
  SmartPolicy,
} from './policy.ts'
import { indexOf } from './policy-index.ts'

/** How a caller names something of the policy: by id or by alias; the id wins. */
export interface Named {
  readonly id?: string | undefined
  readonly alias?: string | undefined
}

function named<T extends { id: string; alias: string }>(list: readonly T[], name: Named): T | undefined {
  const id = name.id?.toLowerCase()
  return list.find((item) => (id === undefined ? item.alias === name.alias : item.id === id))
}

/** The product of that name; undefined when the policy has none. */
export function findProduct(policy: Policy, name: Named): Product | undefined {
  return named(policy.products, name)
}

/** The task variant of that name; undefined when the policy has none. */
export function findTaskVariant(policy: Policy, name: Named): PolicyTaskVariant | undefined {
  return named(policy.task_variants, name)
}

/** The check variant of that name; undefined when the policy has none. */
export function findCheckVariant(policy: Policy, name: Named): PolicyCheckVariant | undefined {
  return named(policy.check_variants, name)
}

/** The smart policy of that name; undefined when the policy has none. */
export function findSmartPolicy(policy: Policy, name: Named): SmartPolicy | undefined {
  return named(policy.smart_policies, name)
}

/**
 * The variant that runs where a check of a type is asked for without one: the one marked as default, else the first
 * of the type; undefined when the policy has none.
 */
export function defaultCheckVariant(policy: Policy, checkType: CheckType): PolicyCheckVariant | undefined {
  return indexOf(policy).defaultCheckByType.get(checkType)
}

/** The risk model by which applications of this kind of profile for a product are scored; undefined without one. */
export function riskModelOf(
  policy: Policy,
  productId: string,
  entityType: EntityType,
): RiskModel | undefined {
  const index = indexOf(policy)
  const alias = index.productById.get(productId)?.risk_models[entityType]
  return alias === undefined ? undefined : index.riskModelByAlias.get(alias)
}

/** The products a new customer of this kind applies for by itself. */
export function automaticProducts(policy: Policy, entityType: EntityType): Product[] {
  return policy.products.filter(
    (product) =>
      product.automatically_apply &&
      product.applicants === 'CUSTOMER' &&
      product.smart_policies[entityType] !== undefined,
  )
}

/** The role an associate applies in, when a company's list gives it several: the most telling one. */
export function leadingRole(roles: readonly AssociatedRole[]): AssociatedRole | undefined {
  const order: readonly AssociatedRole[] = [
    'DIRECTOR',
    'BENEFICIAL_OWNER',
    'SHAREHOLDER',
    'AUTHORIZED_PERSON',
    'PARTNER',
    'TRUSTEE',
    'COMPANY_SECRETARY',
  ]
  return order.find((role) => roles.includes(role)) ?? roles[0]
}

/** A variant as facts and replies name it; nothing where the policy has it no more. */
export function namedVariant(variant: PolicyTaskVariant | PolicyCheckVariant | undefined) {
  return variant ? { variant: { id: variant.id, alias: variant.alias, name: variant.name } } : {}
}

/** Whether a task goes by a check: accepts what it finds, or has it run by itself. */
export function goesBy(task: PolicyTaskVariant, checkAlias: string): boolean {
  return task.acceptance_checks.includes(checkAlias) || task.automatic_checks.includes(checkAlias)
}
