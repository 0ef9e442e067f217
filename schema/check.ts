import { z } from 'zod'
import { ApiError } from './error-body.ts'
import { DateTime, Uuid } from './scalars.ts'

/** What a check asks a provider. */
export const CheckType = z.enum([
  'IDENTITY_CHECK',
  'DOCUMENT_VERIFICATION',
  'DOCUMENT_FETCH',
  'PEPS_AND_SANCTIONS_SCREEN',
  'VISA_CHECK',
  'CRA_BANK_ACCOUNT_VERIFICATION',
  'DEVICE_FRAUD_DETECTION',
  'FRAUD_SCREENING',
  'GEOCODING',
  'COMPANY_REGISTRY',
  'COMPANY_CHARITIES_REGISTRY',
  'COMPANY_OWNERSHIP',
  'COMPANY_DATA',
  'COMPANY_FILINGS',
  'COMPANY_FILING_PURCHASE',
  'COMPANY_PEPS_AND_SANCTIONS_SCREEN',
  'INDIVIDUAL_MANUAL_FORM',
  'COMPANY_MANUAL_FORM',
  'COMPANY_DOCUMENT_VERIFICATION',
  'COMPANY_FRAUD_SCREENING',
  'COMPANY_MERCHANT_FRAUD_SCREENING',
])
export type CheckType = z.infer<typeof CheckType>

/** What was asked of a provider and what it answered; input and output differ by type and are kept loose. */
export const CheckResource = z
  .looseObject({
    id: Uuid,
    check_type: CheckType,
    variant: z.object({ id: Uuid, alias: z.string().optional(), name: z.string().optional() }).optional(),
    state: z.enum(['PENDING', 'RUNNING', 'COMPLETE']).optional(),
    result: z.string().optional(),
    decision: z.enum(['PASS', 'FAIL', 'PARTIAL', 'WARN', 'ERROR']).optional(),
    performed_on: DateTime.optional(),
    instructed_on: DateTime.optional(),
    started_on: DateTime.optional(),
    completed_on: DateTime.optional(),
    errors: z.array(ApiError).optional(),
    task_ids: z.array(Uuid).optional(),
    instructed_externally: z.boolean().optional(),
    input_data: z.looseObject({}).optional(),
    output_data: z.looseObject({}).optional(),
  })
  .meta({ id: 'CheckResource' })
export type CheckResource = z.infer<typeof CheckResource>
