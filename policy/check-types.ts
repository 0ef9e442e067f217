import type { CheckResult, CheckType } from '@drawbridge/schema/check.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { TaskType } from '@drawbridge/schema/task.ts'

/** What kinds of check have in common: how an answer of theirs is read. */
export type CheckFamily =
  | 'identity'
  | 'document'
  | 'screening'
  | 'bank-account'
  | 'visa'
  | 'device'
  | 'fraud'
  | 'geocoding'
  | 'form'
  | 'custom'
  | 'company-data'
  | 'charities'
  | 'filings'

/** What is fixed about a type of check, whatever a policy says (product behaviour 1.5; public API 4.0, 2.5). */
export interface CheckTypeFacts {
  readonly entityType: EntityType
  readonly family: CheckFamily
  /** The types of task that may name it for acceptance or let it run by itself. */
  readonly taskTypes: readonly TaskType[]
  /** How a call runs it that does not say. */
  readonly mode: 'sync' | 'async'
  /** False where it needs something that only a caller has: a document, a token, a form, a filing. */
  readonly mayRunAutomatically: boolean
  readonly mayBeMonitored: boolean
  /** Every result that it can have. */
  readonly results: readonly CheckResult[]
}

const passOrFail: readonly CheckResult[] = ['Pass', 'Fail', 'Error']
const screens: readonly CheckResult[] = ['Pass', 'Refer', 'PEP', 'Sanction', 'Media', 'Error']
const companyData: readonly CheckResult[] = ['Pass', 'Partial', 'Fail', 'Refer', 'Completed', 'Error']

const identityTasks: readonly TaskType[] = ['INDIVIDUAL_VERIFY_IDENTITY', 'INDIVIDUAL_VERIFY_ADDRESS']
const documentTasks: readonly TaskType[] = [
  ...identityTasks,
  'INDIVIDUAL_VERIFY_SOURCE_OF_FUNDS',
  'INDIVIDUAL_VERIFY_BANK_ACCOUNT',
  'INDIVIDUAL_VERIFY_IMMIGRATION_STATUS',
  'INDIVIDUAL_VERIFY_TAX_STATUS',
  'INDIVIDUAL_MANUAL_TASK',
]
const individualScreeningTasks: readonly TaskType[] = [
  'INDIVIDUAL_ASSESS_MEDIA_AND_POLITICAL_AND_SANCTIONS_EXPOSURE',
  'INDIVIDUAL_ASSESS_POLITICAL_AND_SANCTIONS_EXPOSURE',
  'INDIVIDUAL_ASSESS_POLITICAL_EXPOSURE',
  'INDIVIDUAL_ASSESS_SANCTIONS_EXPOSURE',
]
const companyScreeningTasks: readonly TaskType[] = [
  'COMPANY_ASSESS_SANCTIONS_EXPOSURE',
  'COMPANY_ASSESS_MEDIA_EXPOSURE',
  'COMPANY_ASSESS_MEDIA_AND_SANCTIONS_EXPOSURE',
]
const otherIndividualTasks: readonly TaskType[] = [
  'INDIVIDUAL_ASSESS_DEVICE_REPUTATION',
  'INDIVIDUAL_FRAUD_SCREENING',
]
const ownershipTasks: readonly TaskType[] = ['COMPANY_IDENTIFY_BENEFICIAL_OWNERS', 'COMPANY_ASSESS_OWNERSHIP']
const registryTasks: readonly TaskType[] = [
  'COMPANY_VERIFY_IDENTITY',
  'COMPANY_VERIFY_ADDRESS',
  'COMPANY_IDENTIFY_OFFICERS',
  ...ownershipTasks,
  'COMPANY_ASSESS_FINANCIALS',
]
const companyPaperTasks: readonly TaskType[] = [
  'COMPANY_VERIFY_IDENTITY',
  'COMPANY_VERIFY_ADDRESS',
  'COMPANY_VERIFY_CHARITY',
  'COMPANY_VERIFY_BANK_ACCOUNT',
  'COMPANY_VERIFY_TAX_STATUS',
  'COMPANY_IDENTIFY_AUTHORIZED_PERSONS',
  'COMPANY_IDENTIFY_OFFICERS',
  'COMPANY_IDENTIFY_TRUSTEES',
  ...ownershipTasks,
  'COMPANY_REVIEW_FILINGS',
  'COMPANY_ASSESS_FINANCIALS',
  'COMPANY_MANUAL_TASK',
]
// Screening tasks take no forms (1.4).
const individualFormTasks: readonly TaskType[] = [...documentTasks, ...otherIndividualTasks]
const companyFormTasks: readonly TaskType[] = [
  ...companyPaperTasks,
  'COMPANY_FRAUD_SCREENING',
  'COMPANY_MERCHANT_FRAUD_SCREENING',
]

type Facts = Omit<CheckTypeFacts, 'entityType' | 'mode' | 'mayBeMonitored' | 'mayRunAutomatically'> &
  Partial<CheckTypeFacts>

function individual(facts: Facts): CheckTypeFacts {
  return {
    entityType: 'INDIVIDUAL',
    mode: 'async',
    mayRunAutomatically: true,
    mayBeMonitored: false,
    ...facts,
  }
}

function company(facts: Facts): CheckTypeFacts {
  return { ...individual(facts), entityType: 'COMPANY' }
}

const document = { family: 'document', results: passOrFail, mayRunAutomatically: false } as const
const screening = { family: 'screening', results: screens, mayBeMonitored: true } as const
const form = { family: 'form', results: ['Pass', 'Fail'], mayRunAutomatically: false } as const
const custom = {
  family: 'custom',
  results: ['Pass', 'Fail', 'Partial', 'Refer', 'Error'],
} as const

/** Every type of check of the API, and what is fixed about it. */
export const checkTypes: Readonly<Record<CheckType, CheckTypeFacts>> = {
  IDENTITY_CHECK: individual({
    family: 'identity',
    mode: 'sync',
    taskTypes: identityTasks,
    results: ['2+2', '1+1', 'Fail', 'Error'],
  }),
  DOCUMENT_VERIFICATION: individual({ ...document, taskTypes: documentTasks }),
  DOCUMENT_FETCH: individual({ ...document, taskTypes: documentTasks }),
  DOCUMENT_CAPTURE: individual({ ...document, taskTypes: documentTasks }),
  PEPS_AND_SANCTIONS_SCREEN: individual({ ...screening, taskTypes: individualScreeningTasks }),
  VISA_CHECK: individual({
    family: 'visa',
    taskTypes: ['INDIVIDUAL_VERIFY_IMMIGRATION_STATUS'],
    mayRunAutomatically: false,
    results: passOrFail,
  }),
  CRA_BANK_ACCOUNT_VERIFICATION: individual({
    family: 'bank-account',
    taskTypes: ['INDIVIDUAL_VERIFY_BANK_ACCOUNT'],
    results: passOrFail,
  }),
  DEVICE_FRAUD_DETECTION: individual({
    family: 'device',
    taskTypes: ['INDIVIDUAL_ASSESS_DEVICE_REPUTATION'],
    mayRunAutomatically: false,
    results: ['Pass', 'Refer', 'Fail', 'Error'],
  }),
  FRAUD_SCREENING: individual({
    family: 'fraud',
    taskTypes: ['INDIVIDUAL_FRAUD_SCREENING'],
    results: ['Pass', 'Refer', 'Error'],
  }),
  GEOCODING: individual({
    family: 'geocoding',
    taskTypes: ['INDIVIDUAL_VERIFY_ADDRESS'],
    results: passOrFail,
  }),
  INDIVIDUAL_MANUAL_FORM: individual({ ...form, taskTypes: individualFormTasks }),
  INDIVIDUAL_CUSTOM: individual({
    ...custom,
    taskTypes: [...individualFormTasks, ...individualScreeningTasks],
  }),
  COMPANY_REGISTRY: company({
    family: 'company-data',
    taskTypes: registryTasks,
    results: ['Pass', 'Fail', 'Refer', 'Error'],
  }),
  COMPANY_CHARITIES_REGISTRY: company({
    family: 'charities',
    taskTypes: ['COMPANY_VERIFY_CHARITY', 'COMPANY_IDENTIFY_TRUSTEES'],
    results: passOrFail,
  }),
  COMPANY_OWNERSHIP: company({
    family: 'company-data',
    taskTypes: ownershipTasks,
    results: ['Pass', 'Partial', 'Fail', 'Error'],
  }),
  COMPANY_DATA: company({
    family: 'company-data',
    taskTypes: registryTasks,
    mayBeMonitored: true,
    results: companyData,
  }),
  COMPANY_FILINGS: company({ family: 'filings', taskTypes: ['COMPANY_REVIEW_FILINGS'], results: passOrFail }),
  COMPANY_FILING_PURCHASE: company({
    family: 'filings',
    taskTypes: ['COMPANY_REVIEW_FILINGS'],
    mayRunAutomatically: false,
    results: passOrFail,
  }),
  COMPANY_PEPS_AND_SANCTIONS_SCREEN: company({ ...screening, taskTypes: companyScreeningTasks }),
  COMPANY_MANUAL_FORM: company({ ...form, taskTypes: companyFormTasks }),
  COMPANY_DOCUMENT_VERIFICATION: company({ ...document, taskTypes: companyPaperTasks }),
  COMPANY_FRAUD_SCREENING: company({
    family: 'fraud',
    taskTypes: ['COMPANY_FRAUD_SCREENING'],
    results: ['Pass', 'Refer', 'Error'],
  }),
  COMPANY_MERCHANT_FRAUD_SCREENING: company({
    family: 'fraud',
    taskTypes: ['COMPANY_MERCHANT_FRAUD_SCREENING'],
    mayBeMonitored: true,
    results: ['Completed', 'Refer', 'Error'],
  }),
  COMPANY_CUSTOM: company({ ...custom, taskTypes: [...companyFormTasks, ...companyScreeningTasks] }),
}
