import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { link, mkdir, open as openFile, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { syncDirectory } from '../sync-directory.ts'
import { type Cell, type DataKey, dataKey, open, seal } from './sealing.ts'

/** Wraps the keys of accounts. The local one holds its keys in memory; a key-management service can stand in. */
export interface KeyEncryption {
  /** Under which key new wraps are made. */
  readonly currentId: string
  /** Wraps 32 bytes under the current key, bound to the cell. */
  wrap(key: Buffer, cell: Cell): Promise<{ kekId: string; wrapped: Buffer }>
  /** Unwraps what key `kekId` wrapped. Raises when that key is not here, or the bytes were changed. */
  unwrap(kekId: string, wrapped: Buffer, cell: Cell): Promise<Buffer>
}

/** Where the key-encryption keys come from; `main.ts` reads the environment and hands the values in. */
export interface KeySource {
  readonly home: string
  /** `DRAWBRIDGE_KEK`: keys in base64, separated by commas or white space, the current one first. */
  readonly text?: string | undefined
  /** `DRAWBRIDGE_KEK_FILE`: a file of such keys. */
  readonly file?: string | undefined
}

/** Reads keys of 32 bytes in base64, the current one first. Raises with the position of a bad one, never its text. */
export function parseKeys(text: string, from: string): Buffer[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  if (words.length === 0) throw new Error(`${from} holds no key-encryption key; expected 32 bytes in base64`)
  return words.map((word, at) => {
    const bytes = Buffer.from(word, 'base64')
    if (bytes.length !== 32 || !/^[A-Za-z0-9+/_-]{43}=?$/.test(word))
      throw new Error(`${from}: key ${at + 1} of ${words.length} is not 32 bytes in base64`)
    return bytes
  })
}

/**
 * The key-encryption keys, the current one first: from the environment's text, else from the named file, else from
 * `<home>/secrets/kek`, which is made (mode 0600) when it is not there.
 */
export async function readKeyEncryptionKeys(source: KeySource): Promise<Buffer[]> {
  if (source.text !== undefined && source.file !== undefined)
    throw new Error('DRAWBRIDGE_KEK and DRAWBRIDGE_KEK_FILE are both set; set one of them')
  if (source.text !== undefined) return parseKeys(source.text, 'DRAWBRIDGE_KEK')
  if (source.file !== undefined) return parseKeys(await readFile(source.file, 'utf8'), source.file)
  const path = join(source.home, 'secrets', 'kek')
  await createSecretFile(path, `${randomBytes(32).toString('base64')}\n`)
  return parseKeys(await readFile(path, 'utf8'), path)
}

/** Makes a file of mode 0600 durably, unless it exists; of two processes at once, one wins and both read the same. */
export async function createSecretFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const handle = await openFile(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await link(draft, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    await unlink(draft)
  }
}

/** Replaces a file by one of mode 0600 durably: after a crash it is the old one or the new one, whole. */
export async function replaceSecretFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  await createSecretFile(draft, text)
  await rename(draft, path)
  await syncDirectory(dirname(path))
}

/** A wrap was made by a key-encryption key that this process does not have. */
class MissingKey extends Error {}

/** Key encryption with keys held by this process; the first wraps, all unwrap (two live keys make a rotation). */
export function localKeyEncryption(keys: readonly Buffer[]): KeyEncryption {
  const [current, ...older] = keys.map((bytes) => dataKey(kekBytes(bytes)))
  if (current === undefined) throw new Error('At least one key-encryption key is needed')
  const byId = new Map<string, DataKey>([current, ...older].map((key) => [key.id, key]))
  return {
    currentId: current.id,
    wrap: async (key, cell) => ({ kekId: current.id, wrapped: seal(current, cell, key) }),
    unwrap: async (kekId, wrapped, cell) => {
      const key = byId.get(kekId)
      if (key === undefined)
        throw new MissingKey(
          `Key-encryption key ${kekId} is needed and was not given; add it after the current one in the key file`,
        )
      return open(key, cell, wrapped)
    },
  }
}

/**
 * As `localKeyEncryption`, for a process that lives long: when it meets a wrap by a key it does not have, it reads the
 * keys again, since they may have been rotated under it. Raises when the key is not there either.
 */
export function reloadingKeyEncryption(
  keys: readonly Buffer[],
  readAgain: () => Promise<readonly Buffer[]>,
): KeyEncryption {
  let held = localKeyEncryption(keys)
  return {
    get currentId() {
      return held.currentId
    },
    wrap: (key, cell) => held.wrap(key, cell),
    unwrap: async (kekId, wrapped, cell) => {
      try {
        return await held.unwrap(kekId, wrapped, cell)
      } catch (error) {
        if (!(error instanceof MissingKey)) throw error
        held = localKeyEncryption(await readAgain())
        return held.unwrap(kekId, wrapped, cell)
      }
    },
  }
}

/** Keys of different uses are never the same bytes, though they come from one secret. */
function kekBytes(secret: Buffer): Buffer {
  return createHash('sha256').update('drawbridge key-encryption key 1').update(secret).digest()
}

/** The password of the application's database role: derived, so that every node knows it and no file holds it. */
export function appRolePassword(secret: Buffer): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'drawbridge application role password 1', 32)).toString(
    'base64url',
  )
}

/** The password of the role that runs migrations and the job queue, derived in the same way. */
export function ownerRolePassword(secret: Buffer): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'drawbridge owner role password 1', 32)).toString(
    'base64url',
  )
}
