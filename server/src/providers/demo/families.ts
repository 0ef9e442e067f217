import type { CheckType } from '@drawbridge/schema/check.ts'
import { companyData } from './company.ts'
import {
  charitiesRegistry,
  companyFilings,
  companyOwnership,
  companyRegistry,
  filingPurchase,
} from './company-checks.ts'
import { custom } from './custom.ts'
import { documentCapture, documentFetch, documentVerification } from './documents.ts'
import type { Family } from './family.ts'
import { fraudScreening } from './fraud.ts'
import { identity } from './identity.ts'
import { bankAccountCheck, deviceCheck, geocoding, visaCheck } from './individual-checks.ts'
import { screening } from './screening.ts'

/** The check types that a provider can answer: all but the forms, which persons fill in. */
type AnsweredType = Exclude<CheckType, 'INDIVIDUAL_MANUAL_FORM' | 'COMPANY_MANUAL_FORM'>

const byType: Readonly<Record<AnsweredType, Family>> = {
  IDENTITY_CHECK: identity,
  DOCUMENT_VERIFICATION: documentVerification,
  DOCUMENT_FETCH: documentFetch,
  DOCUMENT_CAPTURE: documentCapture,
  PEPS_AND_SANCTIONS_SCREEN: screening,
  VISA_CHECK: visaCheck,
  CRA_BANK_ACCOUNT_VERIFICATION: bankAccountCheck,
  DEVICE_FRAUD_DETECTION: deviceCheck,
  FRAUD_SCREENING: fraudScreening,
  GEOCODING: geocoding,
  INDIVIDUAL_CUSTOM: custom,
  COMPANY_REGISTRY: companyRegistry,
  COMPANY_CHARITIES_REGISTRY: charitiesRegistry,
  COMPANY_OWNERSHIP: companyOwnership,
  COMPANY_DATA: companyData,
  COMPANY_FILINGS: companyFilings,
  COMPANY_FILING_PURCHASE: filingPurchase,
  COMPANY_PEPS_AND_SANCTIONS_SCREEN: screening,
  COMPANY_DOCUMENT_VERIFICATION: documentVerification,
  COMPANY_FRAUD_SCREENING: fraudScreening,
  COMPANY_MERCHANT_FRAUD_SCREENING: fraudScreening,
  COMPANY_CUSTOM: custom,
}

const families: ReadonlyMap<string, Family> = new Map(Object.entries(byType))

/** The family of a check type; undefined for forms, which no provider answers. */
export function familyOf(checkType: CheckType): Family | undefined {
  return families.get(checkType)
}
