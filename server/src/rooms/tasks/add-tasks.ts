import type { PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import type { Actor, Scope } from '../../platform/scope.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { addTaskRows, selectTasks, type TaskRow } from './queries.ts'
import { rowOfState } from './rules.ts'

/** Adds tasks of these variants to a locked profile, as wanted by `actor`. Returns their ids. */
export async function addTasks(
  scope: Scope,
  profile: ProfileRoot,
  variants: readonly PolicyTaskVariant[],
  actor: Actor,
): Promise<string[]> {
  const skipped = await skippedVariants(scope, profile, variants)
  const tasks = variants.map((variant) => newTask(scope, profile, variant, skipped.has(variant.id)))
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

/** The variants whose first version is not asked for, where this is the first. */
async function skippedVariants(
  scope: Scope,
  profile: ProfileRoot,
  variants: readonly PolicyTaskVariant[],
): Promise<ReadonlySet<string>> {
  const skipping = variants.filter((variant) => variant.skip_first_version)
  if (skipping.length === 0) return new Set()
  const present = ((await selectTasks(scope, [profile])).get(profile.id) ?? []).map((task) => task.variantId)
  return new Set(skipping.map((variant) => variant.id).filter((id) => !present.includes(id)))
}

function newTask(
  scope: Scope,
  profile: ProfileRoot,
  variant: PolicyTaskVariant,
  isSkipped: boolean,
): TaskRow {
  const set = { at: scope.now, byPerson: false }
  return {
    profileId: profile.id,
    id: scope.newId(),
    variantId: variant.id,
    type: variant.task_type,
    createdAt: scope.now,
    ...rowOfState(isSkipped ? 'COMPLETED_PASS' : 'INCOMPLETE', variant, set),
    customExpiresAt: null,
    expiryReasons: null,
    expiryNote: null,
    expiredAt: null,
    expiryReason: null,
    successorId: null,
    isSkipped,
  }
}
