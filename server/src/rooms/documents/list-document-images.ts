import type { DocumentImageResourceMinimal, ListDocumentImages } from '@drawbridge/schema/document.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { getRoot } from '../profile-root/index.ts'
import { presentImage } from './present.ts'
import { selectImages } from './queries.ts'

/** The document images of a profile, oldest first, without their content. Raises `profile.unknown`. */
export async function listDocumentImages(
  scope: Scope,
  input: Input<typeof ListDocumentImages>,
): Promise<DocumentImageResourceMinimal[]> {
  const profile = await getRoot(scope, input.profile_id)
  return ((await selectImages(scope, [profile])).get(profile.id) ?? []).map(presentImage)
}
