import type { FactName } from '@drawbridge/schema/facts.ts'
import type { Scope } from '../../platform/scope.ts'

/** A fact about a profile, its payload still sealed. */
export interface SealedFact {
  readonly id: string
  readonly kind: FactName
  readonly actorKind: string
  readonly actorId: string | null
  readonly at: Date
  /** The chain hash; null until the sequencer has laid it. */
  readonly hash: Buffer | null
  readonly payload: Buffer
}

/** The facts about a profile, newest first. */
export async function selectFacts(scope: Scope, profileId: string): Promise<SealedFact[]> {
  const { rows } = await scope.query<SealedFact>(
    `select id, kind, actor_kind as "actorKind", actor_id as "actorId", at, hash, payload
     from fact where account_id = $1 and profile_id = $2 order by seq desc`,
    [scope.accountId, profileId],
  )
  return rows
}
