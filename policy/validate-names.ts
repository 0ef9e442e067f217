import type { Policy } from './policy.ts'
import { fault, type PolicyFault } from './policy-fault.ts'

/** The lists of a policy whose items are known by id and alias. */
export const policyLists = [
  'products',
  'smart_policies',
  'task_variants',
  'check_variants',
  'risk_models',
  'decision_reasons',
  'custom_fields',
] as const

/** Two things of one kind with one alias, and two of any kind with one id. */
export function nameFaults(policy: Policy): PolicyFault[] {
  const ids = new Set<string>()
  return policyLists.flatMap((list) => {
    const aliases = new Set<string>()
    return policy[list].flatMap((item, at) => [
      ...twice(ids, item.id, fault('DUPLICATE_ID', `The id ${item.id} is used twice`, list, at, 'id')),
      ...twice(
        aliases,
        item.alias,
        fault('DUPLICATE_ALIAS', `The alias \`${item.alias}\` is used twice`, list, at, 'alias'),
      ),
    ])
  })
}

function twice(seen: Set<string>, name: string, said: PolicyFault): PolicyFault[] {
  if (seen.has(name)) return [said]
  seen.add(name)
  return []
}
