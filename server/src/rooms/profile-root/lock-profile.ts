import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectRoots, selectRootsLocked } from './queries.ts'
import { heldRoot, type ProfileRoot } from './queries-held.ts'

/** Locks the profile for this transaction: every change of a case begins here. Raises `profile.unknown`. */
export async function lockProfile(scope: Scope, profileId: string): Promise<ProfileRoot> {
  const id = profileId.toLowerCase()
  const root = heldRoot(scope, id) ?? (await selectRootsLocked(scope, [id]))[0]
  if (!root) throw new Fault('profile.unknown')
  return root
}

/** Locks several profiles in the order of their ids, so that two such transactions never wait for each other. */
export async function lockProfiles(
  scope: Scope,
  profileIds: readonly string[],
): Promise<Map<string, ProfileRoot>> {
  const roots = await selectRootsLocked(scope, [...new Set(profileIds.map((id) => id.toLowerCase()))].sort())
  return new Map(roots.map((root) => [root.id, root]))
}

/** Reads the profile's row without locking it. Raises `profile.unknown`. */
export async function getRoot(scope: Scope, profileId: string): Promise<ProfileRoot> {
  const id = profileId.toLowerCase()
  const root = heldRoot(scope, id) ?? (await selectRoots(scope, [id]))[0]
  if (!root) throw new Fault('profile.unknown')
  return root
}
