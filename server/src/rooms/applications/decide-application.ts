import { findProduct } from '@drawbridge/policy/look-up.ts'
import { approvalBlockers, nextStatuses } from '@drawbridge/policy/status.ts'
import type { DecideApplication, Decision } from '@drawbridge/schema/application.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { changeApplication } from './change-application.ts'
import { findApplication } from './find-application.ts'
import type { ApplicationRow } from './queries.ts'
import { readApplications, readCase } from './read-applications.ts'
import { reasonsFor } from './rules-reasons.ts'

/**
 * Approves, rejects or cancels an application, or sends it to review. Raises `profile.unknown`,
 * `application.unknown`, `application.transition`, `application.blocked`, `application.unknown-reason`,
 * `application.reason-required`.
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
  const reasons = await namedReasons(scope, row, input.body)
  // What a person sends to review waits for a person.
  const change = { status, isHeldByPerson: status === 'IN_REVIEW' }
  await changeApplication(scope, profile, row, change, {
    actor: scope.actor,
    comment: comment ?? null,
    reasons,
  })
  return { profileId: profile.id, applicationId: row.id }
}

async function assertApprovable(scope: Scope, profile: ProfileRoot, row: ApplicationRow): Promise<void> {
  const policy = await currentPolicy(scope)
  const read = await readApplications(scope, [profile])
  const blockers = approvalBlockers(await readCase(scope, profile, read), row, policy)
  if (blockers.length === 0) return
  throw new Fault('application.blocked', {
    message: `The application cannot be approved yet: ${blockers.length === 1 ? 'one thing stands' : `${blockers.length} things stand`} against it (see approval_blockers)`,
    info: { approval_blockers: blockers.map((blocker) => blocker.kind) },
  })
}

/** The ids of the reasons that a decision names. */
async function namedReasons(
  scope: Scope,
  row: ApplicationRow,
  { status, reasons = [] }: Decision,
): Promise<string[]> {
  const policy = await currentPolicy(scope)
  const possible = reasonsFor(policy, findProduct(policy, { id: row.productId }), status)
  const isRequired = status === 'REJECTED' && policy.rejections_need_reason && possible.length > 0
  if (isRequired && reasons.length === 0)
    throw new Fault('application.reason-required', {
      message: `A rejection needs at least one of these reasons: ${possible.map((reason) => reason.alias).join(', ')}`,
      pointer: '/reasons',
      info: { reasons: possible.map((reason) => reason.alias) },
    })
  const ids = reasons.map(({ id, alias }, index) => {
    const found = possible.find((reason) =>
      id === undefined ? reason.alias === alias : reason.id === id.toLowerCase(),
    )
    if (!found)
      throw new Fault('application.unknown-reason', {
        message: `The policy has no reason ${id ?? alias} for this decision`,
        pointer: `/reasons/${index}`,
      })
    return found.id
  })
  return [...new Set(ids)]
}
