import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto'

/** A 256-bit key for sealing. `id` is 16 hexadecimal digits derived from the key itself and stands in every value it seals. */
export interface DataKey {
  readonly id: string
  readonly secret: KeyObject
}

/** Where a sealed value lives. A value moved to another cell does not open. */
export interface Cell {
  readonly account: string
  readonly table: string
  readonly column: string
  readonly row: string
}

/** A sealed value did not open: another key, another cell, or changed bytes. Names the cell, never its content. */
export class CannotOpen extends Error {
  constructor(cell: Cell, why: string, cause?: unknown) {
    super(`${cell.table}.${cell.column} of row ${cell.row} cannot be opened: ${why}`, { cause })
    this.name = 'CannotOpen'
  }
}

// Format 1: format (1 byte), key id (8), nonce (12), ciphertext, tag (16).
const format = 1
const nonceStart = 9
const textStart = 21
const tagLength = 16
const cipherName = 'aes-256-gcm'

/** Bytes that sealing adds to a value. */
export const sealOverhead = textStart + tagLength

const nonces = Buffer.alloc(12 * 512)
let nonceAt = nonces.length

/** The next 12 random bytes; asking the system for many at once halves the cost of sealing a small field. */
function writeNonce(into: Buffer): void {
  if (nonceAt === nonces.length) {
    randomFillSync(nonces)
    nonceAt = 0
  }
  nonces.copy(into, nonceStart, nonceAt, nonceAt + 12)
  nonceAt += 12
}

/** Length-prefixed, so that no two cells share one text; the format and key id are bound too. */
function associatedData(cell: Cell, keyId: string): Buffer {
  const { account, table, column, row } = cell
  return Buffer.from(
    `drawbridge/${format}/${keyId}/${account.length}:${account}${table.length}:${table}${column.length}:${column}${row.length}:${row}`,
  )
}

/** Makes a key of 32 bytes usable. Raises when the length differs. */
export function dataKey(bytes: Buffer): DataKey {
  if (bytes.length !== 32) throw new Error(`A key is 32 bytes, not ${bytes.length}`)
  const id = createHash('sha256').update('drawbridge key id 1').update(bytes).digest('hex').slice(0, 16)
  return { id, secret: createSecretKey(bytes) }
}

/** A new random key. */
export function newDataKey(): DataKey {
  return dataKey(randomFillSync(Buffer.alloc(32)))
}

/** Seals bytes for one cell: AES-256-GCM, random 96-bit nonce, the cell as associated data (ASVS 11.3). */
export function seal(key: DataKey, cell: Cell, bytes: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(sealOverhead + bytes.length)
  sealed[0] = format
  sealed.write(key.id, 1, 8, 'hex')
  writeNonce(sealed)
  const cipher = createCipheriv(cipherName, key.secret, sealed.subarray(nonceStart, textStart))
  cipher.setAAD(associatedData(cell, key.id))
  cipher.update(bytes).copy(sealed, textStart)
  cipher.final()
  cipher.getAuthTag().copy(sealed, textStart + bytes.length)
  return sealed
}

/** The id of the key that sealed a value; undefined when it is no sealed value. */
export function keyIdOf(sealed: Uint8Array): string | undefined {
  if (sealed.length < sealOverhead || sealed[0] !== format) return undefined
  return Buffer.from(sealed.buffer, sealed.byteOffset + 1, 8).toString('hex')
}

/** Opens what `seal` made with this key for this cell. Raises `CannotOpen`. */
export function open(key: DataKey, cell: Cell, sealed: Uint8Array): Buffer {
  const keyId = keyIdOf(sealed)
  if (keyId === undefined) throw new CannotOpen(cell, 'it is not a sealed value')
  if (keyId !== key.id) throw new CannotOpen(cell, `key ${keyId} sealed it, and key ${key.id} was tried`)
  const textEnd = sealed.length - tagLength
  const decipher = createDecipheriv(cipherName, key.secret, sealed.subarray(nonceStart, textStart), {
    authTagLength: tagLength,
  })
  decipher.setAAD(associatedData(cell, keyId))
  decipher.setAuthTag(sealed.subarray(textEnd))
  try {
    const text = decipher.update(sealed.subarray(textStart, textEnd))
    decipher.final()
    return text
  } catch (error) {
    throw new CannotOpen(cell, 'it was changed, or belongs to another cell', error)
  }
}

/** Seals a value as JSON. The value must be one that JSON can hold. */
export function sealJson(key: DataKey, cell: Cell, value: unknown): Buffer {
  const text = JSON.stringify(value)
  if (text === undefined) throw new Error(`${cell.table}.${cell.column}: nothing to seal`)
  return seal(key, cell, Buffer.from(text))
}

/** Opens what `sealJson` made. The caller parses the value. Raises `CannotOpen`. */
export function openJson(key: DataKey, cell: Cell, sealed: Uint8Array): unknown {
  return JSON.parse(open(key, cell, sealed).toString())
}
