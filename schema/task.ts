import { z } from 'zod'
import { operation } from './operation.ts'
import { AliasOrId, DateTime, LongText, Text, Uuid } from './scalars.ts'

/** What kind of work a task is. */
export const TaskType = z.enum([
  'INDIVIDUAL_VERIFY_IDENTITY',
  'INDIVIDUAL_VERIFY_ADDRESS',
  'INDIVIDUAL_VERIFY_SOURCE_OF_FUNDS',
  'INDIVIDUAL_ASSESS_MEDIA_AND_POLITICAL_AND_SANCTIONS_EXPOSURE',
  'INDIVIDUAL_ASSESS_POLITICAL_AND_SANCTIONS_EXPOSURE',
  'INDIVIDUAL_ASSESS_POLITICAL_EXPOSURE',
  'INDIVIDUAL_ASSESS_SANCTIONS_EXPOSURE',
  'INDIVIDUAL_VERIFY_BANK_ACCOUNT',
  'INDIVIDUAL_VERIFY_IMMIGRATION_STATUS',
  'INDIVIDUAL_MANUAL_TASK',
  'INDIVIDUAL_ASSESS_DEVICE_REPUTATION',
  'INDIVIDUAL_FRAUD_SCREENING',
  'INDIVIDUAL_VERIFY_TAX_STATUS',
  'COMPANY_VERIFY_IDENTITY',
  'COMPANY_VERIFY_ADDRESS',
  'COMPANY_VERIFY_CHARITY',
  'COMPANY_IDENTIFY_AUTHORIZED_PERSONS',
  'COMPANY_IDENTIFY_OFFICERS',
  'COMPANY_IDENTIFY_TRUSTEES',
  'COMPANY_IDENTIFY_BENEFICIAL_OWNERS',
  'COMPANY_ASSESS_OWNERSHIP',
  'COMPANY_REVIEW_FILINGS',
  'COMPANY_ASSESS_SANCTIONS_EXPOSURE',
  'COMPANY_ASSESS_MEDIA_EXPOSURE',
  'COMPANY_ASSESS_MEDIA_AND_SANCTIONS_EXPOSURE',
  'COMPANY_MANUAL_TASK',
  'COMPANY_VERIFY_BANK_ACCOUNT',
  'COMPANY_VERIFY_TAX_STATUS',
  'COMPANY_ASSESS_FINANCIALS',
  'COMPANY_FRAUD_SCREENING',
  'COMPANY_MERCHANT_FRAUD_SCREENING',
])
export type TaskType = z.infer<typeof TaskType>

/** How far a task is. */
export const TaskState = z.enum(['INCOMPLETE', 'COMPLETED_PASS', 'COMPLETED_FAIL'])
export type TaskState = z.infer<typeof TaskState>

/** The account's own wording and rules of a task. */
export const TaskVariant = z
  .object({
    id: Uuid,
    alias: z.string().optional(),
    name: z.string().optional(),
    description: z.string().optional(),
    task_type: TaskType.optional(),
  })
  .meta({ id: 'TaskVariant' })
export type TaskVariant = z.infer<typeof TaskVariant>

/** Why a version of a task is no longer the live one. */
export const TaskExpiryReason = z.enum([
  'CHECK_EXPIRED',
  'PROFILE_DEACTIVATED',
  'NEW_TASK_VERSION',
  'EXPIRY_PERIOD_ENDED',
])
export type TaskExpiryReason = z.infer<typeof TaskExpiryReason>

/** An expiry that somebody set by hand, and why. */
export const CustomExpiry = z.object({
  default_expiry_date: DateTime.optional(),
  expiry_at: DateTime,
  reason_categories: z.array(Text),
  reason_description: LongText.optional(),
})
export type CustomExpiry = z.infer<typeof CustomExpiry>

/** A piece of work on a profile. Of several versions of a task the live one has `is_expired: false`. */
export const TaskResource = z
  .object({
    id: Uuid,
    type: TaskType,
    variant: TaskVariant.optional(),
    state: TaskState,
    is_complete: z.boolean(),
    is_deleted: z.boolean().optional(),
    is_expired: z.boolean().optional(),
    is_skipped: z.boolean().optional(),
    creation_date: DateTime.optional(),
    check_ids: z.array(Uuid).optional(),
    form_instance_ids: z.array(Uuid).optional(),
    expired_at: DateTime.optional(),
    will_expire_at: DateTime.optional(),
    expiry_date: DateTime.optional(),
    expiry_reason: TaskExpiryReason.optional(),
    custom_expiry: CustomExpiry.optional(),
    default_expiry_date: DateTime.optional(),
    nearing_expiry: z.boolean().optional(),
    needs_check_automation: z.boolean().optional(),
  })
  .meta({ id: 'TaskResource' })
export type TaskResource = z.infer<typeof TaskResource>

/** A task to add, by type or by variant; for one that exists this makes a new version. */
export const NewTask = z
  .object({
    type: TaskType.optional(),
    variant: AliasOrId.optional(),
    is_complete: z.boolean().optional(),
    check_ids: z.array(Uuid).max(200).optional(),
  })
  .refine((task) => task.type !== undefined || task.variant !== undefined, {
    message: 'must be there, unless `variant` is',
    path: ['type'],
  })
export type NewTask = z.infer<typeof NewTask>

/** What to make of a task. `is_complete` is the older way: true is COMPLETED_PASS, false INCOMPLETE; `state` wins. */
export const TaskChange = z.object({
  state: TaskState.optional(),
  is_complete: z.boolean().optional(),
  check_ids: z.array(Uuid).max(200).optional(),
})
export type TaskChange = z.infer<typeof TaskChange>

/** When a task is to expire and why; null brings the default back. */
export const TaskExpiry = z.object({
  expire_at: DateTime.nullable(),
  reason_description: LongText.optional(),
  reason_categories: z.array(Text.min(1)).min(1).max(50),
})
export type TaskExpiry = z.infer<typeof TaskExpiry>

/** The state that a change of a task asks for; undefined when it asks for none. */
export function wantedTaskState(change: TaskChange): TaskState | undefined {
  if (change.state !== undefined) return change.state
  if (change.is_complete === undefined) return undefined
  return change.is_complete ? 'COMPLETED_PASS' : 'INCOMPLETE'
}

const ofProfile = z.object({ profile_id: Uuid })
const ofTask = z.object({ profile_id: Uuid, task_id: Uuid })

export const ListTasks = operation({
  name: 'ListTasks',
  summary: 'Lists the tasks of a profile, every version',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/tasks',
  may: 'READ_PROFILE',
  params: ofProfile,
  output: z.array(TaskResource),
})

export const CreateTask = operation({
  name: 'CreateTask',
  summary: 'Adds a task to a profile, or a new version of one',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/tasks',
  may: 'CREATE_PROFILE_TASK',
  params: ofProfile,
  body: NewTask,
  output: TaskResource,
})

export const GetTask = operation({
  name: 'GetTask',
  summary: 'Gets a task',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/tasks/{task_id}',
  may: 'READ_PROFILE',
  params: ofTask,
  output: TaskResource,
})

export const SetTaskState = operation({
  name: 'SetTaskState',
  summary: 'Completes a task or makes it incomplete again',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/tasks/{task_id}',
  may: 'EDIT_TASK_COMPLETION_STATUS',
  params: ofTask,
  body: TaskChange,
  output: TaskResource,
})

export const SetTaskExpiry = operation({
  name: 'SetTaskExpiry',
  summary: 'Sets when a task expires, or brings the default back',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/tasks/{task_id}/expiry',
  may: 'EDIT_TASK_COMPLETION_STATUS',
  params: ofTask,
  body: TaskExpiry,
  output: TaskResource,
})
