import type { AttachCheck } from '@drawbridge/schema/check.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { findCheck, variantOf } from './find-check.ts'
import { changeCheckRow } from './queries.ts'
import { toldCheck } from './rules.ts'
import { assertTasks } from './run-check.ts'

/** Says which tasks a check is for. Raises `profile.unknown`, `check.unknown`, `task.unknown`, `task.expired`. */
export async function attachCheck(scope: Scope, input: Input<typeof AttachCheck>) {
  const profile = await lockProfile(scope, input.profile_id)
  const taskIds = await assertTasks(scope, profile, input.body.task_ids)
  await attachToTasks(scope, profile, input.check_id, taskIds)
  return { profileId: profile.id, checkId: input.check_id }
}

/** Makes a check of a locked profile one for these tasks of it, in the place of those before. Raises `check.unknown`. */
export async function attachToTasks(
  scope: Scope,
  profile: ProfileRoot,
  checkId: string,
  taskIds: readonly string[],
): Promise<void> {
  const check = await findCheck(scope, profile, checkId)
  const isSame = check.taskIds.length === taskIds.length && taskIds.every((id) => check.taskIds.includes(id))
  if (isSame) return
  await changeCheckRow(scope, profile, { ...check, taskIds })
  const variant = await variantOf(scope, check)
  scope.record({ kind: 'check.attached', payload: toldCheck({ ...check, taskIds }, variant) }, profile)
}
