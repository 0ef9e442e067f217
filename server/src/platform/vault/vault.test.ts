import { randomBytes, randomUUID } from 'node:crypto'
import pg, { type Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../test/postgres.ts'
import { asAccount } from '../account-transaction.ts'
import { createPool } from '../db/index.ts'
import { createVault, keyIdOf, localKeyEncryption, open, seal, type Vault } from './index.ts'
import {
  finishRotation,
  rewrapProfileKeys,
  rotateAccountKey,
  rotateKek,
  type WrappedKeyStore,
} from './rotation.ts'

let database: TestDatabase
let pool: Pool
let account: string
const [kek, nextKek] = [randomBytes(32), randomBytes(32)]
const freshVault = (...keys: Buffer[]) => createVault(localKeyEncryption(keys.length > 0 ? keys : [kek]))

const cellOf = (row: string) => ({ account, table: 'note', column: 'text', row })
const keysOf = (vault: Vault, of = account) => asAccount(pool, of, (query) => vault.forAccount(query, of))

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ ...database.appConfig, max: 4 }, () => undefined)
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

beforeEach(async () => {
  account = randomUUID()
  await asAccount(pool, account, (query) => freshVault().createAccountKeys(query, account))
})

async function asAdmin(sql: string): Promise<void> {
  const admin = new pg.Client(database.adminConfig)
  await admin.connect()
  await admin.query(sql, [account])
  await admin.end()
}

/** Profile keys as their room keeps them, in memory. */
function storeOf(rows: Map<string, Buffer>): WrappedKeyStore {
  return {
    wrappedByOther: async (_query, _account, keyId, limit) =>
      [...rows]
        .filter(([, wrapped]) => !wrapped.subarray(1, 9).equals(keyId))
        .slice(0, limit)
        .map(([profileId, wrapped]) => ({ profileId, wrapped })),
    replace: async (_query, _account, profileId, wrapped) => void rows.set(profileId, wrapped),
  }
}

test('a profile key opens what it sealed after a restart, from its wrapped bytes alone', async () => {
  const { key, wrapped } = (await keysOf(freshVault())).newProfileKey('p')
  const sealed = seal(key, cellOf('1'), Buffer.from('hello'))
  const again = await (await keysOf(freshVault())).openProfileKey('p', wrapped)
  expect(open(again, cellOf('1'), sealed).toString()).toBe('hello')
})

test('a profile key opens for its own profile and account only', async () => {
  const { wrapped } = (await keysOf(freshVault())).newProfileKey('p')
  await expect((await keysOf(freshVault())).openProfileKey('other', wrapped)).rejects.toThrow(
    'cannot be opened',
  )
  const stranger = randomUUID()
  await asAccount(pool, stranger, (query) => freshVault().createAccountKeys(query, stranger))
  await expect((await keysOf(freshVault(), stranger)).openProfileKey('p', wrapped)).rejects.toThrow(
    'has no key',
  )
})

test('once the wrapped key of a profile is destroyed, no key of the account opens what it sealed', async () => {
  const vault = freshVault()
  const keys = await keysOf(vault)
  const sealed = seal(keys.newProfileKey('p').key, cellOf('1'), Buffer.from('hello'))
  expect(() => open(keys.dataKey, cellOf('1'), sealed)).toThrow('cannot be opened')
  expect(() => open(keys.newProfileKey('p').key, cellOf('1'), sealed)).toThrow('cannot be opened')
  await expect(keys.keyById(sealed.subarray(1, 9).toString('hex'))).rejects.toThrow('has no key')
})

test('an account without keys is refused, and one account never sees the keys of another', async () => {
  await expect(keysOf(freshVault(), randomUUID())).rejects.toThrow('has no keys')
  const foreign = asAccount(pool, randomUUID(), (query) => freshVault().forAccount(query, account))
  await expect(foreign).rejects.toThrow('has no keys')
})

test('keys of a transaction that is rolled back are not remembered', async () => {
  const vault = freshVault()
  const newcomer = randomUUID()
  const failed = asAccount(pool, newcomer, async (query) => {
    await vault.createAccountKeys(query, newcomer)
    expect((await vault.forAccount(query, newcomer)).accountId).toBe(newcomer)
    throw new Error('undone')
  })
  await expect(failed).rejects.toThrow('undone')
  await expect(keysOf(vault, newcomer)).rejects.toThrow('has no keys')
})

test('a new key-encryption key takes over while everything stays readable, and then stands alone', async () => {
  const { key, wrapped } = (await keysOf(freshVault())).newProfileKey('p')
  const sealed = seal(key, cellOf('1'), Buffer.from('hello'))
  const token = (await keysOf(freshVault())).token('text', 'hello')
  await expect(keysOf(freshVault(nextKek))).rejects.toThrow('is needed')
  const rotating = freshVault(nextKek, kek)
  expect(await rotateKek(pool, rotating)).toBeGreaterThanOrEqual(1)
  expect(await rotateKek(pool, rotating)).toBe(0)
  await expect(keysOf(freshVault(kek))).rejects.toThrow('is needed')
  const alone = await keysOf(freshVault(nextKek))
  expect(open(await alone.openProfileKey('p', wrapped), cellOf('1'), sealed).toString()).toBe('hello')
  expect(alone.token('text', 'hello')).toBe(token)
  await rotateKek(pool, freshVault(kek, nextKek))
})

test('a new account key takes over in batches while old values stay readable, also on a node that did not rotate', async () => {
  const [here, there] = [freshVault(), freshVault()]
  const before = await keysOf(there)
  const old = seal(before.dataKey, cellOf('1'), Buffer.from('old'))
  const rows = new Map(['a', 'b', 'c'].map((id) => [id, before.newProfileKey(id).wrapped]))
  await rotateAccountKey(pool, here, account)
  const after = await keysOf(here)
  expect(after.dataKey.id).not.toBe(before.dataKey.id)
  expect(open(await after.keyById(before.dataKey.id), cellOf('1'), old).toString()).toBe('old')
  expect(await rewrapProfileKeys(pool, here, account, storeOf(rows), 2)).toBe(2)
  expect(await rewrapProfileKeys(pool, here, account, storeOf(rows), 2)).toBe(1)
  expect(await rewrapProfileKeys(pool, here, account, storeOf(rows), 2)).toBe(0)
  // The other node still has the old keyring in hand, and meets a value of the new key.
  const fresh = seal(after.dataKey, cellOf('2'), Buffer.from('new'))
  const met = await asAccount(pool, account, async (query) => {
    const keys = await there.forAccount(query, account)
    expect(keys.dataKey.id).toBe(before.dataKey.id)
    return keys.keyById(after.dataKey.id)
  })
  expect(open(met, cellOf('2'), fresh).toString()).toBe('new')
  expect((await keysOf(there)).dataKey.id).toBe(after.dataKey.id)
})

test('a rotation is finished by the clock: late wraps of other nodes too, and only then is the old key retired', async () => {
  const [here, there] = [freshVault(), freshVault()]
  const rows = new Map([['a', (await keysOf(there)).newProfileKey('a').wrapped]])
  const finish = () => finishRotation(pool, here, account, storeOf(rows), new AbortController().signal)
  const retired = async () =>
    asAccount(pool, account, async (query) => {
      const sql =
        "select retired_at is not null as retired from account_key where purpose = 'data' order by version"
      return (await query.query<{ retired: boolean }>(sql)).rows.map((row) => row.retired)
    })
  expect(await finish()).toBe(0)
  await rotateAccountKey(pool, freshVault(), account)
  expect(await finish()).toBe(1)
  expect(await retired()).toEqual([false, false])
  rows.set('late', (await keysOf(there)).newProfileKey('late').wrapped)
  await asAdmin("update account_key set created_at = now() - interval '6 minutes' where account_id = $1")
  expect(await finish()).toBe(1)
  expect(await retired()).toEqual([true, false])
  expect(await finish()).toBe(0)
  const alone = await keysOf(freshVault())
  for (const [id, wrapped] of rows) await alone.openProfileKey(id, wrapped)
  expect([...rows.values()].map((wrapped) => keyIdOf(wrapped))).toEqual([alone.dataKey.id, alone.dataKey.id])
})

test('a node that only seals takes a new account key up within a minute', async () => {
  let nowMs = 0
  const node = createVault(localKeyEncryption([kek]), () => nowMs)
  const before = (await keysOf(node)).dataKey.id
  await rotateAccountKey(pool, freshVault(), account)
  nowMs = 59_999
  expect((await keysOf(node)).dataKey.id).toBe(before)
  nowMs = 60_000
  expect((await keysOf(node)).dataKey.id).not.toBe(before)
})

test('tokens are the same for the same words of an account, and differ by kind and account', async () => {
  const keys = await keysOf(freshVault())
  expect(keys.token('text', 'smith')).toBe((await keysOf(freshVault())).token('text', 'smith'))
  expect(keys.token('tag', 'smith')).not.toBe(keys.token('text', 'smith'))
  expect(keys.token('textsmi', 'th')).not.toBe(keys.token('text', 'smith'))
  const stranger = randomUUID()
  await asAccount(pool, stranger, (query) => freshVault().createAccountKeys(query, stranger))
  expect((await keysOf(freshVault(), stranger)).token('text', 'smith')).not.toBe(keys.token('text', 'smith'))
  expect(BigInt.asIntN(64, keys.token('text', 'smith'))).toBe(keys.token('text', 'smith'))
})

test('the application role can neither remove a key nor change anything but its wrap', async () => {
  const attempt = (sql: string) => asAccount(pool, account, (query) => query.query(sql))
  await expect(attempt('delete from account_key')).rejects.toThrow('permission denied')
  await expect(attempt('update account_key set version = 9')).rejects.toThrow('permission denied')
  await expect(attempt('truncate account_key')).rejects.toThrow('permission denied')
})
