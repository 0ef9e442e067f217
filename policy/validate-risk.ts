import type { Policy, RiskFactor, RiskModel } from './policy.ts'
import { entityFaults, fault, type PolicyFault, pathFaults, unknownAlias } from './policy-fault.ts'

/** Risk models whose thresholds, groups, factors or rules contradict each other. */
export function riskFaults(policy: Policy): PolicyFault[] {
  return policy.risk_models.flatMap((model, at) => [
    ...thresholdFaults(model, at),
    ...groupFaults(model, at),
    ...model.factors.flatMap((factor, place) => factorFaults(policy, model, factor, at, place)),
  ])
}

function thresholdFaults({ thresholds }: RiskModel, at: number): PolicyFault[] {
  if (thresholds.medium < thresholds.high) return []
  const message = `HIGH must begin above MEDIUM, which begins at ${thresholds.medium}`
  return [fault('THRESHOLD_ORDER', message, 'risk_models', at, 'thresholds', 'high')]
}

function groupFaults(model: RiskModel, at: number): PolicyFault[] {
  const known = new Set(model.factors.map((factor) => factor.alias))
  const grouped = new Set<string>()
  return model.groups.flatMap((group, place) =>
    group.factors.flatMap((alias, index) => {
      const path = ['risk_models', at, 'groups', place, 'factors', index]
      if (!known.has(alias))
        return [fault('UNKNOWN_FACTOR', `The risk model has no factor \`${alias}\``, ...path)]
      if (grouped.has(alias))
        return [fault('FACTOR_IN_TWO_GROUPS', `The factor \`${alias}\` would count twice`, ...path)]
      grouped.add(alias)
      return []
    }),
  )
}

function factorFaults(
  policy: Policy,
  model: RiskModel,
  factor: RiskFactor,
  at: number,
  place: number,
): PolicyFault[] {
  const path = ['risk_models', at, 'factors', place]
  const faults: PolicyFault[] = []
  const first = model.factors.findIndex((other) => other.alias === factor.alias)
  if (first !== place)
    faults.push(fault('DUPLICATE_ALIAS', `Two factors are called \`${factor.alias}\``, ...path, 'alias'))
  const { property } = factor
  if (property.of === 'custom_field') {
    const field = policy.custom_fields.find((candidate) => candidate.alias === property.alias)
    const where = [...path, 'property', 'alias']
    if (!field) faults.push(unknownAlias('custom field', property.alias, ...where))
    else
      faults.push(
        ...entityFaults(
          `The custom field \`${field.alias}\``,
          field.entity_type,
          model.entity_type,
          ...where,
        ),
      )
  }
  if (property.of === 'collected_data') faults.push(...pathFaults(property.path, ...path, 'property', 'path'))
  for (const [index, { when }] of factor.rules.entries()) {
    if (when.is !== 'number' || when.from === undefined || when.to === undefined || when.from < when.to)
      continue
    faults.push(fault('EMPTY_RANGE', 'No number is in this range', ...path, 'rules', index, 'when'))
  }
  return faults
}
