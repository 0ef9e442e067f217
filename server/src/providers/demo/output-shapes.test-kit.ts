import { AddressHistory } from '@drawbridge/schema/address.ts'
import type { CheckType } from '@drawbridge/schema/check.ts'
import { CompanyData } from '@drawbridge/schema/collected-data.ts'
import { DocumentType } from '@drawbridge/schema/document.ts'
import { BankAccount, DocumentMetadata, IpLocation } from '@drawbridge/schema/individual.ts'
import {
  CalendarDate,
  CountryCode,
  DateTime,
  EntityType,
  PartialDate,
  Text,
} from '@drawbridge/schema/scalars.ts'
import { z } from 'zod'
import { documents, fieldChecks } from './document-shape.test-kit.ts'
import { screening } from './screening-shape.test-kit.ts'

// The shapes of `output_data` in the contract (API 2.5 and appendix) and of `check_output` in the provider protocol (1.5).

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
