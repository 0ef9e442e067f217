import type { Input } from '@drawbridge/schema/operation.ts'
import type { RemoveTag } from '@drawbridge/schema/tag.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { changeTerms, lockProfile } from '../profile-root/index.ts'
import { deleteProfileTag, selectTag, selectTagsOf, type Tag } from './queries.ts'
import { termsOfTag } from './terms-of-tag.ts'

/** Takes a label off a profile. Raises `profile.unknown`, `tag.unknown`. */
export async function removeTag(scope: Scope, input: Input<typeof RemoveTag>): Promise<Tag> {
  const profile = await lockProfile(scope, input.profile_id)
  const tag = await selectTag(scope, input.tag_id.toLowerCase())
  if (!tag || !(await deleteProfileTag(scope, profile.id, tag.id))) throw new Fault('tag.unknown')
  const left = (await selectTagsOf(scope, [profile])).get(profile.id) ?? []
  // Two labels may share a word; what another label still needs stays.
  const needed = new Set(left.flatMap((other) => termsOfTag(scope, other.name)))
  const gone = termsOfTag(scope, tag.name).filter((term) => !needed.has(term))
  await changeTerms(scope, profile.id, gone, [])
  scope.record({ kind: 'tag.removed', payload: { tag_id: tag.id, name: tag.name } }, profile)
  return tag
}
