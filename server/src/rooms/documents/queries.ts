import type { DocumentImageType } from '@drawbridge/schema/document.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { open, seal } from '../../platform/vault/index.ts'

/** A document image as it is stored; its bytes are a file. */
export interface ImageRow {
  readonly id: string
  readonly fileId: string
  readonly imageType: DocumentImageType
  readonly providerReference: string | null
  readonly documentId: string | null
  readonly uploadedAt: Date
}

type Row = Omit<ImageRow, 'providerReference'> & { providerReference: Buffer | null; profile_id: string }

const cell = (scope: Scope, id: string) => ({
  account: scope.accountId,
  table: 'document_image',
  column: 'provider_reference',
  row: id,
})

export async function insertImage(scope: Scope, profile: Subject, image: ImageRow): Promise<void> {
  const reference = image.providerReference
  await scope.query(
    `insert into document_image (account_id, profile_id, id, file_id, image_type, provider_reference, uploaded_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      scope.accountId,
      profile.id,
      image.id,
      image.fileId,
      image.imageType,
      reference === null ? null : seal(profile.key, cell(scope, image.id), Buffer.from(reference)),
      image.uploadedAt,
    ],
  )
}

/** The document images of these profiles, oldest first, by profile id. */
export async function selectImages(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, ImageRow[]>> {
  const asked = scope.withRows('document_image', profiles)
  if (asked.length === 0) return new Map()
  const { rows } = await scope.query<Row>(
    `select profile_id, id, file_id as "fileId", image_type as "imageType", provider_reference as "providerReference",
       document_id as "documentId", uploaded_at as "uploadedAt"
     from document_image where account_id = $1 and profile_id = any($2) order by id`,
    [scope.accountId, asked.map((profile) => profile.id)],
  )
  const keys = new Map(profiles.map((profile) => [profile.id, profile.key]))
  const found = new Map<string, ImageRow[]>()
  for (const { profile_id, providerReference: sealed, ...row } of rows) {
    const key = keys.get(profile_id)
    if (!key) continue
    const providerReference = sealed === null ? null : open(key, cell(scope, row.id), sealed).toString()
    const images = found.get(profile_id)
    if (images) images.push({ ...row, providerReference })
    else found.set(profile_id, [{ ...row, providerReference }])
  }
  return found
}

/** Says which document an image shows. */
export async function updateImageDocument(
  scope: Scope,
  profileId: string,
  imageIds: readonly string[],
  documentId: string,
): Promise<void> {
  await scope.query(
    'update document_image set document_id = $4 where account_id = $1 and profile_id = $2 and id = any($3)',
    [scope.accountId, profileId, imageIds, documentId],
  )
}

export async function deleteImages(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from document_image where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
}
