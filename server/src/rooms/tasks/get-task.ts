import type { Input } from '@drawbridge/schema/operation.ts'
import type { GetTask, TaskResource } from '@drawbridge/schema/task.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { getRoot, type ProfileRoot } from '../profile-root/index.ts'
import { findTask } from './find-task.ts'
import { presentTask } from './present.ts'

/** One task. Raises `profile.unknown`, `task.unknown`. */
export async function getTask(scope: Scope, input: Input<typeof GetTask>): Promise<TaskResource> {
  return showTask(scope, { profile: await getRoot(scope, input.profile_id), taskId: input.task_id })
}

/** A task as it stands now. */
export async function showTask(
  scope: Scope,
  at: { profile: ProfileRoot; taskId: string },
): Promise<TaskResource> {
  return presentTask(await findTask(scope, at.profile, at.taskId), await currentPolicy(scope))
}
