import { findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy, PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import type { NoteResource } from '@drawbridge/schema/note.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { TaskResource, TaskVariant } from '@drawbridge/schema/task.ts'
import type { Scope } from '../../platform/scope.ts'
import { actorNames } from '../accounts/index.ts'
import type { CheckRow } from '../checks/index.ts'
import type { TaskRow } from './queries.ts'
import type { NoteRow } from './queries-notes.ts'
import { needsAutomation, willExpireAt } from './rules.ts'

/** A task variant as the contract shows it. */
export function presentVariant(variant: PolicyTaskVariant): TaskVariant {
  const { id, alias, name, description, task_type } = variant
  return { id, alias, name, description, task_type }
}

/** A task as the contract shows it, with the checks of its profile that were run for it. */
export function presentTask(task: TaskRow, policy: Policy, checks: readonly CheckRow[]): TaskResource {
  const variant = findTaskVariant(policy, { id: task.variantId })
  const expiresAt = willExpireAt(task)
  const checkIds = checks.filter((check) => check.taskIds.includes(task.id)).map((check) => check.id)
  return {
    id: task.id,
    type: task.type,
    ...(variant === undefined ? {} : { variant: presentVariant(variant) }),
    state: task.state,
    is_complete: task.state === 'COMPLETED_PASS',
    is_deleted: false,
    is_expired: task.expiredAt !== null,
    is_skipped: task.isSkipped,
    creation_date: formatDateTime(task.createdAt),
    check_ids: checkIds,
    form_instance_ids: [],
    needs_check_automation: needsAutomation(task, variant, checkIds),
    nearing_expiry: task.successorId !== null && task.expiredAt === null,
    ...(task.expiredAt === null ? {} : { expired_at: formatDateTime(task.expiredAt) }),
    ...(task.expiryReason === null ? {} : { expiry_reason: task.expiryReason }),
    ...(expiresAt === null
      ? {}
      : { will_expire_at: formatDateTime(expiresAt), expiry_date: formatDateTime(expiresAt) }),
    ...presentExpiry(task),
  }
}

function presentExpiry(task: TaskRow): Partial<TaskResource> {
  const standard =
    task.defaultExpiresAt === null ? {} : { default_expiry_date: formatDateTime(task.defaultExpiresAt) }
  if (task.customExpiresAt === null) return standard
  return {
    ...standard,
    custom_expiry: {
      ...standard,
      expiry_at: formatDateTime(task.customExpiresAt),
      reason_categories: [...(task.expiryReasons ?? [])],
      ...(task.expiryNote === null ? {} : { reason_description: task.expiryNote }),
    },
  }
}

/** Notes as the contract shows them, with the names of who wrote them. */
export async function presentNotes(scope: Scope, notes: readonly NoteRow[]): Promise<NoteResource[]> {
  const names = await actorNames(
    scope,
    notes.flatMap((note) => note.authorId ?? []),
  )
  return notes.map((note) => {
    const name = (note.authorId === null ? undefined : names.get(note.authorId)) ?? 'Drawbridge'
    return {
      id: note.id,
      ...(note.content.text === undefined ? {} : { text: note.content.text }),
      attachments: note.content.attachments.map((file) => ({ ...file })),
      created_on: formatDateTime(note.createdAt),
      author_name: name,
      author_name_customised: false,
      ...(note.authorId === null ? {} : { author: { id: note.authorId, name } }),
    }
  })
}
