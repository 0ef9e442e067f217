import type { AddFile } from '@drawbridge/schema/file.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { type FileRow, insertFile } from './queries.ts'
import type { StagedBlob } from './stage-blob.ts'

/** Attaches a staged file to a profile (R68, R69). Raises `profile.unknown`. */
export async function addFile(
  scope: Scope,
  input: Input<typeof AddFile> & { staged: StagedBlob },
): Promise<{ id: string; name: string }> {
  const profile = await lockProfile(scope, input.profile_id)
  const file = await storeFile(scope, profile, input.body.name, input.staged)
  const { id, name, sha256 } = file
  scope.record({ kind: 'file.added', payload: { file_id: id, name, sha256 } }, profile)
  return { id, name }
}

/** Writes the row of a staged file of a locked profile. */
export async function storeFile(
  scope: Scope,
  profile: ProfileRoot,
  name: string,
  staged: StagedBlob,
): Promise<FileRow> {
  const file = { id: scope.newId(), name, ...staged }
  await insertFile(scope, profile, file)
  return file
}
