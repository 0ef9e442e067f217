import { createHmac, randomBytes } from 'node:crypto'
import type { Query } from '../db/index.ts'
import { type AccountKeyRow, accountKeyCell, insertAccountKey, selectAccountKeys } from './account-keys.ts'
import type { KeyEncryption } from './key-encryption.ts'
import { type Cell, type DataKey, dataKey, keyIdOf, newDataKey, open, seal } from './sealing.ts'

/** The keys of one account, unwrapped, for the length of one transaction. */
export interface AccountVault {
  readonly accountId: string
  /** The account's current key: for what belongs to no profile. */
  readonly dataKey: DataKey
  /** A key of the account by its id, also an older version. Raises when the account has no such key. */
  keyById(id: string): Promise<DataKey>
  /** A new key for a profile, and its wrapped bytes, which the caller stores. Destroying those erases the profile. */
  newProfileKey(profileId: string): { key: DataKey; wrapped: Buffer }
  /** Unwraps a profile's key. Raises `CannotOpen`. */
  openProfileKey(profileId: string, wrapped: Buffer): Promise<DataKey>
  /** The same profile key, wrapped by the account's current key. */
  rewrapProfileKey(profileId: string, wrapped: Buffer): Promise<Buffer>
  /** A blind-index token: the first 64 bits of HMAC-SHA256, signed as PostgreSQL's bigint is. */
  token(kind: string, text: string): bigint
}

/** The way to the keys of accounts; one per process. */
export interface Vault {
  /** The key-encryption keys in use. */
  readonly keyEncryption: KeyEncryption
  /** Makes the keys of a new account, in the caller's transaction. */
  createAccountKeys(query: Query, accountId: string): Promise<void>
  /** The account's keys; `query` runs as the account. Raises when the account has none. */
  forAccount(query: Query, accountId: string): Promise<AccountVault>
  /** The account's keys where they are at hand and fresh; nothing is asked for then. */
  known(query: Query, accountId: string): AccountVault | undefined
  /** Forgets the unwrapped keys of an account, so that they are read again. */
  forget(accountId: string): void
}

interface Keyring {
  readonly byId: ReadonlyMap<string, DataKey>
  readonly current: DataKey
  readonly index: DataKey
  readonly readAt: number
}

/** After this long the keys are read again, so that a rotation made by another node is met. */
const keyringAgeMsMax = 60_000

const profileKeyCell = (account: string, profileId: string): Cell => ({
  account,
  table: 'profile_key',
  column: 'wrapped',
  row: profileId,
})

/** Opens a vault over key-encryption keys. `clockMs` only ages the cache. */
export function createVault(
  keyEncryption: KeyEncryption,
  clockMs: () => number = () => performance.now(),
): Vault {
  const keyrings = new Map<string, Keyring>()

  async function read(query: Query, accountId: string): Promise<Keyring> {
    const rows = await selectAccountKeys(query, accountId)
    const keyring = await unwrapKeyring(keyEncryption, accountId, rows, clockMs())
    // A key whose transaction may still roll back must not outlive it here: what it sealed would be lost.
    if (rows.every((row) => !row.uncommitted)) keyrings.set(accountId, keyring)
    return keyring
  }

  const vaultOf = (query: Query, accountId: string, keyring: Keyring): AccountVault =>
    new OpenAccountVault(accountId, keyring, () => read(query, accountId))

  function known(query: Query, accountId: string): AccountVault | undefined {
    const keyring = keyrings.get(accountId)
    const fresh = keyring !== undefined && clockMs() - keyring.readAt < keyringAgeMsMax
    return fresh ? vaultOf(query, accountId, keyring) : undefined
  }

  return {
    keyEncryption,
    createAccountKeys: async (query, accountId) => {
      await insertNewKey(keyEncryption, query, accountId, 'data', 1)
      await insertNewKey(keyEncryption, query, accountId, 'index', 1)
    },
    known,
    forAccount: async (query, accountId) =>
      known(query, accountId) ?? vaultOf(query, accountId, await read(query, accountId)),
    forget: (accountId) => {
      keyrings.delete(accountId)
    },
  }
}

/** Makes and stores a key of an account. */
export async function insertNewKey(
  keyEncryption: KeyEncryption,
  query: Query,
  accountId: string,
  purpose: AccountKeyRow['purpose'],
  version: number,
): Promise<void> {
  const wrap = await keyEncryption.wrap(randomBytes(32), accountKeyCell(accountId, purpose, version))
  await insertAccountKey(query, accountId, { purpose, version, ...wrap })
}

async function unwrapKeyring(
  keyEncryption: KeyEncryption,
  accountId: string,
  rows: readonly AccountKeyRow[],
  readAt: number,
): Promise<Keyring> {
  const byId = new Map<string, DataKey>()
  let current: DataKey | undefined
  let index: DataKey | undefined
  for (const row of rows) {
    const cell = accountKeyCell(accountId, row.purpose, row.version)
    const key = dataKey(await keyEncryption.unwrap(row.kekId, row.wrapped, cell))
    if (row.purpose === 'index') index = key
    else {
      byId.set(key.id, key)
      current = key
    }
  }
  if (current === undefined || index === undefined)
    throw new Error(`Account ${accountId} has no keys; they are made with the account`)
  return { byId, current, index, readAt }
}

class OpenAccountVault implements AccountVault {
  readonly accountId: string
  #keyring: Keyring
  readonly #reread: () => Promise<Keyring>

  constructor(accountId: string, keyring: Keyring, reread: () => Promise<Keyring>) {
    this.accountId = accountId
    this.#keyring = keyring
    this.#reread = reread
  }

  get dataKey(): DataKey {
    return this.#keyring.current
  }

  async keyById(id: string): Promise<DataKey> {
    const known = this.#keyring.byId.get(id)
    if (known) return known
    // Another node may have rotated since the keys were read.
    this.#keyring = await this.#reread()
    const found = this.#keyring.byId.get(id)
    if (!found) throw new Error(`Account ${this.accountId} has no key ${id}`)
    return found
  }

  newProfileKey(profileId: string): { key: DataKey; wrapped: Buffer } {
    const key = newDataKey()
    return { key, wrapped: this.#wrap(profileId, key) }
  }

  async openProfileKey(profileId: string, wrapped: Buffer): Promise<DataKey> {
    const cell = profileKeyCell(this.accountId, profileId)
    return dataKey(open(await this.keyById(keyIdOf(wrapped) ?? 'unreadable'), cell, wrapped))
  }

  async rewrapProfileKey(profileId: string, wrapped: Buffer): Promise<Buffer> {
    return this.#wrap(profileId, await this.openProfileKey(profileId, wrapped))
  }

  #wrap(profileId: string, key: DataKey): Buffer {
    return seal(this.dataKey, profileKeyCell(this.accountId, profileId), key.secret.export())
  }

  token(kind: string, text: string): bigint {
    const hmac = createHmac('sha256', this.#keyring.index.secret)
    return hmac.update(`${kind.length}:${kind}${text}`).digest().readBigInt64BE(0)
  }
}
