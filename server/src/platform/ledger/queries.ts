import type { Query } from '../db/index.ts'
import type { ChainedFact } from './chain.ts'

/** A fact with its place in the chain. */
export interface SequencedFact extends ChainedFact {
  readonly position: number
  readonly hash: Buffer
}

interface Row extends Omit<ChainedFact, 'account'> {
  readonly position: string | null
  readonly hash: Buffer | null
}

const chained = `
  seq::text, id, profile_id as "profileId", kind, actor_kind as "actorKind", actor_id as "actorId",
  (extract(epoch from at) * 1000000)::bigint::text as "atMicros", key_id as "keyId",
  sha256(payload) as "payloadSha256", position::text, hash`

/** Takes the account's sequencer lock until the transaction ends; false when another holds it. */
export async function trySequencerLock(query: Query, account: string): Promise<boolean> {
  const { rows } = await query.query<{ held: boolean }>(
    "select pg_try_advisory_xact_lock(hashtextextended('sequencer/' || $1, 0)) as held",
    [account],
  )
  return rows[0]?.held === true
}

/** Waits for the account's checkpoint lock, held until the transaction ends: one file is written by one at a time. */
export async function takeCheckpointLock(query: Query, account: string): Promise<void> {
  await query.query("select pg_advisory_xact_lock(hashtextextended('checkpoint/' || $1, 0))", [account])
}

/** The last position of the account and its hash; undefined when nothing is sequenced. */
export async function selectHead(
  query: Query,
  account: string,
): Promise<{ position: number; hash: Buffer } | undefined> {
  const { rows } = await query.query<{ position: string; hash: Buffer }>(
    `select position::text, hash from fact where account_id = $1 and position is not null
     order by fact.position desc limit 1`,
    [account],
  )
  const head = rows[0]
  return head && { position: Number(head.position), hash: head.hash }
}

/** Committed facts without a position, in the order of their sequence numbers. */
export async function selectUnsequenced(
  query: Query,
  account: string,
  limit: number,
): Promise<ChainedFact[]> {
  const { rows } = await query.query<Row>(
    `select ${chained} from fact where account_id = $1 and position is null order by fact.seq limit $2`,
    [account, limit],
  )
  return rows.map((row) => ({ ...row, account }))
}

/** The facts that follow `position`, in order. */
export async function selectSequenced(
  query: Query,
  account: string,
  after: number,
  limit: number,
): Promise<SequencedFact[]> {
  const { rows } = await query.query<Row>(
    `select ${chained} from fact where account_id = $1 and position is not null and position > $2
     order by fact.position limit $3`,
    [account, after, limit],
  )
  return rows.map((row) => ({
    ...row,
    account,
    position: Number(row.position),
    hash: row.hash ?? Buffer.alloc(0),
  }))
}

/** How many facts of the account have no position yet. */
export async function countUnsequenced(query: Query, account: string): Promise<number> {
  const { rows } = await query.query<{ count: string }>(
    'select count(*)::text as count from fact where account_id = $1 and position is null',
    [account],
  )
  return Number(rows[0]?.count ?? 0)
}

/** Lays positions and hashes, all in one statement; the index of what has no position yet finds the rows. */
export async function updatePositions(
  query: Query,
  account: string,
  places: readonly { seq: string; position: number; hash: Buffer }[],
): Promise<void> {
  await query.query(
    `update fact set position = place.position, hash = place.hash
     from unnest($2::bigint[], $3::bigint[], $4::bytea[]) as place (seq, position, hash)
     where fact.account_id = $1 and fact.seq = place.seq and fact.position is null`,
    [
      account,
      places.map((place) => place.seq),
      places.map((place) => place.position),
      places.map((place) => place.hash),
    ],
  )
}

/** Accounts for which there is something to do, or all. Ids only; the role sees no rows of them. */
export async function selectAccounts(
  query: Query,
  which: 'accounts_with_unsequenced_facts' | 'accounts_to_checkpoint' | 'accounts_with_keys',
): Promise<string[]> {
  const { rows } = await query.query<{ account: string }>(`select ${which}() as account`)
  return rows.map((row) => row.account)
}
