import type { AuditItem, ListAuditItems } from '@drawbridge/schema/audit.ts'
import { auditActionOf } from '@drawbridge/schema/facts.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { actorNames } from '../accounts/index.ts'
import { getRoot } from '../profile-root/index.ts'
import { presentFact } from './present.ts'
import { selectFacts } from './queries.ts'

/** What was done on a profile, newest first. Raises `profile.unknown`. */
export async function listAuditItems(
  scope: Scope,
  input: Input<typeof ListAuditItems>,
): Promise<AuditItem[]> {
  const profile = await getRoot(scope, input.profile_id)
  const facts = await selectFacts(scope, profile)
  const names = await actorNames(
    scope,
    facts.flatMap((fact) => fact.actorId ?? []),
  )
  return facts.flatMap((fact) => {
    const action = auditActionOf(fact.fact)
    return action === null ? [] : [presentFact(profile.id, fact, action, names)]
  })
}
