import { decisionOf } from '@drawbridge/policy/check-outcome.ts'
import { checkTypes } from '@drawbridge/policy/check-types.ts'
import type { ApproveCheck, CheckDecision, CheckResult, RejectCheck } from '@drawbridge/schema/check.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile } from '../profile-root/index.ts'
import { findCheck, variantOf } from './find-check.ts'
import { selectContents } from './queries.ts'
import { storeResult } from './store-result.ts'

/** Makes a new check that passes by hand. Raises `profile.unknown`, `check.unknown`, `check.not-complete`. */
export function approveCheck(scope: Scope, input: Input<typeof ApproveCheck>) {
  return judge(scope, input, ['Pass', '2+2', 'Completed'], () => true)
}

/** Makes a new check that fails by hand, also where the policy calls such a result a pass. Raises `profile.unknown`, `check.unknown`, `check.not-complete`. */
export function rejectCheck(scope: Scope, input: Input<typeof RejectCheck>) {
  return judge(scope, input, ['Fail', 'Refer', 'Error'], (decision) => decision !== 'PASS')
}

/** The new check is of the same type, for the same tasks, on the same input and output; the old one stays. */
async function judge(
  scope: Scope,
  input: { readonly profile_id: string; readonly check_id: string },
  results: readonly CheckResult[],
  fits: (decision: CheckDecision) => boolean,
) {
  const profile = await lockProfile(scope, input.profile_id)
  const check = await findCheck(scope, profile, input.check_id)
  if (check.state !== 'COMPLETE') throw new Fault('check.not-complete')
  const content = (await selectContents(scope, profile, [check.id])).get(check.id)
  if (!content) throw new Fault('check.unknown')
  const variant = await variantOf(scope, check)
  const possible: readonly CheckResult[] = checkTypes[check.checkType].results
  const checkId = await storeResult(scope, profile, {
    checkType: check.checkType,
    variant,
    taskIds: check.taskIds,
    result:
      results.find((result) => possible.includes(result) && fits(decisionOf(result, variant))) ?? 'Error',
    output: content.output?.output ?? null,
    input: content.input,
    instructedExternally: false,
  })
  return { profileId: profile.id, checkId, waits: false }
}
