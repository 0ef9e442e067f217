import type { DocumentImageResourceMinimal } from '@drawbridge/schema/document.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { ImageRow } from './queries.ts'

/** An image without its content. */
export function presentImage(image: ImageRow): DocumentImageResourceMinimal {
  return {
    id: image.id,
    image_type: image.imageType,
    upload_date: formatDateTime(image.uploadedAt),
    file_id: image.fileId,
    ...(image.providerReference === null ? {} : { provider_reference: image.providerReference }),
  }
}
