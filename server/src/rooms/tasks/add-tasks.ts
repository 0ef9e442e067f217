import type { PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import type { Actor, Scope } from '../../platform/scope.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { addTaskRows, type TaskRow } from './queries.ts'

/** Adds incomplete tasks of these variants to a locked profile, as wanted by `actor`. Returns their ids. */
export async function addTasks(
  scope: Scope,
  profile: ProfileRoot,
  variants: readonly PolicyTaskVariant[],
  actor: Actor,
): Promise<string[]> {
  const tasks = variants.map((variant) => newTask(scope, profile, variant))
  await addTaskRows(scope, profile, tasks)
  for (const [index, { id, type }] of tasks.entries()) {
    const variant = variants[index]
    if (!variant) continue
    const named = { id: variant.id, alias: variant.alias, name: variant.name }
    const payload = { task_id: id, task_type: type, variant: named }
    scope.record({ kind: 'task.added', payload }, profile, actor)
  }
  return tasks.map((task) => task.id)
}

function newTask(scope: Scope, profile: ProfileRoot, variant: PolicyTaskVariant): TaskRow {
  return {
    profileId: profile.id,
    id: scope.newId(),
    variantId: variant.id,
    type: variant.task_type,
    state: 'INCOMPLETE',
    heldByPerson: false,
    createdAt: scope.now,
    completedAt: null,
    defaultExpiresAt: null,
    customExpiresAt: null,
    expiryReasons: null,
    expiryNote: null,
    expiredAt: null,
    expiryReason: null,
  }
}
