import { diffPolicies } from '@drawbridge/policy/diff-policies.ts'
import type { Output } from '@drawbridge/schema/operation.ts'
import type { DiffPolicyDraft, ValidatePolicyDraft } from '@drawbridge/schema/policies.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { Scope } from '../../platform/scope.ts'
import { actorNames } from '../accounts/index.ts'
import { faultsOfPolicy } from './check-policy.ts'
import { currentPolicy } from './current-policy.ts'
import { readDraft } from './draft.ts'
import { presentActor } from './present.ts'

/** Everything that stands in the way of publishing the draft. Raises `policy.draft-missing`. */
export async function validateDraft(scope: Scope): Promise<Output<typeof ValidatePolicyDraft>> {
  const faults = await faultsOfPolicy(scope, (await readDraft(scope)).policy)
  return { is_valid: faults.length === 0, faults: [...faults] }
}

/** What the draft would change of the policy in force. Raises `policy.draft-missing`. */
export async function diffDraft(scope: Scope): Promise<Output<typeof DiffPolicyDraft>> {
  const { row, policy } = await readDraft(scope)
  const inForce = await currentPolicy(scope)
  const names = await actorNames(scope, row.actorId === null ? [] : [row.actorId])
  return {
    version_in_force: inForce.version,
    saved_at: formatDateTime(row.savedAt),
    saved_by: presentActor(row, names),
    changes: diffPolicies(inForce, policy).map((change) => ({ ...change, fields: [...change.fields] })),
  }
}
