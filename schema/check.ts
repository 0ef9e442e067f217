import { z } from 'zod'
import { DocumentCategory } from './document.ts'
import { ApiError } from './error-body.ts'
import { operation } from './operation.ts'
import { AliasOrId, DateTime, Text, Uuid } from './scalars.ts'

/** What a check asks a provider. */
export const CheckType = z.enum([
  'IDENTITY_CHECK',
  'DOCUMENT_VERIFICATION',
  'DOCUMENT_FETCH',
  'DOCUMENT_CAPTURE',
  'PEPS_AND_SANCTIONS_SCREEN',
  'VISA_CHECK',
  'CRA_BANK_ACCOUNT_VERIFICATION',
  'DEVICE_FRAUD_DETECTION',
  'FRAUD_SCREENING',
  'GEOCODING',
  'INDIVIDUAL_MANUAL_FORM',
  'INDIVIDUAL_CUSTOM',
  'COMPANY_REGISTRY',
  'COMPANY_CHARITIES_REGISTRY',
  'COMPANY_OWNERSHIP',
  'COMPANY_DATA',
  'COMPANY_FILINGS',
  'COMPANY_FILING_PURCHASE',
  'COMPANY_PEPS_AND_SANCTIONS_SCREEN',
  'COMPANY_MANUAL_FORM',
  'COMPANY_DOCUMENT_VERIFICATION',
  'COMPANY_FRAUD_SCREENING',
  'COMPANY_MERCHANT_FRAUD_SCREENING',
  'COMPANY_CUSTOM',
])
export type CheckType = z.infer<typeof CheckType>

/** How far a check is. */
export const CheckState = z.enum(['PENDING', 'RUNNING', 'COMPLETE'])
export type CheckState = z.infer<typeof CheckState>

/** What a check's result means, the same for every type. */
export const CheckDecision = z.enum(['PASS', 'FAIL', 'PARTIAL', 'WARN', 'ERROR'])
export type CheckDecision = z.infer<typeof CheckDecision>

/** What a check found, in the words of its type. */
export const CheckResult = z.enum([
  'Pass',
  'Refer',
  'PEP',
  'Sanction',
  'Media',
  'Error',
  'Partial',
  'Fail',
  '2+2',
  '1+1',
  'Completed',
])
export type CheckResult = z.infer<typeof CheckResult>

/** A provider that was asked for a check. */
export const CheckProvider = z.object({
  provider_name: z.string(),
  variant_name: z.string().optional(),
  is_monitored: z.boolean(),
  instructed_on: DateTime.optional(),
  primary: z.boolean().optional(),
})
export type CheckProvider = z.infer<typeof CheckProvider>

/** What was asked of a provider and what it answered; input and output differ by type and are kept loose. */
export const CheckResource = z
  .looseObject({
    id: Uuid,
    check_type: CheckType,
    variant: z.object({ id: Uuid, alias: z.string().optional(), name: z.string().optional() }).optional(),
    state: CheckState.optional(),
    result: CheckResult.optional(),
    decision: CheckDecision.optional(),
    performed_on: DateTime.optional(),
    instructed_on: DateTime.optional(),
    started_on: DateTime.optional(),
    completed_on: DateTime.optional(),
    errors: z.array(ApiError).optional(),
    task_ids: z.array(Uuid).optional(),
    instructed_externally: z.boolean().optional(),
    providers: z.array(CheckProvider).optional(),
    input_data: z.looseObject({}).optional(),
    output_data: z.looseObject({}).optional(),
  })
  .meta({ id: 'CheckResource' })
export type CheckResource = z.infer<typeof CheckResource>

/** A check to run, or with `instructed_externally` one that was run elsewhere, with its result and output. */
export const NewCheck = z.looseObject({
  check_type: CheckType,
  variant: AliasOrId.optional(),
  task_ids: z.array(Uuid).optional(),
  instructed_externally: z.boolean().optional(),
  result: CheckResult.optional(),
  output_data: z.looseObject({}).optional(),
  document_id: Uuid.optional(),
  source: z.enum(['JUMIO', 'ONFIDO', 'GENERIC']).optional(),
  reference: Text.optional(),
  category: DocumentCategory.optional(),
  source_id: Text.optional(),
  form_id: Text.optional(),
  disable_initial_screen: z.boolean().optional(),
  disable_monitoring: z.boolean().optional(),
  document_metadata: z.looseObject({}).optional(),
  device_metadata: z.looseObject({ token: Text }).optional(),
})
export type NewCheck = z.infer<typeof NewCheck>

const ofProfile = z.object({ profile_id: Uuid })
const ofCheck = z.object({ profile_id: Uuid, check_id: Uuid })

export const ListChecks = operation({
  name: 'ListChecks',
  summary: 'Lists the checks of a profile, oldest first',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/checks',
  may: 'READ_PROFILE',
  params: ofProfile,
  output: z.array(CheckResource),
})

export const RunCheck = operation({
  name: 'RunCheck',
  summary: 'Runs a check, or stores one that was run elsewhere',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/checks',
  may: 'RUN_CHECK',
  params: ofProfile,
  query: z.object({ mode: z.enum(['sync', 'async']).optional() }),
  body: NewCheck,
  output: CheckResource,
})

export const GetCheck = operation({
  name: 'GetCheck',
  summary: 'Gets a check',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/checks/{check_id}',
  may: 'READ_PROFILE',
  params: ofCheck,
  output: CheckResource,
})

export const AttachCheck = operation({
  name: 'AttachCheck',
  summary: 'Says which tasks a check is for; nothing else of a check can be changed',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/checks/{check_id}',
  may: 'RUN_CHECK',
  params: ofCheck,
  body: z.looseObject({ task_ids: z.array(Uuid) }),
  output: CheckResource,
})

export const ApproveCheck = operation({
  name: 'ApproveCheck',
  summary: 'Makes a new check that passes by hand what this one found',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/checks/{check_id}/approve',
  may: 'RUN_CHECK',
  params: ofCheck,
  output: CheckResource,
})

export const RejectCheck = operation({
  name: 'RejectCheck',
  summary: 'Makes a new check that fails by hand what this one found',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/checks/{check_id}/reject',
  may: 'RUN_CHECK',
  params: ofCheck,
  output: CheckResource,
})
