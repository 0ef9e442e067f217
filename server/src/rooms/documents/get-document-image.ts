import type { DocumentImageResource, GetDocumentImage } from '@drawbridge/schema/document.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { readBlob, selectFile } from '../files/index.ts'
import { getRoot } from '../profile-root/index.ts'
import { presentImage } from './present.ts'
import { selectImages } from './queries.ts'

/** An image, with its content as a data URI unless `full=false`. Raises `profile.unknown`, `document-image.unknown`. */
export async function getDocumentImage(
  scope: Scope,
  input: Input<typeof GetDocumentImage>,
): Promise<DocumentImageResource> {
  const profile = await getRoot(scope, input.profile_id)
  const images = (await selectImages(scope, [profile])).get(profile.id) ?? []
  const image = images.find((candidate) => candidate.id === input.image_id.toLowerCase())
  const file = image && (await selectFile(scope, profile, image.fileId))
  if (!image || !file) throw new Fault('document-image.unknown')
  if (!input.full) {
    const { id, image_type, upload_date } = presentImage(image)
    return { id, image_type, upload_date }
  }
  const bytes = await readBlob(scope, scope.accountId, profile, file.blobId)
  return { ...presentImage(image), decrypted_data: `data:${file.mime};base64,${bytes.toString('base64')}` }
}
