import { findTaskVariant, namedVariant } from '@drawbridge/policy/look-up.ts'
import type { TaskState } from '@drawbridge/schema/task.ts'
import type { Actor, Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { changeTaskRow, type TaskRow } from './queries.ts'
import { rowOfState } from './rules.ts'

/** Writes a state of a live task of a locked profile, as set by `actor`. Only the policy is no person here. */
export async function changeTaskState(
  scope: Scope,
  profile: ProfileRoot,
  task: TaskRow,
  state: TaskState,
  actor: Actor,
): Promise<void> {
  const variant = findTaskVariant(await currentPolicy(scope), { id: task.variantId })
  const set = { at: scope.now, byPerson: actor.kind !== 'policy' }
  await changeTaskRow(scope, profile, { ...task, ...rowOfState(state, variant, set) })
  const payload = {
    task_id: task.id,
    task_type: task.type,
    ...namedVariant(variant),
    old_state: task.state,
    new_state: state,
  }
  scope.record({ kind: 'task.state-changed', payload }, profile, actor)
}
