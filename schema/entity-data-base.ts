import { z } from 'zod'
import { Document } from './document.ts'
import { LongText, Text, Uuid } from './scalars.ts'

/**
 * The account's own fields, by developer name. A list of texts is what a field of several choices holds; the
 * contract does not say how those travel.
 */
export const CustomFieldsData = z.record(
  z.string().min(1).max(200),
  z.union([LongText, z.number(), z.boolean(), z.array(Text).max(200)]),
)
export type CustomFieldsData = z.infer<typeof CustomFieldsData>

/** The longest customer reference. */
export const customerRefMax = 250

/** What individuals and companies have in common. */
export const entityDataBase = {
  /** The account's own id of the client; told in every webhook. */
  customer_ref: z.string().max(customerRefMax).optional(),
  documents: z.array(Document).max(500).optional(),
  external_refs: z
    .looseObject({
      jumio_netverify: z.array(Uuid).max(100).optional(),
      generic: Text.optional(),
      provider: z
        .array(z.looseObject({ reference: Text.optional(), label: Text.optional() }))
        .max(100)
        .optional(),
    })
    .optional(),
  custom_fields_data: CustomFieldsData.optional(),
  fraud_detection: z.looseObject({}).optional(),
}
