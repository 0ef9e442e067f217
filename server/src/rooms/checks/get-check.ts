import type { CheckResource, GetCheck, ListChecks } from '@drawbridge/schema/check.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { getRoot, type ProfileRoot } from '../profile-root/index.ts'
import { findCheck } from './find-check.ts'
import { presentChecks } from './present.ts'
import { selectChecks } from './queries.ts'

/** The checks of a profile, oldest first. Raises `profile.unknown`. */
export async function listChecks(scope: Scope, input: Input<typeof ListChecks>): Promise<CheckResource[]> {
  const profile = await getRoot(scope, input.profile_id)
  return presentChecks(scope, profile, (await selectChecks(scope, [profile])).get(profile.id) ?? [])
}

/** One check. Raises `profile.unknown`, `check.unknown`. */
export async function getCheck(scope: Scope, input: Input<typeof GetCheck>): Promise<CheckResource> {
  return shownCheck(scope, await getRoot(scope, input.profile_id), input.check_id)
}

/** A check as it stands now. Raises `profile.unknown`, `check.unknown`. */
export async function showCheck(
  scope: Scope,
  at: { readonly profileId: string; readonly checkId: string },
): Promise<CheckResource> {
  return shownCheck(scope, await getRoot(scope, at.profileId), at.checkId)
}

async function shownCheck(scope: Scope, profile: ProfileRoot, checkId: string): Promise<CheckResource> {
  const [shown] = await presentChecks(scope, profile, [await findCheck(scope, profile, checkId)])
  if (!shown) throw new Fault('check.unknown')
  return shown
}
