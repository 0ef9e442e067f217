import { decisionOf } from './check-outcome.ts'
import { checkTypes } from './check-types.ts'
import type { Policy, PolicyCheckVariant, PolicyTaskVariant } from './policy.ts'
import { fault, type PolicyFault, unknownAlias } from './policy-fault.ts'
import { indexOf } from './policy-index.ts'
import { addableRoles, mayHaveForms } from './task-types.ts'

/** Tasks that name checks, products or rules which their type cannot have. */
export function taskFaults(policy: Policy): PolicyFault[] {
  return policy.task_variants.flatMap((variant, at) => [
    ...checksOf(policy, variant, at, 'acceptance_checks', acceptanceFaults),
    ...checksOf(policy, variant, at, 'automatic_checks', automaticFaults),
    ...ownFaults(variant, at),
    ...associateFaults(policy, variant, at),
  ])
}

function checksOf(
  policy: Policy,
  variant: PolicyTaskVariant,
  at: number,
  field: 'acceptance_checks' | 'automatic_checks',
  faultsOf: (check: PolicyCheckVariant, ...path: readonly PropertyKey[]) => PolicyFault[],
): PolicyFault[] {
  return variant[field].flatMap((alias, place) => {
    const path = ['task_variants', at, field, place]
    const check = indexOf(policy).checkByAlias.get(alias)
    if (!check) return [unknownAlias('check variant', alias, ...path)]
    if (!checkTypes[check.check_type].taskTypes.includes(variant.task_type)) {
      const message = `A task of type ${variant.task_type} has no use for a check of type ${check.check_type}`
      return [fault('CHECK_NOT_FOR_TASK', message, ...path)]
    }
    return faultsOf(check, ...path)
  })
}

/** Rule 6 of product behaviour 1.4: a check that only ever completes accepts nothing. */
function acceptanceFaults(check: PolicyCheckVariant, ...path: readonly PropertyKey[]): PolicyFault[] {
  const { results } = checkTypes[check.check_type]
  if (results.some((result) => decisionOf(result, check) === 'PASS')) return []
  const message = `No result of the check variant \`${check.alias}\` means PASS, so it accepts nothing`
  return [fault('ACCEPTANCE_NEVER_PASSES', message, ...path)]
}

function automaticFaults(check: PolicyCheckVariant, ...path: readonly PropertyKey[]): PolicyFault[] {
  if (checkTypes[check.check_type].mayRunAutomatically) return []
  const message = `A check of type ${check.check_type} needs what only a caller has, so it cannot run by itself`
  return [fault('CHECK_NEVER_AUTOMATIC', message, ...path)]
}

function ownFaults(variant: PolicyTaskVariant, at: number): PolicyFault[] {
  const faults: PolicyFault[] = []
  const { expiry, task_type: type } = variant
  if (variant.forms.length > 0 && !mayHaveForms(type))
    faults.push(fault('FORMS_NOT_ALLOWED', 'Screening tasks take no forms', 'task_variants', at, 'forms'))
  if (variant.skip_first_version && !type.endsWith('_MANUAL_TASK')) {
    const message = 'Only custom tasks may leave out their first version'
    faults.push(fault('SKIP_NOT_ALLOWED', message, 'task_variants', at, 'skip_first_version'))
  }
  const shortest = expiry && Math.min(expiry.days, ...Object.values(expiry.days_by_risk))
  if (expiry && shortest !== undefined && expiry.notification_days >= shortest) {
    const message = `The next version would be due as soon as one passed: it must be less than ${shortest} days`
    faults.push(fault('NOTICE_TOO_LONG', message, 'task_variants', at, 'expiry', 'notification_days'))
  }
  return faults
}

function associateFaults(policy: Policy, variant: PolicyTaskVariant, at: number): PolicyFault[] {
  const rules = variant.associates
  if (!rules) return []
  const path = ['task_variants', at, 'associates']
  const roles = addableRoles(variant.task_type)
  if (!roles) {
    const message = `A task of type ${variant.task_type} is not about associates`
    return [fault('NOT_ABOUT_ASSOCIATES', message, ...path)]
  }
  const faults: PolicyFault[] = []
  const product = policy.products.find((candidate) => candidate.alias === rules.product)
  if (!product) faults.push(unknownAlias('product', rules.product, ...path, 'product'))
  else if (product.applicants !== 'ASSOCIATED') {
    const message = `The product \`${product.alias}\` is not for associates`
    faults.push(fault('PRODUCT_NOT_FOR_ASSOCIATES', message, ...path, 'product'))
  }
  if (rules.add.who !== 'nobody' && roles.length === 0) {
    const message = `Associates of a task of type ${variant.task_type} are always added by hand`
    faults.push(fault('NOT_ABOUT_ASSOCIATES', message, ...path, 'add'))
  }
  const when = rules.passes_when
  if (when && when.count === undefined && when.percentage === undefined && (when.roles ?? []).length === 0)
    faults.push(fault('NO_CONDITION', 'Say how many must be approved', ...path, 'passes_when'))
  return faults
}
