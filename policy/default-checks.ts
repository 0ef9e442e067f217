import type { CheckType } from '@drawbridge/schema/check.ts'
import type { z } from 'zod'
import type { PolicyCheckVariant } from './policy.ts'

type CheckVariantInput = z.input<typeof PolicyCheckVariant>

const made: readonly [alias: string, name: string, type: CheckType, more?: Partial<CheckVariantInput>][] = [
  ['identity_check', 'Electronic identity check', 'IDENTITY_CHECK'],
  ['document_verification', 'Document verification', 'DOCUMENT_VERIFICATION'],
  ['document_fetch', 'Document verification (service collects)', 'DOCUMENT_FETCH'],
  ['document_capture', 'Document verification (service collects several)', 'DOCUMENT_CAPTURE'],
  ['screening', 'PEPs, sanctions and media screening', 'PEPS_AND_SANCTIONS_SCREEN', { is_monitored: true }],
  ['visa_check', 'Visa check', 'VISA_CHECK'],
  ['bank_account_check', 'Bank account verification', 'CRA_BANK_ACCOUNT_VERIFICATION'],
  ['device_check', 'Device fraud detection', 'DEVICE_FRAUD_DETECTION'],
  ['fraud_check', 'Fraud check', 'FRAUD_SCREENING'],
  ['geocoding', 'Geocoding', 'GEOCODING'],
  ['individual_custom_check', 'Custom check', 'INDIVIDUAL_CUSTOM'],
  ['company_registry', 'Company registry', 'COMPANY_REGISTRY'],
  ['charities_registry', 'Charities registry', 'COMPANY_CHARITIES_REGISTRY'],
  ['company_ownership', 'Company ownership', 'COMPANY_OWNERSHIP'],
  ['company_data', 'Company data check', 'COMPANY_DATA', { is_company_search: true }],
  ['company_filings', 'Company filings', 'COMPANY_FILINGS'],
  ['company_filing_purchase', 'Company filing purchase', 'COMPANY_FILING_PURCHASE'],
  [
    'company_screening',
    'Company sanctions and media screening',
    'COMPANY_PEPS_AND_SANCTIONS_SCREEN',
    { is_monitored: true },
  ],
  ['company_document_verification', 'Company document verification', 'COMPANY_DOCUMENT_VERIFICATION'],
  ['company_fraud_check', 'Company fraud check', 'COMPANY_FRAUD_SCREENING'],
  [
    'merchant_fraud_check',
    'Merchant fraud check',
    'COMPANY_MERCHANT_FRAUD_SCREENING',
    { is_monitored: true },
  ],
  ['company_custom_check', 'Custom check', 'COMPANY_CUSTOM'],
]

/** One variant for each type of check that a provider can answer; the demo provider, until an account has its own. */
export const defaultChecks: CheckVariantInput[] = made.map(([alias, name, checkType, more], at) => ({
  id: `5c6d7e8f-2a3b-4c4d-8e9f-${String(at + 1).padStart(12, '0')}`,
  alias,
  name,
  check_type: checkType,
  is_default: true,
  providers: [{ provider: 'demo' }],
  ...more,
}))
