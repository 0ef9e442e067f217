import type { RevertDecision } from '@drawbridge/schema/application.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile } from '../profile-root/index.ts'
import { changeApplication, recordReverted } from './change-application.ts'
import { findApplication } from './find-application.ts'
import { selectHistory } from './queries.ts'
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
    { status: before },
    { actor: scope.actor, comment: comment ?? null, reasons: [] },
  )
  return { profileId: profile.id, applicationId: row.id }
}
