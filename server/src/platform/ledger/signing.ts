import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecretFile, type KeyEncryption } from '../vault/index.ts'

/** The state of an account's ledger at one moment. */
export interface Checkpoint {
  readonly account: string
  readonly position: number
  /** The chain hash at the position, hexadecimal. */
  readonly hash: string
  /** ISO 8601 in UTC. */
  readonly at: string
  /** Which signing key: 16 hexadecimal digits of the SHA-256 of its public key. */
  readonly key_id: string
}

/** A checkpoint with its ed25519 signature in base64. */
export interface SignedCheckpoint extends Checkpoint {
  readonly signature: string
}

/** Signs checkpoints; its public key is what others check them by. */
export interface CheckpointSigner {
  readonly keyId: string
  readonly publicKey: KeyObject
  sign(checkpoint: Omit<Checkpoint, 'key_id'>): SignedCheckpoint
}

interface KeyFile {
  readonly key_id: string
  readonly kek_id: string
  readonly wrapped: string
}

/** An ed25519 private key in PKCS #8 is this and the 32 bytes of the seed (RFC 8410). */
const pkcs8Start = Buffer.from('302e020100300506032b657004220420', 'hex')
const keyCell = { account: '', table: 'secret', column: 'wrapped', row: 'checkpoint-key' }

const keyIdOf = (publicKey: KeyObject) =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16)

function signedText(checkpoint: Checkpoint): Buffer {
  const { account, position, hash, at, key_id } = checkpoint
  return Buffer.from(['drawbridge checkpoint 1', account, position, hash, at, key_id].join('\n'))
}

/** The signer of this home: its key lies in `<home>/secrets/checkpoint-key`, wrapped, and is made at first use. */
export async function loadCheckpointSigner(
  home: string,
  keyEncryption: KeyEncryption,
): Promise<CheckpointSigner> {
  const path = join(home, 'secrets', 'checkpoint-key')
  const { privateKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(pkcs8Start.length)
  await createSecretFile(path, await wrapSeed(seed, keyEncryption))
  const file = readKeyFile(await readFile(path, 'utf8'), path)
  const stored = await keyEncryption.unwrap(file.kek_id, Buffer.from(file.wrapped, 'base64'), keyCell)
  if (file.kek_id !== keyEncryption.currentId) {
    const next = `${path}.${keyEncryption.currentId}`
    await createSecretFile(next, await wrapSeed(stored, keyEncryption))
    await rename(next, path)
  }
  return signerOf(stored)
}

async function wrapSeed(seed: Buffer, keyEncryption: KeyEncryption): Promise<string> {
  const { kekId, wrapped } = await keyEncryption.wrap(seed, keyCell)
  const file: KeyFile = { key_id: signerOf(seed).keyId, kek_id: kekId, wrapped: wrapped.toString('base64') }
  return `${JSON.stringify(file)}\n`
}

function readKeyFile(text: string, path: string): KeyFile {
  const file: unknown = JSON.parse(text)
  if (
    typeof file === 'object' &&
    file !== null &&
    'key_id' in file &&
    'kek_id' in file &&
    'wrapped' in file
  ) {
    const { key_id, kek_id, wrapped } = file
    if (typeof key_id === 'string' && typeof kek_id === 'string' && typeof wrapped === 'string')
      return { key_id, kek_id, wrapped }
  }
  throw new Error(`${path} is not a checkpoint key; restore it from the backup of the home directory`)
}

function signerOf(seed: Buffer): CheckpointSigner {
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Start, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = createPublicKey(privateKey)
  const keyId = keyIdOf(publicKey)
  return {
    keyId,
    publicKey,
    sign: (state) => {
      const checkpoint = { ...state, key_id: keyId }
      return { ...checkpoint, signature: sign(null, signedText(checkpoint), privateKey).toString('base64') }
    },
  }
}

/** Whether the signature is that of one of the trusted keys (by id). */
export function isSignedBy(checkpoint: SignedCheckpoint, trusted: ReadonlyMap<string, KeyObject>): boolean {
  const key = trusted.get(checkpoint.key_id)
  return (
    key !== undefined &&
    verify(null, signedText(checkpoint), key, Buffer.from(checkpoint.signature, 'base64'))
  )
}
