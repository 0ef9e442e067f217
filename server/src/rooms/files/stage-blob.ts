import { v7 as uuidv7 } from 'uuid'
import { Fault } from '../../platform/fault.ts'
import { type Engine, type Opening, type Scope, withScope } from '../../platform/scope.ts'
import { open, seal } from '../../platform/vault/index.ts'
import { getRoot, type ProfileRoot } from '../profile-root/index.ts'

/** Sealed bytes that are in the storage already, and what they are. */
export interface StagedBlob {
  readonly blobId: string
  readonly mime: string
  readonly bytes: number
  readonly sha256: string
}

const cell = (account: string, blobId: string) => ({
  account,
  table: 'storage',
  column: 'bytes',
  row: blobId,
})

/**
 * Checks a file, seals it by its profile's key and puts it into the storage, before the transaction that refers to
 * it: a crash in between leaves bytes that nothing refers to, which are collected later. Raises `profile.unknown`,
 * `file.unsupported-type` (R70, R71), `file.damaged`.
 */
export async function stageBlob(
  engine: Engine,
  opening: Opening,
  input: { profile_id: string; upload: Uint8Array },
): Promise<StagedBlob> {
  const reading = { ...opening, readOnly: true, place: undefined }
  const profile = await withScope(engine, reading, (scope) => getRoot(scope, input.profile_id))
  const bytes = Buffer.from(input.upload.buffer, input.upload.byteOffset, input.upload.byteLength)
  const { mime, sha256 } = await engine.inspectFile(bytes)
  const blobId = uuidv7()
  await engine.storage.put(blobId, seal(profile.key, cell(opening.accountId, blobId), bytes))
  return { blobId, mime, bytes: bytes.length, sha256 }
}

/** Reads a blob of the profile back. */
export async function readBlob(
  reader: Pick<Scope, 'storage'>,
  accountId: string,
  profile: ProfileRoot,
  blobId: string,
): Promise<Buffer> {
  const sealed = await reader.storage.get(blobId)
  if (!sealed) throw new Fault('service.unavailable', { cause: `blob ${blobId} is not in the storage` })
  return open(profile.key, cell(accountId, blobId), sealed)
}
