import type { Input } from '@drawbridge/schema/operation.ts'
import type { ListTasks, TaskResource } from '@drawbridge/schema/task.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectChecks } from '../checks/index.ts'
import { currentPolicy } from '../policies/index.ts'
import { getRoot } from '../profile-root/index.ts'
import { presentTask } from './present.ts'
import { selectTasks } from './queries.ts'

/** The tasks of a profile, oldest first, every version. Raises `profile.unknown`. */
export async function listTasks(scope: Scope, input: Input<typeof ListTasks>): Promise<TaskResource[]> {
  const profile = await getRoot(scope, input.profile_id)
  const [policy, tasks, checks] = await Promise.all([
    currentPolicy(scope),
    selectTasks(scope, [profile]),
    selectChecks(scope, [profile]),
  ])
  const ofProfile = checks.get(profile.id) ?? []
  return (tasks.get(profile.id) ?? []).map((task) => presentTask(task, policy, ofProfile))
}
