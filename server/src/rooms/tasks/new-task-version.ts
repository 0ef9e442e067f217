import { findTaskVariant, namedVariant } from '@drawbridge/policy/look-up.ts'
import type { PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import type { TaskExpiryReason } from '@drawbridge/schema/task.ts'
import type { Actor, Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { addTasks } from './add-tasks.ts'
import { changeTaskRow, selectTasks, type TaskRow } from './queries.ts'

/** Makes a version of a task that takes the place of the live ones of its variant at once. Returns its id. */
export async function replaceTask(
  scope: Scope,
  profile: ProfileRoot,
  variant: PolicyTaskVariant,
  actor: Actor,
): Promise<string> {
  const tasks = (await selectTasks(scope, [profile])).get(profile.id) ?? []
  const live = tasks.filter((task) => task.variantId === variant.id && task.expiredAt === null)
  for (const task of live) await endTask(scope, profile, task, 'NEW_TASK_VERSION', actor)
  const [id = ''] = await addTasks(scope, profile, [variant], actor)
  return id
}

/** Makes the next version of a task that nears its end; the task stays as it is until then. Returns the new id. */
export async function succeedTask(
  scope: Scope,
  profile: ProfileRoot,
  task: TaskRow,
  variant: PolicyTaskVariant,
  actor: Actor,
): Promise<string> {
  const [id = ''] = await addTasks(scope, profile, [variant], actor)
  await changeTaskRow(scope, profile, { ...task, successorId: id })
  return id
}

/** Ends a version of a task of a locked profile: it is read-only and counts no more. */
export async function endTask(
  scope: Scope,
  profile: ProfileRoot,
  task: TaskRow,
  reason: TaskExpiryReason,
  actor: Actor,
): Promise<void> {
  await changeTaskRow(scope, profile, { ...task, expiredAt: scope.now, expiryReason: reason })
  const variant = findTaskVariant(await currentPolicy(scope), { id: task.variantId })
  const payload = { task_id: task.id, task_type: task.type, ...namedVariant(variant), reason }
  scope.record({ kind: 'task.expired', payload }, profile, actor)
}
