import type { Input } from '@drawbridge/schema/operation.ts'
import type { GetProfile, ProfileResource } from '@drawbridge/schema/profile.ts'
import type { Scope } from '../../platform/scope.ts'
import { getRoot } from '../profile-root/index.ts'
import { presentProfile } from './present.ts'

/** A profile in full. Raises `profile.unknown`. */
export async function getProfile(scope: Scope, input: Input<typeof GetProfile>): Promise<ProfileResource> {
  return showProfile(scope, input.profile_id)
}

/** A profile as it stands now. */
export async function showProfile(scope: Scope, profileId: string): Promise<ProfileResource> {
  return presentProfile(scope, await getRoot(scope, profileId))
}
