import type { Input } from '@drawbridge/schema/operation.ts'
import type { GetProfileStatus, ProfileStatus } from '@drawbridge/schema/profile.ts'
import type { Scope } from '../../platform/scope.ts'
import { getRoot } from '../profile-root/index.ts'

/** Whether somebody stopped the profile by hand. Raises `profile.unknown`. */
export async function getProfileStatus(
  scope: Scope,
  input: Input<typeof GetProfileStatus>,
): Promise<ProfileStatus> {
  return (await getRoot(scope, input.profile_id)).status
}
