import { checkTypes } from '@drawbridge/policy/check-types.ts'
import type { ApproveCheck, CheckResult, RejectCheck } from '@drawbridge/schema/check.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile } from '../profile-root/index.ts'
import { findCheck, variantOf } from './find-check.ts'
import { selectContents } from './queries.ts'
import { storeResult } from './store-result.ts'

/** Makes a new check that passes by hand. Raises `profile.unknown`, `check.unknown`, `check.not-complete`. */
export function approveCheck(scope: Scope, input: Input<typeof ApproveCheck>) {
  return judge(scope, input, ['Pass', '2+2', 'Completed'])
}

/** Makes a new check that fails by hand. Raises `profile.unknown`, `check.unknown`, `check.not-complete`. */
export function rejectCheck(scope: Scope, input: Input<typeof RejectCheck>) {
  return judge(scope, input, ['Fail', 'Refer', 'Error'])
}

/** The new check is of the same type, for the same tasks, on the same input and output; the old one stays. */
async function judge(
  scope: Scope,
  input: { readonly profile_id: string; readonly check_id: string },
  results: readonly CheckResult[],
) {
  const profile = await lockProfile(scope, input.profile_id)
  const check = await findCheck(scope, profile, input.check_id)
  if (check.state !== 'COMPLETE') throw new Fault('check.not-complete')
  const content = (await selectContents(scope, profile, [check.id])).get(check.id)
  if (!content) throw new Fault('check.unknown')
  const possible: readonly CheckResult[] = checkTypes[check.checkType].results
  const checkId = await storeResult(scope, profile, {
    checkType: check.checkType,
    variant: await variantOf(scope, check),
    taskIds: check.taskIds,
    result: results.find((result) => possible.includes(result)) ?? results[0] ?? 'Error',
    output: content.output?.output ?? null,
    input: content.input,
    instructedExternally: false,
  })
  return { profileId: profile.id, checkId, waits: false }
}
