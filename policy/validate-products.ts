import { EntityType } from '@drawbridge/schema/scalars.ts'
import type { Policy, Product } from './policy.ts'
import { entityFaults, fault, type PolicyFault, unknownAlias } from './policy-fault.ts'
import { type FlowIndex, indexOf } from './policy-index.ts'

/** Products without a policy, with names that do not exist, or with questions about a risk that they do not have. */
export function productFaults(policy: Policy): PolicyFault[] {
  return [
    ...policy.products.flatMap((product, at) => ofProduct(policy, product, at)),
    ...policy.decision_reasons.flatMap((reason, at) =>
      reason.products.flatMap((alias, place) =>
        policy.products.some((product) => product.alias === alias)
          ? []
          : [unknownAlias('product', alias, 'decision_reasons', at, 'products', place)],
      ),
    ),
    ...policy.custom_fields.flatMap((field, at) =>
      field.type === 'LIST' && field.options.length === 0
        ? [fault('LIST_WITHOUT_OPTIONS', 'A list needs at least one option', 'custom_fields', at, 'options')]
        : [],
    ),
  ]
}

function ofProduct(policy: Policy, product: Product, at: number): PolicyFault[] {
  const faults: PolicyFault[] = []
  if (EntityType.options.every((entityType) => product.smart_policies[entityType] === undefined)) {
    const message = 'A product needs a smart policy for individuals, for companies or for both'
    faults.push(fault('PRODUCT_WITHOUT_POLICY', message, 'products', at, 'smart_policies'))
  }
  for (const entityType of EntityType.options) {
    faults.push(...ofFlow(policy, product, at, entityType), ...ofModel(policy, product, at, entityType))
  }
  return faults
}

function ofFlow(policy: Policy, product: Product, at: number, entityType: EntityType): PolicyFault[] {
  const alias = product.smart_policies[entityType]
  if (alias === undefined) return []
  const path = ['products', at, 'smart_policies', entityType]
  const flow = indexOf(policy).flowByAlias.get(alias)
  if (!flow) return [unknownAlias('smart policy', alias, ...path)]
  const faults = entityFaults(`The smart policy \`${alias}\``, flow.flow.entity_type, entityType, ...path)
  if (product.risk_models[entityType] === undefined && asksForRisk(flow)) {
    const message = `The smart policy \`${alias}\` asks for a risk level, and the product has no risk model`
    faults.push(fault('RISK_QUESTION_WITHOUT_MODEL', message, 'products', at, 'risk_models'))
  }
  return faults
}

function ofModel(policy: Policy, product: Product, at: number, entityType: EntityType): PolicyFault[] {
  const alias = product.risk_models[entityType]
  if (alias === undefined) return []
  const path = ['products', at, 'risk_models', entityType]
  const model = indexOf(policy).riskModelByAlias.get(alias)
  if (!model) return [unknownAlias('risk model', alias, ...path)]
  return entityFaults(`The risk model \`${alias}\``, model.entity_type, entityType, ...path)
}

function asksForRisk({ flow }: FlowIndex): boolean {
  return flow.elements.some((element) => element.kind === 'branch' && element.question.about === 'risk_level')
}
