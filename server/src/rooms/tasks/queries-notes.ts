import type { Scope, Subject } from '../../platform/scope.ts'
import { openJson, sealJson } from '../../platform/vault/index.ts'

/** What a note says. */
export interface NoteContent {
  readonly text?: string | undefined
  readonly attachments: readonly { id: string; name?: string | undefined }[]
}

/** A note on a task. */
export interface NoteRow {
  readonly id: string
  readonly authorKind: string
  readonly authorId: string | null
  readonly createdAt: Date
  readonly content: NoteContent
}

const contentCell = (scope: Scope, id: string) => ({
  account: scope.accountId,
  table: 'task_note',
  column: 'content',
  row: id,
})

export async function insertNote(
  scope: Scope,
  profile: Subject,
  taskId: string,
  note: { id: string; content: NoteContent },
): Promise<void> {
  await scope.query(
    `insert into task_note (account_id, profile_id, task_id, id, content, author_kind, author_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      scope.accountId,
      profile.id,
      taskId,
      note.id,
      sealJson(profile.key, contentCell(scope, note.id), note.content),
      scope.actor.kind,
      scope.actor.id,
      scope.now,
    ],
  )
}

/** The notes on a task that were not removed, oldest first. */
export async function selectNotes(scope: Scope, profile: Subject, taskId: string): Promise<NoteRow[]> {
  const { rows } = await scope.query<Omit<NoteRow, 'content'> & { content: Buffer }>(
    `select id, author_kind as "authorKind", author_id as "authorId", created_at as "createdAt", content
     from task_note where account_id = $1 and profile_id = $2 and task_id = $3 and removed_at is null order by id`,
    [scope.accountId, profile.id, taskId],
  )
  return rows.map((row) => ({
    ...row,
    content: openJson(profile.key, contentCell(scope, row.id), row.content) as NoteContent,
  }))
}

export async function updateNoteRemoved(
  scope: Scope,
  profileId: string,
  taskId: string,
  noteId: string,
): Promise<void> {
  await scope.query(
    `update task_note set removed_at = $5 where account_id = $1 and profile_id = $2 and task_id = $3 and id = $4`,
    [scope.accountId, profileId, taskId, noteId, scope.now],
  )
}

/** Removes all notes on the tasks of a profile. */
export async function deleteNotes(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from task_note where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
}
