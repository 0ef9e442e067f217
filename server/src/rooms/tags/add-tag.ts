import type { Input } from '@drawbridge/schema/operation.ts'
import type { AddTag } from '@drawbridge/schema/tag.ts'
import type { Scope } from '../../platform/scope.ts'
import { changeTerms, lockProfile } from '../profile-root/index.ts'
import { insertProfileTag, type Tag, upsertTag } from './queries.ts'
import { termsOfTag } from './terms-of-tag.ts'

/** Attaches a label to a profile (R73); the same label twice is one. Raises `profile.unknown`. */
export async function addTag(scope: Scope, input: Input<typeof AddTag>): Promise<Tag> {
  const profile = await lockProfile(scope, input.profile_id)
  const tag = await upsertTag(scope, input.body.name.trim())
  if (!(await insertProfileTag(scope, profile.id, tag.id))) return tag
  await changeTerms(scope, profile.id, [], termsOfTag(scope, tag.name))
  scope.record({ kind: 'tag.added', payload: { tag_id: tag.id, name: tag.name } }, profile)
  return tag
}
