import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import type { Policy } from '@drawbridge/policy/policy.ts'
import type { Scope } from '../../platform/scope.ts'

/** The policy that is in force in this environment: the one that ships with this version. */
export async function currentPolicy(_scope: Scope): Promise<Policy> {
  return defaultPolicy
}
