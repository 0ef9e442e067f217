import { isFields } from './rules.ts'

type Fields = Readonly<Record<string, unknown>>

/** An image or a file of a document that only its provider has. */
export interface KeptAtProvider {
  readonly reference: string
  readonly what: { readonly imageType: string } | { readonly fileType: string }
}

/** A document has a few pages; an output that names more is meant to fill the disk. */
const filesMax = 20

/** What of a document in an output is still at the provider's: images by `provider_reference`, files by `reference`. */
export function keptAtProvider(document: Fields): KeptAtProvider[] {
  const images = entries(document.images).flatMap((image): KeptAtProvider[] =>
    typeof image.provider_reference === 'string' && image.id === undefined && image.file_id === undefined
      ? [{ reference: image.provider_reference, what: { imageType: String(image.image_type ?? 'FRONT') } }]
      : [],
  )
  const files = entries(document.files).flatMap((file): KeptAtProvider[] =>
    typeof file.reference === 'string' && file.file_id === undefined
      ? [{ reference: file.reference, what: { fileType: String(file.type ?? 'LIVE_VIDEO') } }]
      : [],
  )
  return [...images, ...files].slice(0, filesMax)
}

function entries(list: unknown): Fields[] {
  return Array.isArray(list) ? list.filter(isFields) : []
}
