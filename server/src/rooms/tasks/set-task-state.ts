import type { Input } from '@drawbridge/schema/operation.ts'
import { type SetTaskState, wantedTaskState } from '@drawbridge/schema/task.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile } from '../profile-root/index.ts'
import { attachChecks } from './attach-checks.ts'
import { changeTaskState } from './change-task-state.ts'
import { findTask } from './find-task.ts'

/**
 * Completes a task or sets it back (R25), and says which checks are for it as well. Raises `profile.unknown`,
 * `task.unknown`, `task.expired`, `check.unknown`.
 */
export async function setTaskState(scope: Scope, input: Input<typeof SetTaskState>) {
  const profile = await lockProfile(scope, input.profile_id)
  const task = await findTask(scope, profile, input.task_id)
  await attachChecks(scope, profile, task.id, input.body.check_ids)
  const state = wantedTaskState(input.body)
  if (state !== undefined && state !== task.state) {
    if (task.expiredAt !== null || task.successorId !== null) throw new Fault('task.expired')
    await changeTaskState(scope, profile, task, state, scope.actor)
  }
  return { profile, taskId: task.id }
}
