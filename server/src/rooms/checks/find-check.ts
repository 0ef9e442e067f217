import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
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
