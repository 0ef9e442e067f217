import { z } from 'zod'
import { AssociatedRole } from './associate.ts'
import { operation } from './operation.ts'
import { ApplicationRisk } from './risk.ts'
import { AliasOrId, DateTime, LongText, Uuid } from './scalars.ts'
import { TaskType, TaskVariant } from './task.ts'
import { User } from './user.ts'

/** Where an application stands; APPLIED, then decided, then reviewed or ended. */
export const ProductApplicationStatus = z.enum(['APPLIED', 'APPROVED', 'IN_REVIEW', 'REJECTED', 'CANCELLED'])
export type ProductApplicationStatus = z.infer<typeof ProductApplicationStatus>

/** What an application waits for ("product badge"). */
export const ProductApplicationFlag = z.enum([
  'AUTOMATING',
  'DECIDED',
  'WAITING_ON_COLLECTION_STEPS',
  'WAITING_ON_CHECKS',
  'REQUIRES_MANUAL_TASK_COMPLETION',
  'READY_FOR_DECISION',
  'REQUIRES_DATA',
  'REQUIRES_RISK_SCORE',
  'RECALCULATING_RISK',
  'NEARING_EXPIRY',
  'WAITING_ON_ESCALATION',
])
export type ProductApplicationFlag = z.infer<typeof ProductApplicationFlag>

/** What a profile applies for. */
export const ProductResource = z
  .object({
    id: Uuid,
    alias: z.string().optional(),
    name: z.string().optional(),
    automatically_apply: z.boolean().optional(),
    automatically_approve: z.boolean().optional(),
    is_deleted: z.boolean().optional(),
    is_deletable: z.boolean().optional(),
    risk_models: z.object({ INDIVIDUAL: Uuid.optional(), COMPANY: Uuid.optional() }).optional(),
  })
  .meta({ id: 'ProductResource' })
export type ProductResource = z.infer<typeof ProductResource>

/** Why an application cannot be approved yet. */
export const ApprovalBlocker = z
  .object({
    blocker_type: z.enum([
      'INCOMPLETE_TASK',
      'UNRESOLVED_EVENT',
      'SUSPENDED_PROFILE',
      'UNDETERMINED_RISK',
      'RISK_SCORE',
      'UNDETERMINED_OUTCOME',
      'REJECTION_OUTCOME',
      'WAITING_ON_ESCALATION',
    ]),
    task_type: TaskType.optional(),
    task_variant: TaskVariant.optional(),
    event_id: Uuid.optional(),
  })
  .meta({ id: 'ApprovalBlocker' })
export type ApprovalBlocker = z.infer<typeof ApprovalBlocker>

/** A reason of the policy that was named with a decision. */
export const NamedReason = z.object({ id: Uuid, alias: z.string().optional(), name: z.string().optional() })
export type NamedReason = z.infer<typeof NamedReason>

/** One status that an application had, since when, by whom and why. */
export const ProductApplicationStatusChange = z.object({
  status: ProductApplicationStatus,
  date: DateTime,
  decisioner: User.nullish(),
  comment: z.string().optional(),
  reasons: z.array(NamedReason).optional(),
})
export type ProductApplicationStatusChange = z.infer<typeof ProductApplicationStatusChange>

/** A profile applying for a product. */
export const ProductApplication = z
  .object({
    id: Uuid,
    product: ProductResource,
    associated_role: AssociatedRole.optional(),
    status: ProductApplicationStatus,
    flag: ProductApplicationFlag.optional(),
    required_tasks: z.array(TaskVariant).optional(),
    history: z.array(ProductApplicationStatusChange).optional(),
    flag_history: z
      .array(
        z.object({
          status: ProductApplicationStatus.optional(),
          flag: ProductApplicationFlag,
          date: DateTime,
        }),
      )
      .optional(),
    approval_blockers: z.array(ApprovalBlocker).optional(),
    hidden: z.boolean().optional(),
    will_expire_at: DateTime.optional(),
    risk: ApplicationRisk.optional(),
  })
  .meta({ id: 'ProductApplication' })
export type ProductApplication = z.infer<typeof ProductApplication>

/** An application to make: the product by alias (preferred) or id; for an associate its role. */
export const NewApplication = z.object({
  product: AliasOrId,
  associated_role: AssociatedRole.optional(),
})
export type NewApplication = z.infer<typeof NewApplication>

/**
 * A decision: approve, reject, cancel or send to review. `reasons` are decision reasons of the policy; a rejection needs
 * one where the policy says `rejections_need_reason` and has any for the product.
 */
export const Decision = z.object({
  status: ProductApplicationStatus,
  comment: LongText.optional(),
  reasons: z.array(AliasOrId).max(50).optional(),
})
export type Decision = z.infer<typeof Decision>

const ofProfile = z.object({ profile_id: Uuid })
const ofApplication = z.object({ profile_id: Uuid, application_id: Uuid })

export const ListApplications = operation({
  name: 'ListApplications',
  summary: 'Lists the applications of a profile',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/applications',
  may: 'VIEW_APPLICATION',
  params: ofProfile,
  output: z.array(ProductApplication),
})

export const CreateApplication = operation({
  name: 'CreateApplication',
  summary: 'Makes a profile apply for a product',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/applications',
  may: 'CREATE_PRODUCT_APPLICATION',
  params: ofProfile,
  body: NewApplication,
  output: ProductApplication,
})

export const GetApplication = operation({
  name: 'GetApplication',
  summary: 'Gets an application',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/applications/{application_id}',
  may: 'VIEW_APPLICATION',
  params: ofApplication,
  output: ProductApplication,
})

export const DecideApplication = operation({
  name: 'DecideApplication',
  summary: 'Approves, rejects or cancels an application, or sends it to review',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/applications/{application_id}',
  may: 'EDIT_PRODUCT_APPLICATION_STATUS',
  params: ofApplication,
  body: Decision,
  output: ProductApplication,
})

export const RevertDecision = operation({
  name: 'RevertDecision',
  summary: 'Takes the last decision back; the same application has the status it had before',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/applications/{application_id}/revert_decision',
  may: 'EDIT_PRODUCT_APPLICATION_STATUS',
  params: ofApplication,
  body: z.object({ comment: LongText.optional() }).optional(),
  output: ProductApplication,
})
