import type { Pool } from 'pg'
import { asAccount, plainQuery } from '../account-transaction.ts'
import type { Query } from '../db/index.ts'
import {
  accountKeyCell,
  isRotating,
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
    accountId: string,
    keyId: Buffer,
    limit: number,
  ): Promise<{ profileId: string; wrapped: Buffer }[]>
  /** Stores a new wrap of the same key; does nothing when the profile has been erased meanwhile. */
  replace(query: Query, accountId: string, profileId: string, wrapped: Buffer): Promise<void>
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
 * one up within a minute. `finishRotation` does the rest.
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
    const rows = await store.wrappedByOther(query, accountId, Buffer.from(keys.dataKey.id, 'hex'), batch)
    for (const row of rows)
      await store.replace(
        query,
        accountId,
        row.profileId,
        await keys.rewrapProfileKey(row.profileId, row.wrapped),
      )
    return rows.length
  })
}

/**
 * Wraps all profile keys of an account by its current key, batch by batch, and marks the older versions as retired.
 * Does nothing when no rotation is under way, so it may be called by the clock; may be interrupted and called again.
 * Other nodes wrap by the older version for up to a minute, so that one is retired only when its successor is five
 * minutes old. A retired key is kept: facts sealed by it are never sealed again. Returns how many keys it wrapped.
 */
export async function finishRotation(
  pool: Pool,
  vault: Vault,
  accountId: string,
  store: WrappedKeyStore,
  signal: AbortSignal,
): Promise<number> {
  if (!(await asAccount(pool, accountId, (query) => isRotating(query, accountId)))) return 0
  // Another node may have made the newest version.
  vault.forget(accountId)
  let wrapped = 0
  for (let did = 1; did > 0 && !signal.aborted; wrapped += did)
    did = await rewrapProfileKeys(pool, vault, accountId, store)
  await asAccount(pool, accountId, async (query) => {
    const keys = await vault.forAccount(query, accountId)
    const rest = await store.wrappedByOther(query, accountId, Buffer.from(keys.dataKey.id, 'hex'), 1)
    if (rest.length === 0) await retireOlderDataKeys(query, accountId)
  })
  return wrapped
}
