import type { Query } from '../db/index.ts'
import type { Cell } from './sealing.ts'

/** What an account key is for: sealing, or the tokens of the blind index. */
export type KeyPurpose = 'data' | 'index'

/** A row of `account_key`. */
export interface AccountKeyRow {
  readonly purpose: KeyPurpose
  readonly version: number
  readonly kekId: string
  readonly wrapped: Buffer
  /** Written by the transaction that reads it, and so not yet certain to stay. */
  readonly uncommitted: boolean
}

/** The cell an account key is wrapped for. */
export function accountKeyCell(account: string, purpose: KeyPurpose, version: number): Cell {
  return { account, table: 'account_key', column: 'wrapped', row: `${purpose}/${version}` }
}

/** All keys of an account, by purpose, oldest version first. */
export async function selectAccountKeys(query: Query, accountId: string): Promise<AccountKeyRow[]> {
  const { rows } = await query.query<AccountKeyRow>(
    `select purpose, version, kek_id as "kekId", wrapped,
            coalesce(xmin = pg_current_xact_id_if_assigned()::xid, false) as uncommitted
     from account_key where account_id = $1 order by purpose, version`,
    [accountId],
  )
  return rows
}

/** Adds a version of an account key. */
export async function insertAccountKey(
  query: Query,
  accountId: string,
  row: Pick<AccountKeyRow, 'purpose' | 'version' | 'kekId' | 'wrapped'>,
): Promise<void> {
  await query.query(
    'insert into account_key (account_id, purpose, version, kek_id, wrapped) values ($1, $2, $3, $4, $5)',
    [accountId, row.purpose, row.version, row.kekId, row.wrapped],
  )
}

/** Replaces a wrap by another of the same key; does nothing when another node was first. */
export async function replaceWrap(
  query: Query,
  accountId: string,
  row: AccountKeyRow,
  next: { kekId: string; wrapped: Buffer },
): Promise<void> {
  await query.query(
    `update account_key set kek_id = $4, wrapped = $5
     where account_id = $1 and purpose = $2 and version = $3 and kek_id = $6`,
    [accountId, row.purpose, row.version, next.kekId, next.wrapped, row.kekId],
  )
}

/** Whether an older version of the account's key is not retired yet. */
export async function isRotating(query: Query, accountId: string): Promise<boolean> {
  const { rows } = await query.query<{ rotating: boolean }>(
    `select count(*) > 1 as rotating from account_key
     where account_id = $1 and purpose = 'data' and retired_at is null`,
    [accountId],
  )
  return rows[0]?.rotating === true
}

/** Marks all but the newest version as retired, once the newest is five minutes old. */
export async function retireOlderDataKeys(query: Query, accountId: string): Promise<void> {
  await query.query(
    `update account_key as older set retired_at = now()
     from (select version, created_at from account_key
           where account_id = $1 and purpose = 'data' order by version desc limit 1) as newest
     where older.account_id = $1 and older.purpose = 'data' and older.retired_at is null
       and older.version < newest.version and newest.created_at < now() - interval '5 minutes'`,
    [accountId],
  )
}

/** Accounts that still have a key wrapped by another key-encryption key than `kekId`. */
export async function selectAccountsNotUnder(query: Query, kekId: string): Promise<string[]> {
  const { rows } = await query.query<{ account_id: string }>(
    'select accounts_not_under_kek($1) as account_id',
    [kekId],
  )
  return rows.map((row) => row.account_id)
}
