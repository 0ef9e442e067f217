import type { Scope } from '../../platform/scope.ts'
import { attachToTasks, selectChecks } from '../checks/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'

/** Makes checks of a locked profile ones for this task as well; those it has already stay. Raises `check.unknown`. */
export async function attachChecks(
  scope: Scope,
  profile: ProfileRoot,
  taskId: string,
  checkIds: readonly string[] = [],
): Promise<void> {
  if (checkIds.length === 0) return
  const checks = (await selectChecks(scope, [profile])).get(profile.id) ?? []
  const taskIdsOf = new Map(checks.map((check) => [check.id, check.taskIds]))
  for (const id of new Set(checkIds.map((checkId) => checkId.toLowerCase()))) {
    const taskIds = taskIdsOf.get(id) ?? []
    if (!taskIds.includes(taskId)) await attachToTasks(scope, profile, id, [...taskIds, taskId])
  }
}
