import { outcomeOf } from '@drawbridge/policy/check-outcome.ts'
import type { PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import type { Actor, Scope } from '../../platform/scope.ts'
import { thePlatform } from '../../platform/scope.ts'
import type { ProviderError, ProviderOutput } from '../../provider-kit/provider.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { type CheckOutput, type CheckRow, changeCheckRow } from './queries.ts'
import { foundAssociates, toldCheck } from './rules.ts'

/** Ends a check of a locked profile with its last answer, once: one that is COMPLETE stays as it is. */
export async function completeCheck(
  scope: Scope,
  profile: ProfileRoot,
  check: CheckRow,
  variant: PolicyCheckVariant | undefined,
  answer: ProviderOutput,
): Promise<void> {
  if (check.state === 'COMPLETE') return
  const { result, decision } = outcomeOf(check.checkType, answer, variant)
  const output = shownOutput(answer)
  const whole: CheckRow = {
    ...check,
    state: 'COMPLETE',
    result,
    decision,
    foundAssociates: foundAssociates(check.checkType, output),
    startedAt: check.startedAt ?? scope.now,
    completedAt: scope.now,
  }
  await changeCheckRow(scope, profile, whole, { output: contentOf(answer, output), errors: answer.errors })
  recordCompleted(scope, profile, whole, variant, thePlatform)
}

/** Ends a check of a locked profile since something could not be done. */
export async function completeWithError(
  scope: Scope,
  profile: ProfileRoot,
  check: CheckRow,
  variant: PolicyCheckVariant | undefined,
  error: ProviderError,
): Promise<void> {
  const nothing = { output: null, result: null, warnings: [], charges: [], externalResources: [] }
  await completeCheck(scope, profile, check, variant, { ...nothing, errors: [error] })
}

/** What the output is; of a custom check without one, the provider's words about its decision. */
function shownOutput({ output, result }: ProviderOutput): Readonly<Record<string, unknown>> | null {
  if (output !== null || result === null || typeof result === 'string') return output
  return { result: { ...result } }
}

function contentOf(answer: ProviderOutput, output: CheckOutput['output']): CheckOutput {
  return {
    output,
    externalResources: answer.externalResources.map((resource) => ({ ...resource })),
    warnings: answer.warnings.map((warning) => ({ ...warning })),
    charges: answer.charges.map((charge) => ({ ...charge })),
    ...(answer.providerData === undefined ? {} : { providerData: answer.providerData }),
  }
}

/** Records that a check is COMPLETE; whatever follows from that reacts to it. */
export function recordCompleted(
  scope: Scope,
  profile: ProfileRoot,
  check: CheckRow,
  variant: PolicyCheckVariant | undefined,
  actor: Actor,
): void {
  const payload = {
    ...toldCheck(check, variant),
    ...(check.result === null ? {} : { result: check.result }),
    decision: check.decision ?? 'ERROR',
    provider_names: check.providers.map((provider) => provider.provider_name),
  }
  scope.record({ kind: 'check.completed', payload }, profile, actor)
}
