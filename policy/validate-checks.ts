import { CheckResult } from '@drawbridge/schema/check.ts'
import { checkTypes } from './check-types.ts'
import type { Policy, PolicyCheckVariant } from './policy.ts'
import { fault, type PolicyFault } from './policy-fault.ts'

/** Checks that ask one provider twice, are the second default of their type, or do what their type cannot. */
export function checkFaults(policy: Policy): PolicyFault[] {
  const defaults = new Set<string>()
  return policy.check_variants.flatMap((variant, at) => {
    const faults = ofVariant(variant, at)
    if (variant.is_default && defaults.has(variant.check_type)) {
      const message = `Another variant is the default of ${variant.check_type}`
      faults.push(fault('DUPLICATE_DEFAULT', message, 'check_variants', at, 'is_default'))
    }
    if (variant.is_default) defaults.add(variant.check_type)
    return faults
  })
}

function ofVariant(variant: PolicyCheckVariant, at: number): PolicyFault[] {
  const path = ['check_variants', at]
  const type = variant.check_type
  const facts = checkTypes[type]
  const faults = providerFaults(variant, at)
  if (variant.is_monitored && !facts.mayBeMonitored)
    faults.push(
      fault('NEVER_MONITORED', `A check of type ${type} cannot be monitored`, ...path, 'is_monitored'),
    )
  if (variant.is_company_search && facts.family !== 'company-data') {
    const message = `A check of type ${type} is no source of company search`
    faults.push(fault('NO_COMPANY_SEARCH', message, ...path, 'is_company_search'))
  }
  for (const result of CheckResult.options) {
    if (variant.decisions[result] === undefined) continue
    if (result !== 'Error' && facts.results.includes(result)) continue
    const message =
      result === 'Error' ? 'An error always means ERROR' : `A check of type ${type} never ends in ${result}`
    faults.push(fault('IMPOSSIBLE_RESULT', message, ...path, 'decisions', result))
  }
  return faults
}

/** One provider may be there twice when the countries tell them apart. */
function providerFaults(variant: PolicyCheckVariant, at: number): PolicyFault[] {
  const seen = new Set<string>()
  return variant.providers.flatMap(({ provider, countries }, place) => {
    const name = `${provider} ${(countries ?? []).toSorted().join(' ')}`
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    const message = `The provider \`${provider}\` would be asked twice`
    return [fault('DUPLICATE_PROVIDER', message, 'check_variants', at, 'providers', place)]
  })
}
