import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { selectTasks, type TaskRow } from './queries.ts'

/** A task of the profile. Raises `task.unknown`. */
export async function findTask(scope: Scope, profile: ProfileRoot, taskId: string): Promise<TaskRow> {
  const tasks = (await selectTasks(scope, [profile])).get(profile.id) ?? []
  const task = tasks.find((candidate) => candidate.id === taskId.toLowerCase())
  if (!task) throw new Fault('task.unknown')
  return task
}
