import { approvalBlockers, nextStatuses } from '@drawbridge/policy/status.ts'
import type { DecideApplication } from '@drawbridge/schema/application.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { selectTasks } from '../tasks/index.ts'
import { changeApplication } from './change-application.ts'
import { findApplication } from './find-application.ts'
import { type ApplicationRow, selectApplications } from './queries.ts'
import { caseOf } from './rules.ts'

/**
 * Approves, rejects or cancels an application, or sends it to review. Raises `profile.unknown`,
 * `application.unknown`, `application.transition`, `application.blocked`.
 */
export async function decideApplication(scope: Scope, input: Input<typeof DecideApplication>) {
  const profile = await lockProfile(scope, input.profile_id)
  const row = await findApplication(scope, profile, input.application_id)
  const { status, comment } = input.body
  const next = nextStatuses(row.status)
  if (!next.includes(status))
    throw new Fault('application.transition', {
      message: `An application that is ${row.status} ${next.length === 0 ? 'stays so, unless its decision is reverted' : `can become ${next.join(' or ')}`}, not ${status}`,
      pointer: '/status',
    })
  if (status === 'APPROVED') await assertApprovable(scope, profile, row)
  await changeApplication(
    scope,
    profile,
    row,
    { status },
    { actor: scope.actor, comment: comment ?? null, reasons: [] },
  )
  return { profileId: profile.id, applicationId: row.id }
}

async function assertApprovable(scope: Scope, profile: ProfileRoot, row: ApplicationRow): Promise<void> {
  const applications = (await selectApplications(scope, [profile])).get(profile.id) ?? []
  const tasks = (await selectTasks(scope, [profile])).get(profile.id) ?? []
  const blockers = approvalBlockers(caseOf(profile, { applications, tasks }), row)
  if (blockers.length === 0) return
  throw new Fault('application.blocked', {
    message: `The application cannot be approved yet: ${blockers.length === 1 ? 'one thing stands' : `${blockers.length} things stand`} against it (see approval_blockers)`,
    info: { approval_blockers: blockers.map((blocker) => blocker.kind) },
  })
}
