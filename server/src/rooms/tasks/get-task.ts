import type { Input } from '@drawbridge/schema/operation.ts'
import type { GetTask, TaskResource } from '@drawbridge/schema/task.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectChecks } from '../checks/index.ts'
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
  { profile, taskId }: { profile: ProfileRoot; taskId: string },
): Promise<TaskResource> {
  const [task, policy, checks] = await Promise.all([
    findTask(scope, profile, taskId),
    currentPolicy(scope),
    selectChecks(scope, [profile]),
  ])
  return presentTask(task, policy, checks.get(profile.id) ?? [])
}
