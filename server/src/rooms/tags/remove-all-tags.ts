import type { Scope } from '../../platform/scope.ts'
import { changeTerms } from '../profile-root/index.ts'
import { deleteProfileTag, selectTagsOf } from './queries.ts'
import { termsOfTag } from './terms-of-tag.ts'

/** Takes every label off a profile that is being erased. */
export async function removeAllTags(scope: Scope, profileId: string): Promise<void> {
  for (const tag of (await selectTagsOf(scope, [{ id: profileId }])).get(profileId) ?? []) {
    await deleteProfileTag(scope, profileId, tag.id)
    await changeTerms(scope, profileId, termsOfTag(scope, tag.name), [])
  }
}
