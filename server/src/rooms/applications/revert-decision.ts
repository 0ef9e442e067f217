import { findTaskVariant } from '@drawbridge/policy/look-up.ts'
import { screenedEvents } from '@drawbridge/policy/task-types.ts'
import type { RevertDecision } from '@drawbridge/schema/application.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { replaceTask, selectTasks } from '../tasks/index.ts'
import { changeApplication, recordReverted } from './change-application.ts'
import { findApplication } from './find-application.ts'
import type { ApplicationRow } from './queries.ts'
import { selectHistory } from './queries-history.ts'
import { statusBeforeDecision } from './rules.ts'

/**
 * Takes the last decision back: the same application has the status it had before (5.7). Raises
 * `profile.unknown`, `application.unknown`, `application.transition` when nothing was decided.
 */
export async function revertDecision(scope: Scope, input: Input<typeof RevertDecision>) {
  const profile = await lockProfile(scope, input.profile_id)
  const row = await findApplication(scope, profile, input.application_id)
  const history = (await selectHistory(scope, [profile])).get(row.id) ?? []
  const before = statusBeforeDecision(history)
  if (before === null)
    throw new Fault('application.transition', {
      message: `There is no decision to revert: the application is ${row.status}`,
    })
  const comment = input.body?.comment
  await recordReverted(scope, profile, row, comment)
  await changeApplication(
    scope,
    profile,
    row,
    { status: before, isHeldByPerson: true },
    { actor: scope.actor, comment: comment ?? null, reasons: [] },
  )
  if (row.status !== 'APPROVED') await renewScreening(scope, profile, row)
  return { profileId: profile.id, applicationId: row.id }
}

/** While an application was ended nobody looked for new matches: its screening tasks begin anew (1.2). */
async function renewScreening(scope: Scope, profile: ProfileRoot, row: ApplicationRow): Promise<void> {
  const policy = await currentPolicy(scope)
  const tasks = (await selectTasks(scope, [profile])).get(profile.id) ?? []
  const live = new Set(tasks.filter((task) => task.expiredAt === null).map((task) => task.variantId))
  for (const id of row.requiredVariants) {
    const variant = findTaskVariant(policy, { id })
    if (variant && live.has(id) && screenedEvents(variant.task_type).length > 0)
      await replaceTask(scope, profile, variant, scope.actor)
  }
}
