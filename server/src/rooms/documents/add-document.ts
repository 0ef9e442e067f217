import type { AddDocument } from '@drawbridge/schema/collected-data.ts'
import type { Document } from '@drawbridge/schema/document.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectVersions, storeNext } from '../collected-data/index.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { presentImage } from './present.ts'
import { selectImages, updateImageDocument } from './queries.ts'

/**
 * Adds one document to the collected data, leaving the rest as it is. Its images must be the profile's and show no
 * other document. Raises `profile.unknown`, `document-image.unknown`, `document-image.already-used`.
 */
export async function addDocument(scope: Scope, input: Input<typeof AddDocument>): Promise<Document> {
  const profile = await lockProfile(scope, input.profile_id)
  const document = { ...input.body, id: input.body.id?.toLowerCase() ?? scope.newId() }
  const images = await takeImages(scope, profile, document)
  const before = (await selectVersions(scope, [profile])).get(profile.id)
  if (!before) throw new Fault('profile.unknown')
  const whole = images === undefined ? document : { ...document, images }
  const others = (before.data.documents ?? []).filter((other) => other.id !== document.id)
  await storeNext(
    scope,
    profile,
    { ...before, data: { ...before.data, documents: [...others, whole] } },
    before,
  )
  scope.record(
    {
      kind: 'document.added',
      payload: {
        document_id: document.id,
        category: document.category,
        document_type: document.document_type,
        image_ids: (images ?? []).map((image) => image.id),
      },
    },
    profile,
  )
  return whole
}

async function takeImages(scope: Scope, profile: ProfileRoot, document: Document & { id: string }) {
  if (document.images === undefined) return undefined
  const known = new Map(
    ((await selectImages(scope, [profile])).get(profile.id) ?? []).map((image) => [image.id, image]),
  )
  const images = document.images.map((given, index) => {
    const image = known.get(given.id.toLowerCase())
    const pointer = `/images/${index}/id`
    if (!image) throw new Fault('document-image.unknown', { pointer })
    if (image.documentId !== null && image.documentId !== document.id)
      throw new Fault('document-image.already-used', { pointer })
    return image
  })
  await updateImageDocument(
    scope,
    profile.id,
    images.map((image) => image.id),
    document.id,
  )
  return images.map(presentImage)
}
