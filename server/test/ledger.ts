import { randomBytes, randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import pg from 'pg'
import { asAccount } from '../src/platform/account-transaction.ts'
import { createPool } from '../src/platform/db/index.ts'
import { insertFacts, type NewFact } from '../src/platform/ledger/index.ts'
import { createVault, localKeyEncryption, type Vault } from '../src/platform/vault/index.ts'
import { createTestDatabase, type TestDatabase } from './postgres.ts'

/** A database with a vault, for the ledger's tests. */
export interface LedgerFixture {
  readonly database: TestDatabase
  readonly pool: Pool
  readonly vault: Vault
  readonly keyEncryption: ReturnType<typeof localKeyEncryption>
  /** A new account with keys. */
  newAccount(): Promise<string>
  /** Records facts of one kind in one transaction of the account; returns their ids. */
  record(account: string, count: number, profileId?: string): Promise<string[]>
  /** Runs statements as superuser without triggers: what an intruder with the database in hand can do. */
  tamper(sql: string, values?: unknown[]): Promise<void>
  /** Rows of the account as superuser. */
  rows(account: string): Promise<{ seq: number; position: number | null; hash: Buffer | null }[]>
  close(): Promise<void>
}

/** Opens a fixture on a database of its own. */
export async function openLedger(): Promise<LedgerFixture> {
  const database = await createTestDatabase()
  const pool = createPool({ ...database.appConfig, max: 6 }, () => undefined)
  const admin = new pg.Client(database.adminConfig)
  await admin.connect()
  const keyEncryption = localKeyEncryption([randomBytes(32)])
  const vault = createVault(keyEncryption)
  return {
    database,
    pool,
    vault,
    keyEncryption,
    newAccount: async () => {
      const account = randomUUID()
      await asAccount(pool, account, (query) => vault.createAccountKeys(query, account))
      return account
    },
    record: (account, count, profileId) =>
      asAccount(pool, account, async (query) => {
        const keys = await vault.forAccount(query, account)
        const subject = profileId === undefined ? null : { id: profileId, key: keys.dataKey }
        const facts = Array.from(
          { length: count },
          (_, at): NewFact => ({
            id: randomUUID(),
            kind: 'tag.added',
            subject,
            payload: { at },
            at: new Date(1e12 + at),
          }),
        )
        const actor = { kind: 'system', id: null } as const
        await insertFacts({ query: query.query, accountId: account, actor, vault: keys }, facts)
        return facts.map((fact) => fact.id)
      }),
    tamper: async (sql, values = []) => {
      await admin.query('set session_replication_role = replica')
      await admin.query(sql, values)
    },
    rows: async (account) => {
      const sql = 'select seq, position, hash from fact where account_id = $1 order by seq'
      const { rows } = await admin.query<{ seq: string; position: string | null; hash: Buffer | null }>(sql, [
        account,
      ])
      return rows.map((row) => ({
        seq: Number(row.seq),
        position: row.position === null ? null : Number(row.position),
        hash: row.hash,
      }))
    },
    close: async () => {
      await admin.end()
      await pool.end()
      await database.drop()
    },
  }
}
