import type { FileResource, GetFile } from '@drawbridge/schema/file.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { getRoot } from '../profile-root/index.ts'
import { selectFile } from './queries.ts'
import { readBlob } from './stage-blob.ts'

/** A file with its content as a data URI. Raises `profile.unknown`, `file.unknown`. */
export async function getFile(scope: Scope, input: Input<typeof GetFile>): Promise<FileResource> {
  const profile = await getRoot(scope, input.profile_id)
  const file = await selectFile(scope, profile, input.file_id.toLowerCase())
  if (!file) throw new Fault('file.unknown')
  const bytes = await readBlob(scope, scope.accountId, profile, file.blobId)
  return {
    id: file.id,
    name: file.name,
    decrypted_data: `data:${file.mime};base64,${bytes.toString('base64')}`,
  }
}
