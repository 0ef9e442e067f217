import type { Role } from '@drawbridge/schema/profile.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { Scope } from '../../platform/scope.ts'
import { insertRoot, type ProfileRoot } from './queries.ts'
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
  return {
    id,
    entityType,
    role,
    category,
    status: 'NORMAL',
    version,
    createdAt: scope.now,
    modifiedAt: scope.now,
    key,
  }
}
