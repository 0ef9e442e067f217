import type { PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { type CheckRow, selectChecks } from './queries.ts'

/** A check of the profile. Raises `check.unknown`. */
export async function findCheck(scope: Scope, profile: ProfileRoot, checkId: string): Promise<CheckRow> {
  const id = checkId.toLowerCase()
  const checks = (await selectChecks(scope, [profile])).get(profile.id) ?? []
  const check = checks.find((candidate) => candidate.id === id)
  if (!check) throw new Fault('check.unknown')
  return check
}

/** The check variant of the policy in force; undefined when the policy no longer has it. */
export async function variantOf(scope: Scope, check: CheckRow): Promise<PolicyCheckVariant | undefined> {
  return (await currentPolicy(scope)).check_variants.find(({ id }) => id === check.variantId)
}
