import type { Pool } from 'pg'
import { asAccount, plainQuery } from '../account-transaction.ts'
import type { Query } from '../db/index.ts'
import {
  accountKeyCell,
  replaceWrap,
  retireOlderDataKeys,
  selectAccountKeys,
  selectAccountsNotUnder,
} from './account-keys.ts'
import { insertNewKey, type Vault } from './vault.ts'

/** The wrapped profile keys, which another room stores. Both run as the account, in the caller's transaction. */
export interface WrappedKeyStore {
  /** Locks and returns up to `limit` profile keys that another key than `keyId` (8 bytes) wraps: bytes 2 to 9 of `wrapped`. */
  wrappedByOther(
    query: Query,
    keyId: Buffer,
    limit: number,
  ): Promise<{ profileId: string; wrapped: Buffer }[]>
  /** Stores a new wrap of the same key. */
  replace(query: Query, profileId: string, wrapped: Buffer): Promise<void>
}

/**
 * Wraps every account key by the current key-encryption key, one account at a time. What is sealed stays as it is
 * and can be read throughout; the old key-encryption key may be taken away once this has returned. Returns the
 * number of accounts it worked on.
 */
export async function rotateKek(pool: Pool, vault: Vault): Promise<number> {
  const { keyEncryption } = vault
  const accounts = await selectAccountsNotUnder(plainQuery(pool), keyEncryption.currentId)
  for (const account of accounts) {
    await asAccount(pool, account, async (query) => {
      for (const row of await selectAccountKeys(query, account)) {
        if (row.kekId === keyEncryption.currentId) continue
        const cell = accountKeyCell(account, row.purpose, row.version)
        const key = await keyEncryption.unwrap(row.kekId, row.wrapped, cell)
        await replaceWrap(query, account, row, await keyEncryption.wrap(key, cell))
      }
    })
  }
  return accounts.length
}

/**
 * Gives an account a new key for what is sealed from now on. Older versions stay readable; other nodes take the new
 * one up within a minute. Follow with `rewrapProfileKeys` until it returns 0, then `retireAccountKeys`.
 */
export async function rotateAccountKey(pool: Pool, vault: Vault, accountId: string): Promise<void> {
  await asAccount(pool, accountId, async (query) => {
    const rows = await selectAccountKeys(query, accountId)
    const versions = rows.filter((row) => row.purpose === 'data').map((row) => row.version)
    if (versions.length === 0) throw new Error(`Account ${accountId} has no key to rotate`)
    await insertNewKey(vault.keyEncryption, query, accountId, 'data', Math.max(...versions) + 1)
  })
  vault.forget(accountId)
}

/** Wraps one batch of profile keys by the account's current key, in one transaction. Returns how many it did. */
export async function rewrapProfileKeys(
  pool: Pool,
  vault: Vault,
  accountId: string,
  store: WrappedKeyStore,
  batch = 500,
): Promise<number> {
  return asAccount(pool, accountId, async (query) => {
    const keys = await vault.forAccount(query, accountId)
    const rows = await store.wrappedByOther(query, Buffer.from(keys.dataKey.id, 'hex'), batch)
    for (const row of rows)
      await store.replace(query, row.profileId, await keys.rewrapProfileKey(row.profileId, row.wrapped))
    return rows.length
  })
}

/**
 * Marks the older versions of an account's key as retired when no profile key is wrapped by them any more, and
 * returns whether it did. A retired key is kept: facts sealed by it are never sealed again.
 */
export async function retireAccountKeys(
  pool: Pool,
  vault: Vault,
  accountId: string,
  store: WrappedKeyStore,
): Promise<boolean> {
  return asAccount(pool, accountId, async (query) => {
    const keys = await vault.forAccount(query, accountId)
    const rest = await store.wrappedByOther(query, Buffer.from(keys.dataKey.id, 'hex'), 1)
    if (rest.length > 0) return false
    await retireOlderDataKeys(query, accountId)
    return true
  })
}
