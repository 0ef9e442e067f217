import type { Input } from '@drawbridge/schema/operation.ts'
import { type SetTaskState, wantedTaskState } from '@drawbridge/schema/task.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile } from '../profile-root/index.ts'
import { changeTaskState } from './change-task-state.ts'
import { findTask } from './find-task.ts'

/** Completes a task or sets it back (R25). Raises `profile.unknown`, `task.unknown`, `task.expired`. */
export async function setTaskState(scope: Scope, input: Input<typeof SetTaskState>) {
  const profile = await lockProfile(scope, input.profile_id)
  const task = await findTask(scope, profile, input.task_id)
  const state = wantedTaskState(input.body)
  if (state !== undefined && state !== task.state) {
    if (task.expiredAt !== null || task.successorId !== null) throw new Fault('task.expired')
    await changeTaskState(scope, profile, task, state, scope.actor)
  }
  return { profile, taskId: task.id }
}
