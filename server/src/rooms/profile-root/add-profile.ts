import type { Role } from '@drawbridge/schema/profile.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { Scope } from '../../platform/scope.ts'
import { insertRoot } from './queries.ts'
import { holdRoot, type ProfileRoot } from './queries-held.ts'
import { versionAfter } from './rules.ts'

/** Makes the bare row of a new profile and the key that seals what will be said of it. */
export async function addProfile(
  scope: Scope,
  role: Role,
  entityType: EntityType,
  country: string | null,
): Promise<ProfileRoot> {
  const id = scope.newId()
  const { key, wrapped } = scope.vault.newProfileKey(id)
  const version = versionAfter(null, scope.now)
  const category = 'APPLICANT'
  await insertRoot(scope, { id, entityType, role, category, country, version, wrapped })
  const instant = { createdAt: scope.now, modifiedAt: scope.now }
  const root: ProfileRoot = { id, entityType, role, category, status: 'NORMAL', version, ...instant, key }
  holdRoot(scope, root, 'made')
  return root
}
