import type { AuditItem, ListAuditItems } from '@drawbridge/schema/audit.ts'
import { auditActionOf, type Fact } from '@drawbridge/schema/facts.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { openPayload } from '../../platform/ledger/index.ts'
import type { Scope } from '../../platform/scope.ts'
import { actorNames } from '../accounts/index.ts'
import { getRoot, type ProfileRoot } from '../profile-root/index.ts'
import { presentFact } from './present.ts'
import { type SealedFact, selectFacts } from './queries.ts'

/** What was done on a profile, newest first. Raises `profile.unknown`. */
export async function listAuditItems(
  scope: Scope,
  input: Input<typeof ListAuditItems>,
): Promise<AuditItem[]> {
  const profile = await getRoot(scope, input.profile_id)
  const sealed = await selectFacts(scope, profile.id)
  const names = await actorNames(
    scope,
    sealed.flatMap((row) => row.actorId ?? []),
  )
  return sealed.flatMap((row) => {
    const fact = openFact(scope, profile, row)
    const action = auditActionOf(fact)
    return action === null ? [] : [presentFact(profile.id, row, fact, action, names)]
  })
}

function openFact(scope: Scope, profile: ProfileRoot, row: SealedFact): Fact {
  return { kind: row.kind, payload: openPayload(profile.key, scope.accountId, row.id, row.payload) } as Fact
}
