import type { Input } from '@drawbridge/schema/operation.ts'
import type { GetProfileStatus, ProfileStatus, SetProfileStatus } from '@drawbridge/schema/profile.ts'
import type { Scope } from '../../platform/scope.ts'
import { getRoot, lockProfile, updateStatus } from '../profile-root/index.ts'

/** Whether somebody stopped the profile by hand. Raises `profile.unknown`. */
export async function getProfileStatus(
  scope: Scope,
  input: Input<typeof GetProfileStatus>,
): Promise<ProfileStatus> {
  return (await getRoot(scope, input.profile_id)).status
}

/** Suspends or bans a profile, or makes it normal again. Raises `profile.unknown`. */
export async function setProfileStatus(scope: Scope, input: Input<typeof SetProfileStatus>): Promise<void> {
  const profile = await lockProfile(scope, input.profile_id)
  const status = input.body
  if (status === profile.status) return
  await updateStatus(scope, profile.id, status)
  scope.record(
    { kind: 'profile.status-changed', payload: { old_status: profile.status, new_status: status } },
    profile,
  )
}
