import { findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { type SetTaskState, type TaskState, wantedTaskState } from '@drawbridge/schema/task.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { findTask } from './find-task.ts'
import { changeTaskRow, type TaskRow } from './queries.ts'
import { stateSetByPerson } from './rules.ts'

/** Completes a task or sets it back (R25). Raises `profile.unknown`, `task.unknown`, `task.expired`. */
export async function setTaskState(scope: Scope, input: Input<typeof SetTaskState>) {
  const profile = await lockProfile(scope, input.profile_id)
  const task = await findTask(scope, profile, input.task_id)
  const state = wantedTaskState(input.body)
  if (state !== undefined && state !== task.state) {
    if (task.expiredAt !== null) throw new Fault('task.expired')
    await changeTaskState(scope, profile, task, state)
  }
  return { profile, taskId: task.id }
}

/** Writes a state that a person or a system set on a live task. */
export async function changeTaskState(
  scope: Scope,
  profile: ProfileRoot,
  task: TaskRow,
  state: TaskState,
): Promise<void> {
  const variant = findTaskVariant(await currentPolicy(scope), { id: task.variantId })
  await changeTaskRow(scope, profile, { ...task, ...stateSetByPerson(state, variant, scope.now) })
  const named = variant && { variant: { id: variant.id, alias: variant.alias, name: variant.name } }
  scope.record(
    {
      kind: 'task.state-changed',
      payload: { task_id: task.id, task_type: task.type, ...named, old_state: task.state, new_state: state },
    },
    profile,
  )
}
