import { decisionOf } from '@drawbridge/policy/check-outcome.ts'
import type { PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import type { CheckResult, CheckType } from '@drawbridge/schema/check.ts'
import type { Scope } from '../../platform/scope.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { recordCompleted } from './complete-check.ts'
import { recordInstructed } from './instruct-check.ts'
import { addCheckRow, type CheckInput, type CheckRow } from './queries.ts'
import { foundAssociates } from './rules.ts'

/** A check whose result is known already: from elsewhere, or by a person's word. */
export interface KnownResult {
  readonly checkType: CheckType
  readonly variant: PolicyCheckVariant | undefined
  readonly taskIds: readonly string[]
  readonly result: CheckResult
  readonly output: Readonly<Record<string, unknown>> | null
  readonly input: CheckInput
  readonly instructedExternally: boolean
}

/** Adds a check that is COMPLETE from the start to a locked profile. Returns its id. */
export async function storeResult(scope: Scope, profile: ProfileRoot, known: KnownResult): Promise<string> {
  const { checkType, variant, taskIds, result, output, input, instructedExternally } = known
  const check: CheckRow = {
    profileId: profile.id,
    id: scope.newId(),
    checkType,
    variantId: variant?.id ?? null,
    state: 'COMPLETE',
    result,
    decision: decisionOf(result, variant),
    taskIds,
    isAutomatic: false,
    instructedExternally,
    foundAssociates: foundAssociates(checkType, output),
    instructedAt: scope.now,
    startedAt: scope.now,
    completedAt: scope.now,
    providers: [],
  }
  const content = { input, output: { output, externalResources: [], warnings: [], charges: [] }, errors: [] }
  await addCheckRow(scope, profile, check, content)
  recordInstructed(scope, profile, check, variant, scope.actor)
  recordCompleted(scope, profile, check, variant, scope.actor)
  return check.id
}
