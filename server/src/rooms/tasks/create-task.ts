import { findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy, PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { type CreateTask, type NewTask, wantedTaskState } from '@drawbridge/schema/task.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { addTasks } from './add-tasks.ts'
import { findTask } from './find-task.ts'
import { changeTaskRow, selectTasks } from './queries.ts'
import { changeTaskState } from './set-task-state.ts'

/**
 * Adds a task by hand; where a live one of the variant exists, this is its new version and the old one expires.
 * Raises `profile.unknown`, `task.unknown-variant`.
 */
export async function createTask(scope: Scope, input: Input<typeof CreateTask>) {
  const profile = await lockProfile(scope, input.profile_id)
  const variant = chosenVariant(await currentPolicy(scope), input.body, profile.entityType)
  await replaceVersions(scope, profile, variant)
  const [taskId = ''] = await addTasks(scope, profile, [variant], scope.actor)
  const state = wantedTaskState({ is_complete: input.body.is_complete })
  if (state !== undefined && state !== 'INCOMPLETE')
    await changeTaskState(scope, profile, await findTask(scope, profile, taskId), state)
  return { profile, taskId }
}

/** Ends the live versions of a task variant, since a newer one takes their place. */
async function replaceVersions(
  scope: Scope,
  profile: ProfileRoot,
  variant: PolicyTaskVariant,
): Promise<void> {
  const tasks = (await selectTasks(scope, [profile])).get(profile.id) ?? []
  for (const task of tasks)
    if (task.variantId === variant.id && task.expiredAt === null)
      await changeTaskRow(scope, profile, {
        ...task,
        expiredAt: scope.now,
        expiryReason: 'NEW_TASK_VERSION',
      })
}

function chosenVariant(policy: Policy, wanted: NewTask, entityType: string): PolicyTaskVariant {
  const variant =
    wanted.variant === undefined
      ? policy.task_variants.find((candidate) => candidate.task_type === wanted.type)
      : findTaskVariant(policy, wanted.variant)
  if (!variant)
    throw new Fault('task.unknown-variant', { pointer: wanted.variant === undefined ? '/type' : '/variant' })
  if (!variant.task_type.startsWith(entityType))
    throw new Fault('task.unknown-variant', {
      message: `The task is not one for profiles of type ${entityType}`,
      pointer: wanted.variant === undefined ? '/type' : '/variant',
    })
  return variant
}
