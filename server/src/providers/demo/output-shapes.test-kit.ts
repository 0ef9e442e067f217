import { AddressHistory } from '@drawbridge/schema/address.ts'
import type { CheckType } from '@drawbridge/schema/check.ts'
import { CompanyData } from '@drawbridge/schema/collected-data.ts'
import {
  DocumentCategory,
  DocumentData,
  DocumentImageType,
  DocumentType,
} from '@drawbridge/schema/document.ts'
import { BankAccount, DocumentMetadata, IpLocation } from '@drawbridge/schema/individual.ts'
import {
  CalendarDate,
  CountryCode,
  DateTime,
  EntityType,
  PartialDate,
  Text,
  Uuid,
} from '@drawbridge/schema/scalars.ts'
import { z } from 'zod'

// The shapes of `output_data` in the contract (API 2.5 and appendix) and of `check_output` in the provider protocol (1.5).

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
const fieldChecks = z.array(
  z.strictObject({ field, result: z.enum(['CHECK_UNCERTAIN', 'CHECK_INVALID', 'CHECK_VALID']) }),
)

const identity = z.strictObject({
  entity_type: z.literal('INDIVIDUAL'),
  address_history: AddressHistory.optional(),
  electronic_id_check: z.strictObject({
    matches: z
      .array(
        z.strictObject({
          database_name: Text.min(1),
          database_type: z.enum(['ALERT', 'CIVIL', 'CREDIT', 'MORTALITY', 'IGNORED']),
          matched_fields: z.array(
            z.enum(['FORENAME', 'SURNAME', 'ADDRESS', 'DOB', 'IDENTITY_NUMBER', 'IDENTITY_NUMBER_SUFFIX']),
          ),
          count: z.int().min(0),
          date_first_seen: CalendarDate.optional(),
        }),
      )
      .min(1),
    provider_reference_number: z.string(),
  }),
})

const documentCheck = z.array(z.strictObject({ category: Text, type: Text, result: decision }))
const documents = z.strictObject({
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

const flag = z.enum(['PEP', 'SANCTION', 'ADVERSE_MEDIA', 'REFER'])
const article = z.strictObject({ url: z.url(), title: Text, snippet: Text, date: CalendarDate })
const details = z.array(z.strictObject({ title: Text, text: Text }))
const sources = z.array(z.strictObject({ name: Text, url: z.url() }))
const gender = z.enum(['M', 'F']).optional()

const screening = z.strictObject({
  entity_type: EntityType,
  screening_hits: z.array(
    z.strictObject({
      provider: z.strictObject({ hit_id: Uuid, label: Text, name: Text }),
      status: z.literal('UNRESOLVED'),
      flags: z.array(z.strictObject({ type: flag })).min(1),
      data: z.strictObject({
        name: Text.min(1),
        aliases: z.array(Text),
        countries: z.array(z.strictObject({ type: z.literal('RESIDENCE'), country: CountryCode })),
        dates: z.array(z.strictObject({ type: z.literal('DOB'), date: PartialDate })),
        deceased: z.boolean(),
        gender,
        confidence_score: z.number().min(0).max(1),
        details,
        sources,
        pep: z
          .strictObject({
            tier: z.int(),
            roles: z.array(
              z.strictObject({ name: Text, tier: z.int(), tenure: z.strictObject({ start: PartialDate }) }),
            ),
          })
          .optional(),
        sanctions: z
          .array(
            z.strictObject({
              name: Text,
              type: Text,
              issued_by: Text,
              list: z.strictObject({ name: Text }),
              time_periods: z.array(z.strictObject({ start: PartialDate })),
            }),
          )
          .optional(),
        media: z.array(article).optional(),
      }),
    }),
  ),
  sanctions_results: z.array(
    z.strictObject({
      match_id: Uuid,
      match_name: Text.min(1),
      match_custom_label: Text.optional(),
      match_countries: z.array(CountryCode),
      match_countries_data: z.array(
        z.strictObject({ type: z.literal('RESIDENCE'), country_code: CountryCode }),
      ),
      match_dates: z.array(PartialDate).optional(),
      match_dates_data: z.array(z.strictObject({ type: z.literal('DOB'), date: PartialDate })).optional(),
      gender,
      aliases: z.array(Text),
      score: z.number().min(0).max(1),
      deceased: z.boolean(),
      details,
      sources,
      pep: z
        .strictObject({
          match: z.boolean(),
          tier: z.int(),
          roles: z.array(
            z.strictObject({
              name: Text,
              tier: z.int(),
              from_date: PartialDate,
              is_current: z.boolean(),
            }),
          ),
        })
        .optional(),
      sanctions: z
        .array(
          z.strictObject({
            issuer: Text,
            name: Text,
            type: Text,
            list: Text,
            is_current: z.boolean(),
            is_past: z.boolean(),
            time_periods: z.array(z.strictObject({ from_date: PartialDate })),
          }),
        )
        .optional(),
      media: z.array(article).optional(),
    }),
  ),
})

const individual = z.literal('INDIVIDUAL')
const comment = z.strictObject({
  type: z.enum(['COMMENT', 'MATCH', 'MISMATCH', 'WARNING']),
  message: Text,
  component: z.enum(['UK_SORT_CODE', 'UK_ACCOUNT_NUMBER']),
})
const verification = z.strictObject({
  performed_on: DateTime,
  match: z.boolean(),
  bank_account: BankAccount,
  comments: z.array(comment),
})
const bank = z.strictObject({
  entity_type: individual,
  bank_account_verifications: z.array(verification),
  bank_account_validations: z.array(verification),
  address_history: AddressHistory.optional(),
})

const visa = z.strictObject({
  entity_type: individual,
  visa_check: z.strictObject({
    visas: z.array(
      z.strictObject({
        country_code: CountryCode,
        name: Text,
        entitlement: z.enum(['WORK', 'STUDY']),
        grant_date: PartialDate,
        expiry_date: PartialDate,
        source: Text,
        details: z.array(z.strictObject({ name: Text, value: Text })),
        holder: z.strictObject({
          full_name: Text,
          dob: PartialDate.optional(),
          document_checked: DocumentMetadata,
        }),
        field_checks: fieldChecks,
      }),
    ),
    failure_reason: Text.optional(),
  }),
})

const device = z.strictObject({
  entity_type: individual,
  device_metadata: z.looseObject({ token: z.string() }).optional(),
  device_fraud_detection: z.strictObject({
    provider_reference: Text,
    recommendation: Text,
    recommendation_reason: Text,
    total_score: z.int(),
    matched_rules: z.array(z.strictObject({ name: Text, reason: Text, score: z.int() })),
    used_test_environment: z.boolean(),
  }),
  ip_location: IpLocation,
})

const fraud = z.strictObject({
  entity_type: EntityType,
  fraud_detection: z.strictObject({
    database_type: z.literal('CIFAS'),
    search_reference: Text,
    match_count: z.int().min(0),
    matches: z.array(
      z.strictObject({
        database_type: z.literal('CIFAS'),
        id: Text,
        reporting_company: Text,
        case_type: Text,
        product: Text,
        do_not_filter: z.boolean(),
        supply_date: CalendarDate,
        application_date: CalendarDate,
        filing_reason: z.array(Text),
      }),
    ),
  }),
})

const custom = z.strictObject({
  entity_type: EntityType,
  custom_fields_data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
})

// Images that the provider keeps have no id yet; everything else of a filing is as the contract says.
const filings = CompanyData.omit({ filings: true }).extend({
  filings: z.array(
    z.looseObject({ source_id: Text, date_of_filing: CalendarDate, type: DocumentType, price: z.int() }),
  ),
})

const company = CompanyData

/** The shape of the output of each check type that a provider answers. */
export const outputShapes: Readonly<Partial<Record<CheckType, z.ZodType>>> = {
  IDENTITY_CHECK: identity,
  DOCUMENT_VERIFICATION: documents,
  DOCUMENT_FETCH: documents,
  DOCUMENT_CAPTURE: documents,
  PEPS_AND_SANCTIONS_SCREEN: screening,
  VISA_CHECK: visa,
  CRA_BANK_ACCOUNT_VERIFICATION: bank,
  DEVICE_FRAUD_DETECTION: device,
  FRAUD_SCREENING: fraud,
  GEOCODING: z.strictObject({ entity_type: individual, address_history: AddressHistory }),
  INDIVIDUAL_CUSTOM: custom,
  COMPANY_REGISTRY: company,
  COMPANY_CHARITIES_REGISTRY: company,
  COMPANY_OWNERSHIP: company,
  COMPANY_DATA: company,
  COMPANY_FILINGS: filings,
  COMPANY_FILING_PURCHASE: filings,
  COMPANY_PEPS_AND_SANCTIONS_SCREEN: screening,
  COMPANY_DOCUMENT_VERIFICATION: documents,
  COMPANY_FRAUD_SCREENING: fraud,
  COMPANY_MERCHANT_FRAUD_SCREENING: fraud,
  COMPANY_CUSTOM: custom,
}
