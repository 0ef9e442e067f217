import type { AddDocumentImage } from '@drawbridge/schema/document.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { type StagedBlob, storeFile } from '../files/index.ts'
import { lockProfile } from '../profile-root/index.ts'
import { type ImageRow, insertImage } from './queries.ts'

/** Adds a staged image of a document to a profile. Raises `profile.unknown`. */
export async function addDocumentImage(
  scope: Scope,
  input: Input<typeof AddDocumentImage> & { staged: StagedBlob },
): Promise<ImageRow> {
  const profile = await lockProfile(scope, input.profile_id)
  const { image_type: imageType = 'FRONT', provider_reference: reference } = input.body
  const file = await storeFile(scope, profile, imageType, input.staged)
  const image = {
    id: scope.newId(),
    fileId: file.id,
    imageType,
    providerReference: reference ?? null,
    documentId: null,
    uploadedAt: scope.now,
  }
  await insertImage(scope, profile, image)
  scope.record(
    {
      kind: 'document-image.added',
      payload: { image_id: image.id, image_type: imageType, file_id: file.id, sha256: file.sha256 },
    },
    profile,
  )
  return image
}
