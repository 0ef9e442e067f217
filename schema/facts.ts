import { z } from 'zod'
import { ProductApplicationFlag, ProductApplicationStatus } from './application.ts'
import { AssociatedRole } from './associate.ts'
import type { AuditAction } from './audit.ts'
import { keyClasses } from './capability.ts'
import { CheckDecision, CheckResult, CheckType } from './check.ts'
import { EntityData } from './collected-data.ts'
import { DocumentCategory, DocumentImageType, DocumentType } from './document.ts'
import { EventResolution, EventType } from './event.ts'
import { ProfileStatus, Role } from './profile.ts'
import { RiskLevelCategory } from './risk.ts'
import { DateTime, EntityType, Uuid } from './scalars.ts'
import { TaskExpiryReason, TaskState, TaskType } from './task.ts'

/** One kind of fact: what the audit calls it (null: the audit does not show it), and what is recorded with it. */
interface FactKind {
  readonly audit: AuditAction | null
  readonly payload: z.ZodObject
}

const product = z.object({ id: Uuid, alias: z.string().optional(), name: z.string().optional() })
const variant = z.object({ id: Uuid, alias: z.string().optional(), name: z.string().optional() })
const task = { task_id: Uuid, task_type: TaskType, variant: variant.optional() }
const application = { application_id: Uuid, product, associated_role: AssociatedRole.optional() }
const check = {
  check_id: Uuid,
  check_type: CheckType,
  variant: variant.optional(),
  task_ids: z.array(Uuid),
}
/** Why an application's status changed by itself. */
const AutomaticCause = z.enum(['AUTOMATIC_APPROVAL', 'REJECTION_OUTCOME', 'RISK_LEVEL', 'TASK_OPEN'])
const ToldRisk = z.object({ level: RiskLevelCategory, score: z.number().nullable() })
const monitored = { check_id: Uuid.optional(), check_type: CheckType, provider_name: z.string() }
const provider = { provider_id: Uuid, alias: z.string(), name: z.string(), check_type: CheckType }
const key = { key_id: Uuid, name: z.string(), key_class: z.enum(keyClasses) }
const link = { resolver_id: Uuid, linked_profile_id: Uuid, roles: z.array(AssociatedRole) }

/**
 * Everything that the platform records, `noun.happened`. A payload holds ids and what an audit line or a webhook
 * needs, as it was at that moment; it is sealed when it is stored. Profile, account, actor and time are columns
 * of the fact itself.
 */
export const facts = {
  'profile.created': {
    audit: 'created-profile',
    payload: z.object({ role: Role, entity_type: EntityType, customer_ref: z.string().optional() }),
  },
  'profile.deleted': {
    audit: null,
    payload: z.object({ initials: z.string(), message: z.string().optional() }),
  },
  'profile.restored-erasure': { audit: null, payload: z.object({ erased_at: DateTime }) },
  'profile.status-changed': {
    audit: 'profile-status-changed',
    payload: z.object({ old_status: ProfileStatus, new_status: ProfileStatus }),
  },
  'collected-data.replaced': {
    audit: 'replace-collected-data',
    payload: z.object({
      old_data: EntityData,
      new_data: EntityData,
      etag: z.string(),
      customer_ref: z.string().optional(),
    }),
  },
  'document.added': {
    audit: 'submitted-data',
    payload: z.object({
      document_id: Uuid,
      category: DocumentCategory,
      document_type: DocumentType,
      image_ids: z.array(Uuid),
    }),
  },
  'document-image.added': {
    audit: 'uploaded-a-document',
    payload: z.object({
      image_id: Uuid,
      image_type: DocumentImageType.optional(),
      file_id: Uuid,
      sha256: z.string().optional(),
    }),
  },
  'file.added': {
    audit: 'added-a-file',
    payload: z.object({ file_id: Uuid, name: z.string(), sha256: z.string().optional() }),
  },
  'application.created': { audit: 'added-product', payload: z.object(application) },
  'application.status-changed': {
    audit: 'profile-application-status-changed',
    payload: z.object({
      ...application,
      old_status: ProductApplicationStatus,
      new_status: ProductApplicationStatus,
      comment: z.string().optional(),
      /** Aliases of the decision reasons that were named. */
      reasons: z.array(z.string()).optional(),
      /** Why the policy did so by itself. */
      because: AutomaticCause.optional(),
    }),
  },
  'application.flag-changed': {
    audit: null,
    payload: z.object({
      ...application,
      old_flag: ProductApplicationFlag.optional(),
      new_flag: ProductApplicationFlag,
    }),
  },
  'application.reverted': {
    audit: 'revert-decision',
    payload: z.object({
      ...application,
      old_status: ProductApplicationStatus,
      comment: z.string().optional(),
    }),
  },
  'task.added': { audit: 'added-a-task', payload: z.object(task) },
  'task.state-changed': {
    audit: 'completed-a-task',
    payload: z.object({ ...task, old_state: TaskState, new_state: TaskState }),
  },
  'task.expiry-changed': {
    audit: null,
    payload: z.object({
      ...task,
      expire_at: DateTime.nullable(),
      reason_categories: z.array(z.string()),
      reason_description: z.string().optional(),
    }),
  },
  'task.expired': {
    audit: null,
    payload: z.object({ ...task, reason: TaskExpiryReason }),
  },
  'check.instructed': {
    audit: 'instructed-check',
    payload: z.object({ ...check, is_automatic: z.boolean(), instructed_externally: z.boolean() }),
  },
  'check.completed': {
    audit: 'updated-check',
    payload: z.object({
      ...check,
      result: CheckResult.optional(),
      decision: CheckDecision,
      provider_names: z.array(z.string()),
    }),
  },
  'check.attached': { audit: null, payload: z.object(check) },
  'event.added': {
    audit: 'added-event',
    payload: z.object({ event_id: Uuid, event_type: EventType, check_id: Uuid.optional() }),
  },
  'event.changed': {
    audit: null,
    payload: z.object({ event_id: Uuid, event_type: EventType, check_id: Uuid.optional() }),
  },
  'event.resolved': {
    audit: 'event-resolution',
    payload: z.object({
      event_id: Uuid,
      event_type: EventType,
      old_resolution: EventResolution,
      new_resolution: EventResolution,
      reason: z.string().optional(),
    }),
  },
  'application.risk-changed': {
    audit: null,
    payload: z.object({
      ...application,
      old_risk: ToldRisk.nullable(),
      new_risk: ToldRisk.nullable(),
    }),
  },
  'application.manual-action-required': { audit: null, payload: z.object(application) },
  'collection-steps.replaced': {
    audit: 'requested-data',
    payload: z.object({ collection_types: z.array(z.string()) }),
  },
  'monitoring.started': { audit: null, payload: z.object(monitored) },
  'monitoring.stopped': { audit: null, payload: z.object({ ...monitored, reason: z.string() }) },
  'policy.published': {
    audit: null,
    payload: z.object({ version: z.number().int(), rolled_back_to: z.number().int().optional() }),
  },
  'check-variant.switched': {
    audit: null,
    payload: z.object({ variant_id: Uuid, alias: z.string(), is_on: z.boolean(), reason: z.string() }),
  },
  'provider.registered': { audit: null, payload: z.object(provider) },
  'provider.changed': { audit: null, payload: z.object(provider) },
  'provider.removed': { audit: null, payload: z.object(provider) },
  'note.added': {
    audit: 'added-a-task-note',
    payload: z.object({ note_id: Uuid, task_id: Uuid, attachment_ids: z.array(Uuid) }),
  },
  'note.removed': {
    audit: 'deleted-a-task-note',
    payload: z.object({ note_id: Uuid, task_id: Uuid, text: z.string().optional() }),
  },
  'tag.added': { audit: 'added-a-tag', payload: z.object({ tag_id: Uuid, name: z.string() }) },
  'tag.removed': { audit: 'removed-a-tag', payload: z.object({ tag_id: Uuid, name: z.string() }) },
  'associate.linked': {
    audit: 'linked-profile',
    payload: z.object({ ...link, task_variant_ids: z.array(Uuid), circular: z.boolean().optional() }),
  },
  'associate.unlinked': { audit: 'unlinked-profile', payload: z.object(link) },
  'key.issued': { audit: null, payload: z.object({ ...key, valid_from: DateTime.optional() }) },
  'key.revoked': { audit: null, payload: z.object({ key_id: Uuid }) },
  'account.settings-changed': {
    audit: null,
    payload: z.object({
      accepts_query_key: z.boolean(),
      unique_customer_ref: z.boolean(),
      unique_associate_ref: z.boolean(),
      calls_per_hour: z.number().int().nullable(),
    }),
  },
} as const satisfies Record<string, FactKind>

/** The name of a kind of fact: `noun.happened`. */
export type FactName = keyof typeof facts

/** What is recorded with a fact of this kind. */
export type FactPayload<K extends FactName> = z.output<(typeof facts)[K]['payload']>

/** A fact of any kind with its payload, told apart by `kind`. */
export type Fact = { [K in FactName]: { readonly kind: K; readonly payload: FactPayload<K> } }[FactName]

/**
 * What the audit calls this fact; null where it does not show it. A task made incomplete again, and what the policy
 * decided by itself, have names of their own.
 */
export function auditActionOf(fact: Fact): AuditAction | null {
  if (fact.kind === 'task.state-changed' && fact.payload.new_state === 'INCOMPLETE')
    return 'uncompleted-a-task'
  if (fact.kind === 'application.status-changed') {
    const { because } = fact.payload
    if (because === 'RISK_LEVEL') return 'risk-auto-reject-application'
    if (because === 'AUTOMATIC_APPROVAL' || because === 'REJECTION_OUTCOME') return 'auto-decision'
  }
  return facts[fact.kind].audit
}
