import type { CheckType } from '@drawbridge/schema/check.ts'
import type {
  Policy,
  PolicyCheckVariant,
  PolicyElement,
  PolicyTaskVariant,
  Product,
  RiskModel,
  SmartPolicy,
} from './policy.ts'

/** A smart policy with its elements by id. */
export interface FlowIndex {
  readonly flow: SmartPolicy
  readonly elements: ReadonlyMap<string, PolicyElement>
}

/** The parts of a policy by the names that decisions use. Of two with one name the first counts. */
export interface PolicyIndex {
  readonly productById: ReadonlyMap<string, Product>
  readonly flowByAlias: ReadonlyMap<string, FlowIndex>
  readonly taskById: ReadonlyMap<string, PolicyTaskVariant>
  readonly taskByAlias: ReadonlyMap<string, PolicyTaskVariant>
  readonly checkById: ReadonlyMap<string, PolicyCheckVariant>
  readonly checkByAlias: ReadonlyMap<string, PolicyCheckVariant>
  readonly defaultCheckByType: ReadonlyMap<CheckType, PolicyCheckVariant>
  readonly riskModelByAlias: ReadonlyMap<string, RiskModel>
}

const made = new WeakMap<Policy, PolicyIndex>()

/** The index of a policy, made once for each document. A policy is never changed in place. */
export function indexOf(policy: Policy): PolicyIndex {
  const known = made.get(policy)
  if (known) return known
  const index = makeIndex(policy)
  made.set(policy, index)
  return index
}

function makeIndex(policy: Policy): PolicyIndex {
  const defaults = policy.check_variants.filter((variant) => variant.is_default)
  return {
    productById: firstBy(policy.products, (product) => product.id),
    flowByAlias: firstBy(policy.smart_policies.map(flowIndex), ({ flow }) => flow.alias),
    taskById: firstBy(policy.task_variants, (variant) => variant.id),
    taskByAlias: firstBy(policy.task_variants, (variant) => variant.alias),
    checkById: firstBy(policy.check_variants, (variant) => variant.id),
    checkByAlias: firstBy(policy.check_variants, (variant) => variant.alias),
    defaultCheckByType: firstBy([...defaults, ...policy.check_variants], (variant) => variant.check_type),
    riskModelByAlias: firstBy(policy.risk_models, (model) => model.alias),
  }
}

function flowIndex(flow: SmartPolicy): FlowIndex {
  return { flow, elements: firstBy(flow.elements, (element) => element.id) }
}

function firstBy<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T> {
  return new Map(items.toReversed().map((item) => [keyOf(item), item]))
}
