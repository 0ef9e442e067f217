import { z } from 'zod'
import { Address } from './address.ts'
import { CalendarDate, CountryCode, LongText, PartialDate, Text } from './scalars.ts'

/** An address of a company and what it is for. */
export const CompanyAddress = z.looseObject({
  type: z
    .enum([
      'registered_address',
      'branch_address',
      'head_office_address',
      'contact_address',
      'trading_address',
    ])
    .optional(),
  address: Address,
})
export type CompanyAddress = z.infer<typeof CompanyAddress>

/** How a company can be reached. */
export const CompanyContactDetails = z.looseObject({
  phone_number: Text.optional(),
  url: LongText.optional(),
  email: Text.optional(),
})
export type CompanyContactDetails = z.infer<typeof CompanyContactDetails>

/** A number under which a company pays tax. */
export const TaxId = z.looseObject({
  tax_id_type: z.enum(['EUROVAT', 'VAT', 'EIN', 'OTHER']),
  tax_id_name: Text.optional(),
  value: Text,
})
export type TaxId = z.infer<typeof TaxId>

/** A name that a company bore, and when. */
export const PreviousName = z.looseObject({
  name: Text.optional(),
  start: PartialDate.optional(),
  end: PartialDate.optional(),
})
export type PreviousName = z.infer<typeof PreviousName>

/** A company as the register writes it: name, number, addresses, what it does. */
export const CompanyMetadata = z
  .looseObject({
    name: Text.optional(),
    number: Text.optional(),
    country_of_incorporation: CountryCode.optional(),
    /** For USA and CAN; the part of the ISO 3166-2 code after the hyphen. */
    state_of_incorporation: Text.optional(),
    jurisdiction: Text.optional(),
    registry: Text.optional(),
    incorporation_date: CalendarDate.optional(),
    is_active: z.boolean().optional(),
    is_active_details: Text.optional(),
    company_type: Text.optional(),
    company_type_description: LongText.optional(),
    structured_company_type: z
      .looseObject({
        is_public: z.boolean().optional(),
        is_limited: z.boolean().optional(),
        ownership_type: z
          .enum(['PARTNERSHIP', 'COMPANY', 'SOLE_PROPRIETORSHIP', 'ASSOCIATION', 'TRUST', 'OTHER'])
          .optional(),
      })
      .optional(),
    addresses: z.array(CompanyAddress).max(200).optional(),
    contact_details: CompanyContactDetails.optional(),
    contact_information: CompanyContactDetails.optional(),
    tax_ids: z.array(TaxId).max(100).optional(),
    previous_names: z.array(PreviousName).max(200).optional(),
    sic_codes: z
      .array(z.looseObject({ code: Text.optional(), description: LongText.optional() }))
      .max(200)
      .optional(),
    industry_classifications: z
      .array(
        z.looseObject({
          classification_type: z.enum(['SIC', 'NACE', 'NAICS', 'OTHER']).optional(),
          code: Text.optional(),
          classification_version: Text.optional(),
          description: LongText.optional(),
        }),
      )
      .max(200)
      .optional(),
    areas_of_activity: z
      .array(z.looseObject({ location: Text.optional() }))
      .max(300)
      .optional(),
    description: z.string().max(10_000).optional(),
    trade_description: z.string().max(10_000).optional(),
    number_of_employees: z.number().min(0).optional(),
    bvd_id: Text.optional(),
    bvd9: Text.optional(),
    isin: Text.optional(),
    lei: Text.optional(),
    uk_charity_commission_number: Text.optional(),
  })
  .meta({ id: 'CompanyMetadata' })
export type CompanyMetadata = z.infer<typeof CompanyMetadata>
