import { z } from 'zod'
import { operation } from './operation.ts'
import { DateTime, Uuid } from './scalars.ts'
import { User } from './user.ts'

/** What an audit item says was done. */
export const AuditAction = z.enum([
  'added-a-tag',
  'added-a-task',
  'added-product',
  'attach-file',
  'auto-decision',
  'risk-auto-reject-application',
  'comment',
  'completed-a-task',
  'completed-stage',
  'created-profile',
  'download-audit-file',
  'download-audit-report',
  'downloaded-a-document',
  'event-resolution',
  'instructed-check',
  'linked-profile',
  'manual-decision',
  'profile-application-status-changed',
  'removed-a-tag',
  'replace-collected-data',
  'requested-data',
  'revert-decision',
  'sanctions-false-positive',
  'submitted-data',
  'uncompleted-a-task',
  'unlinked-profile',
  'updated-check',
  'uploaded-a-document',
  'view',
  'viewed-profile',
  'event-bulk-resolution',
  'added-a-task-note',
  'deleted-a-task-note',
  'added-a-file',
  'application-assignment-created',
  'application-assignment-deleted',
  'application-assignment-reassigned',
  'comment-deleted',
  'added-event',
  'profile-status-changed',
  'sanctions-whitelist',
  'origin-profile-changed',
  'affiliate-added',
  'affiliate-removed',
])
export type AuditAction = z.infer<typeof AuditAction>

/** One line of a profile's audit. `timestamp` is in Unix seconds; `profileID` is spelt as the contract spells it. */
export const AuditItem = z
  .object({
    id: Uuid,
    profileID: Uuid,
    action: AuditAction,
    user: User.nullable(),
    apikey: z.object({ name: z.string().optional(), expiry: DateTime.optional() }).nullish(),
    timestamp: z.number(),
    message: z.string().nullable(),
    ref_data: z.looseObject({}).nullable(),
    filename: z.string().nullable(),
    filehash: z.string().nullish(),
    signature: z.string().nullable(),
  })
  .meta({ id: 'AuditItem' })
export type AuditItem = z.infer<typeof AuditItem>

export const ListAuditItems = operation({
  name: 'ListAuditItems',
  summary: 'Lists what was done on a profile, and by whom',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/audit-items',
  may: 'READ_PROFILE',
  params: z.object({ profile_id: Uuid }),
  output: z.array(AuditItem),
})
