import type { Policy } from '@drawbridge/policy/policy.ts'
import { validatePolicy } from '@drawbridge/policy/validate-policy.ts'
import type { PolicyFault } from '@drawbridge/schema/policies.ts'
import { Fault, Faults } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from './current-policy.ts'
import { selectPublishedReasons } from './queries-versions.ts'
import { renamedReasons } from './rules-ids.ts'

/** Everything that stands in the way of publishing this policy; nothing when it may be published. */
export async function faultsOfPolicy(scope: Scope, policy: Policy): Promise<readonly PolicyFault[]> {
  const inForce = await currentPolicy(scope)
  const published = [...inForce.decision_reasons, ...(await selectPublishedReasons(scope))]
  const renamed = renamedReasons(policy, published).map(({ index, alias }) => ({
    code: 'DECISION_REASON_ALIAS_FIXED',
    message: `The alias of a decision reason is fixed once it exists: it is ${alias}`,
    pointer: `/decision_reasons/${index}/alias`,
  }))
  return [...validatePolicy(policy).faults, ...renamed]
}

/** Raises `policy.invalid`, once for everything that stands in the way of publishing this policy. */
export async function assertPublishable(scope: Scope, policy: Policy): Promise<void> {
  const faults = await faultsOfPolicy(scope, policy)
  if (faults.length > 0)
    throw new Faults(
      faults.map(
        ({ code, message, pointer }) =>
          new Fault('policy.invalid', { message, pointer, info: { fault: code } }),
      ),
    )
}
