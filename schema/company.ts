import { z } from 'zod'
import {
  associatedEntity,
  associatesMax,
  associateWithRoles,
  type ImmediateData,
  type LinkedProfile,
} from './associate.ts'
import { CompanyMetadata } from './company-metadata.ts'
import { Document, DocumentType } from './document.ts'
import { entityDataBase } from './entity-data-base.ts'
import { CalendarDate, Currency, LongText, Text } from './scalars.ts'

/** A class of shares. */
export const ShareClass = z.looseObject({
  name: Text,
  currency: Currency.optional(),
  value: z.number().optional(),
  votes: z.number().optional(),
})
export type ShareClass = z.infer<typeof ShareClass>

/** A paper that a company filed with its register. */
export const CompanyFiling = z.looseObject({
  source_id: Text,
  source: Text.optional(),
  date_of_filing: CalendarDate.optional(),
  description: LongText.optional(),
  resolution_descriptions: z.array(LongText).max(100).optional(),
  price: z.number().int().optional(),
  type: DocumentType.optional(),
  document: Document.optional(),
})
export type CompanyFiling = z.infer<typeof CompanyFiling>

/** What a charity does and for whom. */
export const CharityData = z.looseObject({
  activities: z.array(LongText).max(200).optional(),
  beneficiaries: z.array(LongText).max(200).optional(),
  purposes: z.array(LongText).max(200).optional(),
  number_of_volunteers: z.number().min(0).optional(),
  registration_date: CalendarDate.optional(),
})
export type CharityData = z.infer<typeof CharityData>

/**
 * The schema of all facts held about a company. `linked` is how a linked profile is written in the lists:
 * its id alone, or expanded as reads show it. `prefix` tells the two apart in OpenAPI.
 */
export function companyData<L extends z.ZodType<LinkedProfile>>(
  linked: L,
  immediate: z.ZodType<ImmediateData, ImmediateData>,
  prefix: '' | 'Expanded',
) {
  const list = z
    .array(associatedEntity(linked, immediate, `${prefix}AssociatedEntity`))
    .max(associatesMax)
    .optional()
  const schema = z.looseObject({
    entity_type: z.literal('COMPANY'),
    ...entityDataBase,
    /** Another name of `customer_ref`, taken for companies (R60); it is stored and answered as `customer_ref`. */
    customer_reference: entityDataBase.customer_ref,
    metadata: CompanyMetadata.optional(),
    officers: z
      .looseObject({
        directors: list,
        secretaries: list,
        partners: list,
        resigned: list,
        trustees: list,
        other: list,
      })
      .optional(),
    ownership_structure: z
      .looseObject({
        shareholders: list,
        beneficial_owners: list,
        share_classes: z.array(ShareClass).max(200).optional(),
      })
      .optional(),
    authorized_persons: list,
    unauthorized_persons: list,
    associated_entities: z
      .array(associateWithRoles(linked, immediate, `${prefix}AssociateWithRoles`))
      .max(associatesMax)
      .optional(),
    filings: z.array(CompanyFiling).max(2000).optional(),
    charity_data: CharityData.optional(),
  })
  return schema.meta({ id: `${prefix}CompanyData` })
}
