import type { TaskType } from '@drawbridge/schema/task.ts'
import type { z } from 'zod'
import type { PolicyTaskVariant } from './policy.ts'

type TaskVariantInput = z.input<typeof PolicyTaskVariant>
type Made = readonly [
  alias: string,
  type: TaskType,
  name: string,
  description: string,
  more?: Partial<TaskVariantInput>,
]

const identityPapers = ['document_verification', 'document_fetch', 'document_capture']
const companyPapers = ['company_document_verification']
const screening = { acceptance_checks: ['screening'], automatic_checks: ['screening'] }
const companyScreening = { acceptance_checks: ['company_screening'], automatic_checks: ['company_screening'] }

/** The tasks that the accounts of this policy ask for. Their order is fixed, since their ids follow from it. */
const asked: readonly Made[] = [
  [
    'verify_identity',
    'INDIVIDUAL_VERIFY_IDENTITY',
    'Verify identity',
    'Make sure the person is who they say they are.',
    { acceptance_checks: ['identity_check', ...identityPapers], automatic_checks: ['identity_check'] },
  ],
  // One identity check serves both tasks: it is run once for what asks for it at the same time.
  [
    'verify_address',
    'INDIVIDUAL_VERIFY_ADDRESS',
    'Verify address',
    'Make sure the person lives where they say they live.',
    { acceptance_checks: ['identity_check', ...identityPapers], automatic_checks: ['identity_check'] },
  ],
  [
    'assess_exposure',
    'INDIVIDUAL_ASSESS_MEDIA_AND_POLITICAL_AND_SANCTIONS_EXPOSURE',
    'Assess PEPs, sanctions, and adverse media',
    'Look for political exposure, sanctions and adverse media.',
    screening,
  ],
  [
    'verify_company',
    'COMPANY_VERIFY_IDENTITY',
    'Verify company details',
    'Make sure the company exists and is what it says it is.',
    {
      acceptance_checks: ['company_data', 'company_registry', ...companyPapers],
      automatic_checks: ['company_data'],
    },
  ],
  // Nobody is taken up by itself: a company that is brought over with its associates would have them twice.
  [
    'identify_officers',
    'COMPANY_IDENTIFY_OFFICERS',
    'Identify officers',
    'Find out who runs the company and verify them.',
    {
      automatic_checks: ['company_data'],
      associates: { product: 'director_check', passes_when: { percentage: 100 } },
    },
  ],
  [
    'identify_owners',
    'COMPANY_IDENTIFY_BENEFICIAL_OWNERS',
    'Identify shareholders',
    'Find out who owns the company and verify them.',
    {
      automatic_checks: ['company_data'],
      associates: {
        product: 'owner_check',
        passes_when: { percentage: 100 },
        passes_when_none_found: true,
      },
    },
  ],
  [
    'assess_company_exposure',
    'COMPANY_ASSESS_MEDIA_AND_SANCTIONS_EXPOSURE',
    'Assess sanctions and adverse media',
    'Look for sanctions and adverse media about the company.',
    companyScreening,
  ],
  [
    'identify_authorized_persons',
    'COMPANY_IDENTIFY_AUTHORIZED_PERSONS',
    'Identify authorized persons',
    'Find out who may act for the company and verify them.',
    { associates: { product: 'director_check' } },
  ],
  [
    'verify_source_of_funds',
    'INDIVIDUAL_VERIFY_SOURCE_OF_FUNDS',
    'Verify source of funds',
    'Find out where the money of the person comes from.',
    { expiry: { days: 365, notification_days: 30 } },
  ],
]

/** The other types of task of the API, ready for an account's own policies. */
const further: readonly Made[] = [
  [
    'assess_political_and_sanctions_exposure',
    'INDIVIDUAL_ASSESS_POLITICAL_AND_SANCTIONS_EXPOSURE',
    'Assess PEPs and sanctions',
    'Look for political exposure and sanctions.',
    screening,
  ],
  [
    'assess_political_exposure',
    'INDIVIDUAL_ASSESS_POLITICAL_EXPOSURE',
    'Assess PEPs',
    'Look for political exposure.',
    screening,
  ],
  [
    'assess_sanctions_exposure',
    'INDIVIDUAL_ASSESS_SANCTIONS_EXPOSURE',
    'Assess sanctions',
    'Look for sanctions.',
    screening,
  ],
  [
    'verify_bank_account',
    'INDIVIDUAL_VERIFY_BANK_ACCOUNT',
    'Verify bank account',
    'Make sure the bank account is the person’s own.',
    { acceptance_checks: ['bank_account_check'], automatic_checks: ['bank_account_check'] },
  ],
  [
    'verify_immigration_status',
    'INDIVIDUAL_VERIFY_IMMIGRATION_STATUS',
    'Verify immigration status',
    'Make sure the person may stay and work.',
    { acceptance_checks: ['visa_check'] },
  ],
  [
    'individual_manual_task',
    'INDIVIDUAL_MANUAL_TASK',
    'Custom task',
    'Do what the account asks for besides.',
    { acceptance_checks: ['individual_custom_check'] },
  ],
  [
    'assess_device_reputation',
    'INDIVIDUAL_ASSESS_DEVICE_REPUTATION',
    'Assess device reputation',
    'Look at the device the person applies with.',
    { acceptance_checks: ['device_check'] },
  ],
  [
    'screen_fraud',
    'INDIVIDUAL_FRAUD_SCREENING',
    'Assess fraud risk',
    'Look for signs of fraud.',
    { acceptance_checks: ['fraud_check'], automatic_checks: ['fraud_check'] },
  ],
  [
    'verify_tax_status',
    'INDIVIDUAL_VERIFY_TAX_STATUS',
    'Verify tax status',
    'Find out where the person is liable to tax.',
    { acceptance_checks: ['document_verification'] },
  ],
  [
    'verify_company_address',
    'COMPANY_VERIFY_ADDRESS',
    'Verify company address',
    'Make sure the company is where it says it is.',
    { acceptance_checks: ['company_data', 'company_registry', ...companyPapers] },
  ],
  [
    'verify_charity',
    'COMPANY_VERIFY_CHARITY',
    'Verify charity details',
    'Make sure the charity is registered.',
    { acceptance_checks: ['charities_registry'], automatic_checks: ['charities_registry'] },
  ],
  [
    'identify_trustees',
    'COMPANY_IDENTIFY_TRUSTEES',
    'Identify trustees',
    'Find out who the trustees are and verify them.',
    {
      automatic_checks: ['charities_registry'],
      associates: { product: 'director_check', passes_when: { percentage: 100 } },
    },
  ],
  [
    'assess_ownership',
    'COMPANY_ASSESS_OWNERSHIP',
    'Assess company ownership',
    'Find out who owns the company in the end and verify them.',
    {
      automatic_checks: ['company_ownership'],
      associates: { product: 'owner_check', passes_when: { percentage: 100 } },
    },
  ],
  [
    'review_filings',
    'COMPANY_REVIEW_FILINGS',
    'Review company filings',
    'Read what the company filed with its register.',
    { automatic_checks: ['company_filings'] },
  ],
  [
    'assess_company_sanctions_exposure',
    'COMPANY_ASSESS_SANCTIONS_EXPOSURE',
    'Assess sanctions',
    'Look for sanctions on the company.',
    companyScreening,
  ],
  [
    'assess_company_media_exposure',
    'COMPANY_ASSESS_MEDIA_EXPOSURE',
    'Assess adverse media',
    'Look for adverse media about the company.',
    companyScreening,
  ],
  [
    'company_manual_task',
    'COMPANY_MANUAL_TASK',
    'Custom task',
    'Do what the account asks for besides.',
    { acceptance_checks: ['company_custom_check'] },
  ],
  [
    'verify_company_bank_account',
    'COMPANY_VERIFY_BANK_ACCOUNT',
    'Verify bank account',
    'Make sure the bank account is the company’s own.',
    { acceptance_checks: companyPapers },
  ],
  [
    'verify_company_tax_status',
    'COMPANY_VERIFY_TAX_STATUS',
    'Verify tax status',
    'Find out where the company is liable to tax.',
    { acceptance_checks: companyPapers },
  ],
  [
    'assess_financials',
    'COMPANY_ASSESS_FINANCIALS',
    'Assess financials',
    'Look at how the company does.',
    { automatic_checks: ['company_data'] },
  ],
  [
    'screen_company_fraud',
    'COMPANY_FRAUD_SCREENING',
    'Assess company fraud risk',
    'Look for signs of fraud about the company.',
    { acceptance_checks: ['company_fraud_check'], automatic_checks: ['company_fraud_check'] },
  ],
  [
    'screen_merchant_fraud',
    'COMPANY_MERCHANT_FRAUD_SCREENING',
    'Assess merchant fraud risk',
    'Look for signs of fraud in what the company sells.',
    { automatic_checks: ['merchant_fraud_check'] },
  ],
]

/** One variant for each type of task of the API; their ids never change. */
export const defaultTasks: TaskVariantInput[] = [...asked, ...further].map(
  ([alias, taskType, name, description, more], at) => ({
    id: `3a4b5c6d-1e2f-4a3b-9c8d-${String(at + 1).padStart(12, '0')}`,
    alias,
    name,
    description,
    task_type: taskType,
    ...more,
  }),
)
