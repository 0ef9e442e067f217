import { createHash } from 'node:crypto'

/** What the hash of a fact covers; of the payload the SHA-256 of its sealed bytes, so that erasure breaks nothing. */
export interface ChainedFact {
  readonly account: string
  readonly seq: string
  readonly id: string
  readonly profileId: string | null
  readonly kind: string
  readonly actorKind: string
  readonly actorId: string | null
  /** Microseconds since 1970 in UTC, as decimal digits. */
  readonly atMicros: string
  readonly keyId: Buffer
  readonly payloadSha256: Buffer
}

/** The hash before an account's first fact. */
export function genesis(account: string): Buffer {
  return createHash('sha256').update(`drawbridge ledger 1/${account}`).digest()
}

/** Every field with its length, so that no two rows share one text; an absent value is no empty one. */
function canonical(fact: ChainedFact, position: number): string {
  const fields = [
    fact.account,
    String(position),
    fact.seq,
    fact.id,
    fact.profileId,
    fact.kind,
    fact.actorKind,
    fact.actorId,
    fact.atMicros,
    fact.keyId.toString('hex'),
    fact.payloadSha256.toString('hex'),
  ]
  return fields.map((field) => (field === null ? '~' : `${Buffer.byteLength(field)}:${field}`)).join('')
}

/** The hash of the fact at `position`: SHA-256 of the hash before it and its canonical row. */
export function chainHash(before: Buffer, fact: ChainedFact, position: number): Buffer {
  return createHash('sha256').update(before).update(canonical(fact, position)).digest()
}
