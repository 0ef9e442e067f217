import type { Input } from '@drawbridge/schema/operation.ts'
import type { SetProfileStatus } from '@drawbridge/schema/profile.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile, updateStatus } from '../profile-root/index.ts'

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
