import type { Input } from '@drawbridge/schema/operation.ts'
import { parseDateTime } from '@drawbridge/schema/scalars.ts'
import type { SetTaskExpiry } from '@drawbridge/schema/task.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile } from '../profile-root/index.ts'
import { findTask } from './find-task.ts'
import { changeTaskRow } from './queries.ts'

/** Sets when a task expires, or brings the default back. Raises `profile.unknown`, `task.unknown`, `task.expired`. */
export async function setTaskExpiry(scope: Scope, input: Input<typeof SetTaskExpiry>) {
  const profile = await lockProfile(scope, input.profile_id)
  const task = await findTask(scope, profile, input.task_id)
  if (task.expiredAt !== null) throw new Fault('task.expired')
  const { expire_at, reason_categories, reason_description } = input.body
  const at = expire_at === null ? null : (parseDateTime(expire_at) ?? null)
  await changeTaskRow(scope, profile, {
    ...task,
    customExpiresAt: at,
    expiryReasons: at === null ? null : reason_categories,
    expiryNote: at === null ? null : (reason_description ?? null),
  })
  scope.record(
    {
      kind: 'task.expiry-changed',
      payload: {
        task_id: task.id,
        task_type: task.type,
        expire_at,
        reason_categories,
        ...(reason_description === undefined ? {} : { reason_description }),
      },
    },
    profile,
  )
  return { profile, taskId: task.id }
}
