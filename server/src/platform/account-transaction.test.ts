import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts'
import { asAccount } from './account-transaction.ts'
import { createPool } from './db/index.ts'

let database: TestDatabase
let pool: Pool
const account = randomUUID()
const insert = `insert into account_key (account_id, purpose, version, kek_id, wrapped)
                values ('${account}', 'data', 1, 'k', '')`

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ ...database.appConfig, max: 1 }, () => undefined)
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

const count = () =>
  asAccount(pool, account, async (query) => (await query.query('select from account_key')).rows.length)

test('work that throws leaves nothing, and the connection serves the next', async () => {
  const undone = asAccount(pool, account, async (query) => {
    await query.query(insert)
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  expect(await count()).toBe(0)
})

test('work that hides the failure of a statement is told that nothing was kept', async () => {
  const hidden = asAccount(pool, account, async (query) => {
    await query.query(insert)
    await query.query('select 1 / 0').catch(() => undefined)
  })
  await expect(hidden).rejects.toThrow('was rolled back')
  expect(await count()).toBe(0)
})

test('the account is that of the transaction, and gone with it', async () => {
  await asAccount(pool, account, (query) => query.query(insert))
  expect(await count()).toBe(1)
  expect((await pool.query('select from account_key')).rows.length).toBe(0)
  expect(
    await asAccount(pool, randomUUID(), (query) => query.query('select from account_key')),
  ).toMatchObject({
    rows: [],
  })
})

test('a snapshot sees one state and writes nothing', async () => {
  await expect(asAccount(pool, account, (query) => query.query(insert), 'snapshot')).rejects.toThrow(
    'read-only',
  )
})
