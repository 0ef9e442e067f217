import { z } from 'zod'
import { AddressHistory } from './address.ts'
import { operation } from './operation.ts'
import { PersonalDetails } from './personal-details.ts'
import { queryFlag } from './query.ts'
import { CalendarDate, DateTime, IcaoCode, Text, Uuid } from './scalars.ts'

/** What a document is to prove. */
export const DocumentCategory = z.enum([
  'PROOF_OF_IDENTITY',
  'PROOF_OF_SOURCE_OF_WEALTH',
  'PROOF_OF_SOURCE_OF_FUNDS',
  'PROOF_OF_ADDRESS',
  'SUPPORTING',
  'COMPANY_FILING',
  'DATA_SUMMARY',
  'PROOF_OF_BANK_ACCOUNT',
  'PROOF_OF_TAX_STATUS',
])
export type DocumentCategory = z.infer<typeof DocumentCategory>

/** What kind of paper a document is. */
export const DocumentType = z.enum([
  'PASSPORT',
  'PASSPORT_CARD',
  'DRIVING_LICENCE',
  'STATE_ID',
  'VOTER_ID',
  'BIOMETRIC_STATE_ID',
  'BIRTH_CERTIFICATE',
  'BANK_STATEMENT',
  'FACE_IMAGE',
  'UNKNOWN',
  'COMPANY_ACCOUNTS',
  'COMPANY_CHANGE_OF_ADDRESS',
  'ANNUAL_RETURN',
  'CONFIRMATION_STATEMENT',
  'STATEMENT_OF_CAPITAL',
  'CHANGE_OF_NAME',
  'INCORPORATION',
  'LIQUIDATION',
  'MISCELLANEOUS',
  'MORTGAGE',
  'CHANGE_OF_OFFICERS',
  'RESOLUTION',
  'CREDIT_REPORT',
  'CREDIT_CHECK',
  'REGISTER_REPORT',
  'REGISTER_CHECK',
  'DATA_SUMMARY',
  'CHANGE_OF_PSC',
  'ADVERSE_MEDIA',
  'TAX',
  'UTILITY_BILL',
  'HEALTHCARE_ID',
  'TAX_ID',
  'RESIDENCE_ID',
  'RESIDENCE_OTHER',
  'VISA',
])
export type DocumentType = z.infer<typeof DocumentType>

/** Which side of a document an image shows, or the face of its holder. */
export const DocumentImageType = z.enum(['FRONT', 'BACK', 'FACE'])
export type DocumentImageType = z.infer<typeof DocumentImageType>

/** An image without its content. */
export const DocumentImageResourceMinimal = z
  .looseObject({
    id: Uuid,
    image_type: DocumentImageType.optional(),
    upload_date: DateTime.optional(),
    file_id: Uuid.optional(),
    provider_reference: Text.optional(),
  })
  .meta({ id: 'DocumentImageResourceMinimal' })
export type DocumentImageResourceMinimal = z.infer<typeof DocumentImageResourceMinimal>

/** An image; `decrypted_data` is a data URI, left out when `full=false` was asked. */
export const DocumentImageResource = DocumentImageResourceMinimal.extend({
  decrypted_data: z.string().optional(),
}).meta({ id: 'DocumentImageResource' })
export type DocumentImageResource = z.infer<typeof DocumentImageResource>

/** An image to upload: Base64 or a Base64 data URI of a PNG, GIF, JPEG or PDF, 10 MB decoded at most. */
export const NewDocumentImage = z.object({
  data: z.string().min(1),
  image_type: DocumentImageType.optional(),
  provider_reference: Text.optional(),
})
export type NewDocumentImage = z.infer<typeof NewDocumentImage>

/** What was read from a document. */
export const DocumentData = z.looseObject({
  issuer: Text.optional(),
  issuing_country: IcaoCode.optional(),
  number: Text.optional(),
  issued: CalendarDate.optional(),
  expiry: CalendarDate.optional(),
  personal_details: PersonalDetails.optional(),
  address_history: AddressHistory.optional(),
  mrz1: Text.optional(),
  mrz2: Text.optional(),
  mrz3: Text.optional(),
  result: z.looseObject({}).optional(),
  external_service: Text.optional(),
  external_ref: Text.optional(),
})
export type DocumentData = z.infer<typeof DocumentData>

/** A file that belongs to a document besides its images. */
export const DocumentFile = z.looseObject({
  file_id: Uuid,
  type: z.enum(['LIVE_VIDEO', 'VIDEO_FRAME']).optional(),
  reference: Text.optional(),
})
export type DocumentFile = z.infer<typeof DocumentFile>

/**
 * A document and the images that show it. On write only the `id` of an image is read. An id of the document
 * itself is kept when sent and given when not.
 */
export const Document = z
  .looseObject({
    id: Uuid.optional(),
    category: DocumentCategory,
    document_type: DocumentType,
    images: z.array(DocumentImageResourceMinimal).max(100).optional(),
    files: z.array(DocumentFile).max(100).optional(),
    extracted_data: DocumentData.optional(),
    verification_result: z.looseObject({}).optional(),
  })
  .meta({ id: 'Document' })
export type Document = z.infer<typeof Document>

const ofProfile = z.object({ profile_id: Uuid })
const ofImage = z.object({ profile_id: Uuid, image_id: Uuid })

export const ListDocumentImages = operation({
  name: 'ListDocumentImages',
  summary: 'Lists the document images of a profile, without their content',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/document_images',
  may: 'READ_DOCUMENT_IMAGE',
  params: ofProfile,
  output: z.array(DocumentImageResourceMinimal),
})

export const AddDocumentImage = operation({
  name: 'AddDocumentImage',
  summary: 'Uploads an image of a document',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/document_images',
  may: 'UPLOAD_DOCUMENT_IMAGE',
  params: ofProfile,
  body: NewDocumentImage,
  output: DocumentImageResourceMinimal,
  size: 'image',
})

export const GetDocumentImage = operation({
  name: 'GetDocumentImage',
  summary: 'Gets a document image, with its content unless full=false',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/document_images/{image_id}',
  may: 'READ_DOCUMENT_IMAGE',
  params: ofImage,
  query: z.object({ full: queryFlag.default(true) }),
  output: DocumentImageResource,
})
