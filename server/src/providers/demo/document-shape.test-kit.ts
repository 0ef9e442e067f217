import {
  DocumentCategory,
  DocumentData,
  DocumentImageType,
  DocumentType,
} from '@drawbridge/schema/document.ts'
import { DateTime, EntityType, Text, Uuid } from '@drawbridge/schema/scalars.ts'
import { z } from 'zod'

const decision = z.enum(['PASS', 'FAIL', 'PARTIAL', 'WARN', 'ERROR'])
const field = z.enum([
  'FIELD_GIVEN_NAMES',
  'FIELD_FAMILY_NAME',
  'FIELD_DOB',
  'FIELD_NATIONALITY',
  'FIELD_EXPIRY',
  'FIELD_NUMBER',
  'FIELD_GENDER',
  'FIELD_ISSUED',
  'FIELD_ADDRESS',
  'FIELD_ISSUING_COUNTRY',
  'FIELD_MRZ',
])
/** How the fields of a document compare. */
export const fieldChecks = z.array(
  z.strictObject({ field, result: z.enum(['CHECK_UNCERTAIN', 'CHECK_INVALID', 'CHECK_VALID']) }),
)

const documentCheck = z.array(z.strictObject({ category: Text, type: Text, result: decision }))
/** The shape of checks of documents. */
export const documents = z.strictObject({
  entity_type: EntityType,
  documents: z.array(
    z.looseObject({
      id: Uuid.optional(),
      category: DocumentCategory,
      document_type: DocumentType,
      images: z
        .array(
          z.looseObject({
            image_type: DocumentImageType.optional(),
            provider_reference: Text.optional(),
            upload_date: DateTime.optional(),
          }),
        )
        .optional(),
      extracted_data: DocumentData,
      verification_result: z.strictObject({
        provider_name: Text,
        all_passed: z.boolean(),
        document_type_passed: z.boolean(),
        error_reason: Text.optional(),
        image_checks_passed: z.boolean(),
        image_checks: documentCheck,
        forgery_checks_passed: z.boolean(),
        forgery_checks: documentCheck,
        field_checks: fieldChecks,
      }),
    }),
  ),
})
