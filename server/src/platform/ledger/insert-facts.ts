import type { Query } from '../db/index.ts'
import { type Cell, type DataKey, openJson, sealJson } from '../vault/index.ts'

/** Who does what a fact tells. */
interface FactActor {
  readonly kind: 'key' | 'user' | 'policy' | 'system'
  readonly id: string | null
}

/** Where facts come from: the transaction, its account and who acts in it. A Scope is one. */
export interface FactSource extends Query {
  readonly accountId: string
  readonly actor: FactActor
  readonly vault: { readonly dataKey: DataKey }
}

/** A fact to be written. The payload is sealed by the profile's key, without a profile by the account's. */
export interface NewFact {
  readonly id: string
  readonly kind: string
  readonly subject: { readonly id: string; readonly key: DataKey } | null
  readonly payload: unknown
  readonly at: Date
  /** Who did it, when it was not the one who acts in the transaction. */
  readonly actor?: FactActor
}

const payloadCell = (account: string, factId: string): Cell => ({
  account,
  table: 'fact',
  column: 'payload',
  row: factId,
})

/**
 * Writes facts in the caller's transaction, in their order, by one statement. Sequence numbers are drawn here, so
 * the profile's lock must be held: then the order of a profile's facts is the order of its commits (F.2).
 */
export async function insertFacts(source: FactSource, facts: readonly NewFact[]): Promise<void> {
  if (facts.length === 0) return
  const keys = facts.map((fact) => fact.subject?.key ?? source.vault.dataKey)
  const sealed = facts.map((fact, at) =>
    sealJson(keys[at] ?? source.vault.dataKey, payloadCell(source.accountId, fact.id), fact.payload ?? null),
  )
  await source.query(
    `insert into fact (account_id, id, profile_id, kind, actor_kind, actor_id, at, key_id, payload)
     select $1, id, profile_id, kind, actor_kind, actor_id, at, key_id, payload
     from unnest($2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[], $8::bytea[], $9::bytea[])
          with ordinality as new (actor_kind, actor_id, id, profile_id, kind, at, key_id, payload, place)
     order by place`,
    [
      source.accountId,
      facts.map((fact) => (fact.actor ?? source.actor).kind),
      facts.map((fact) => (fact.actor ?? source.actor).id),
      facts.map((fact) => fact.id),
      facts.map((fact) => fact.subject?.id ?? null),
      facts.map((fact) => fact.kind),
      facts.map((fact) => fact.at.toISOString()),
      keys.map((key) => Buffer.from(key.id, 'hex')),
      sealed,
    ],
  )
}

/** Opens the payload of a fact. The caller parses the value. Raises `CannotOpen`. */
export function openPayload(key: DataKey, accountId: string, factId: string, payload: Uint8Array): unknown {
  return openJson(key, payloadCell(accountId, factId), payload)
}
