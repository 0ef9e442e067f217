import type { Input } from '@drawbridge/schema/operation.ts'
import type { ExpandedEntityData, GetCollectedData } from '@drawbridge/schema/profile.ts'
import { Tagged } from '../../platform/http/index.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectVersions } from '../collected-data/index.ts'
import { etagOf, getRoot, type ProfileRoot } from '../profile-root/index.ts'
import { presentData } from './present.ts'

/** All facts held about a client, with their ETag (R82). Raises `profile.unknown`. */
export async function getCollectedData(
  scope: Scope,
  input: Input<typeof GetCollectedData>,
): Promise<Tagged<ExpandedEntityData>> {
  return showCollectedData(scope, input.profile_id)
}

/** The collected data of a profile as it stands now. */
export async function showCollectedData(
  scope: Scope,
  profileId: string,
): Promise<Tagged<ExpandedEntityData>> {
  return dataOf(scope, await getRoot(scope, profileId))
}

/** The collected data of a profile at the version of its row. */
export async function dataOf(scope: Scope, root: ProfileRoot): Promise<Tagged<ExpandedEntityData>> {
  const stored = (await selectVersions(scope, [root])).get(root.id)
  const data = stored ? await presentData(scope, root, stored) : { entity_type: root.entityType }
  return new Tagged(data, etagOf(root.version))
}
