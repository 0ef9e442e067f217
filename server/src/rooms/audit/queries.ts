import type { Fact } from '@drawbridge/schema/facts.ts'
import { openPayload } from '../../platform/ledger/index.ts'
import type { Scope } from '../../platform/scope.ts'
import type { ProfileRoot } from '../profile-root/index.ts'

/** A fact about a profile, opened. */
export interface ProfileFact {
  readonly id: string
  readonly actorKind: string
  readonly actorId: string | null
  readonly at: Date
  /** The place in the chain and its hash; null until the sequencer has laid them. */
  readonly position: bigint | null
  readonly hash: Buffer | null
  readonly fact: Fact
}

/** The facts about a profile, newest first. */
export async function selectFacts(scope: Scope, profile: ProfileRoot): Promise<ProfileFact[]> {
  const { rows } = await scope.query<Omit<ProfileFact, 'fact'> & { kind: Fact['kind']; payload: Buffer }>(
    `select id, kind, actor_kind as "actorKind", actor_id as "actorId", at, position, hash, payload
     from fact where account_id = $1 and profile_id = $2 order by seq desc`,
    [scope.accountId, profile.id],
  )
  return rows.map(({ kind, payload, ...row }) => ({
    ...row,
    fact: { kind, payload: openPayload(profile.key, scope.accountId, row.id, payload) } as Fact,
  }))
}
