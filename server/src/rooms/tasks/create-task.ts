import { findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy, PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import { entityTypeOf } from '@drawbridge/policy/task-types.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import { type CreateTask, type NewTask, wantedTaskState } from '@drawbridge/schema/task.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfile } from '../profile-root/index.ts'
import { attachChecks } from './attach-checks.ts'
import { changeTaskState } from './change-task-state.ts'
import { findTask } from './find-task.ts'
import { replaceTask } from './new-task-version.ts'

/**
 * Adds a task by hand; where a live one of the variant exists, this is its new version and the old one expires. Checks
 * named with it are for it as well. Raises `profile.unknown`, `task.unknown-variant`, `check.unknown`.
 */
export async function createTask(scope: Scope, input: Input<typeof CreateTask>) {
  const profile = await lockProfile(scope, input.profile_id)
  const variant = chosenVariant(await currentPolicy(scope), input.body, profile.entityType)
  const taskId = await replaceTask(scope, profile, variant, scope.actor)
  await attachChecks(scope, profile, taskId, input.body.check_ids)
  const state = wantedTaskState({ is_complete: input.body.is_complete })
  if (state !== undefined && state !== 'INCOMPLETE')
    await changeTaskState(scope, profile, await findTask(scope, profile, taskId), state, scope.actor)
  return { profile, taskId }
}

function chosenVariant(policy: Policy, wanted: NewTask, entityType: EntityType): PolicyTaskVariant {
  const variant =
    wanted.variant === undefined
      ? policy.task_variants.find((candidate) => candidate.task_type === wanted.type)
      : findTaskVariant(policy, wanted.variant)
  if (!variant)
    throw new Fault('task.unknown-variant', { pointer: wanted.variant === undefined ? '/type' : '/variant' })
  if (entityTypeOf(variant.task_type) !== entityType)
    throw new Fault('task.unknown-variant', {
      message: `The task is not one for profiles of type ${entityType}`,
      pointer: wanted.variant === undefined ? '/type' : '/variant',
    })
  return variant
}
