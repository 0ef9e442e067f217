import type { Query } from '../../platform/db/index.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { openJson, sealJson } from '../../platform/vault/index.ts'

/** What a file is called and what its bytes are, in hexadecimal. */
export interface Description {
  readonly name: string
  readonly sha256: string
}

/** A file of a profile; its bytes are a blob in the storage. */
export interface FileRow extends Description {
  readonly id: string
  readonly blobId: string
  readonly mime: string
  readonly bytes: number
}

type Row = Omit<FileRow, 'name' | 'sha256'> & { description: Buffer }

const cell = (scope: Scope, id: string) => ({
  account: scope.accountId,
  table: 'file',
  column: 'description',
  row: id,
})

export async function insertFile(scope: Scope, profile: Subject, file: FileRow): Promise<void> {
  const { name, sha256 } = file
  await scope.query(
    `insert into file (account_id, profile_id, id, blob_id, mime, bytes, description, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      scope.accountId,
      profile.id,
      file.id,
      file.blobId,
      file.mime,
      file.bytes,
      sealJson(profile.key, cell(scope, file.id), { name, sha256 }),
      scope.now,
    ],
  )
}

/** A file of the profile; undefined when it has no such file. */
export async function selectFile(scope: Scope, profile: Subject, id: string): Promise<FileRow | undefined> {
  const { rows } = await scope.query<Row>(
    `select id, blob_id as "blobId", mime, bytes, description from file
     where account_id = $1 and profile_id = $2 and id = $3`,
    [scope.accountId, profile.id, id],
  )
  const [row] = rows
  if (!row) return undefined
  const { description, ...rest } = row
  return { ...rest, ...(openJson(profile.key, cell(scope, id), description) as Description) }
}

/** Which of these files the profile has. */
export async function selectFileIds(
  scope: Scope,
  profileId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const { rows } = await scope.query<{ id: string }>(
    'select id from file where account_id = $1 and profile_id = $2 and id = any($3)',
    [scope.accountId, profileId, ids],
  )
  return new Set(rows.map((row) => row.id))
}

export async function deleteFiles(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from file where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
}

/** Which of these blobs any account's file refers to: asked across accounts, answered in ids. */
export async function selectBlobsInUse(query: Query, blobIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await query.query<{ blob_id: string }>('select blob_id from blobs_in_use($1)', [blobIds])
  return new Set(rows.map((row) => row.blob_id))
}
