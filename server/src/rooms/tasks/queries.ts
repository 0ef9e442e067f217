import type { TaskState, TaskType } from '@drawbridge/schema/task.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { type DataKey, openJson, sealJson } from '../../platform/vault/index.ts'

/** One version of a task as it is stored. */
export interface TaskRow {
  readonly profileId: string
  readonly id: string
  readonly variantId: string
  readonly type: TaskType
  readonly state: TaskState
  readonly heldByPerson: boolean
  readonly createdAt: Date
  readonly completedAt: Date | null
  readonly defaultExpiresAt: Date | null
  readonly customExpiresAt: Date | null
  readonly expiryReasons: readonly string[] | null
  readonly expiryNote: string | null
  readonly expiredAt: Date | null
  readonly expiryReason:
    | 'CHECK_EXPIRED'
    | 'PROFILE_DEACTIVATED'
    | 'NEW_TASK_VERSION'
    | 'EXPIRY_PERIOD_ENDED'
    | null
}

/** Why somebody set an expiry, in their own words. */
interface ExpiryWords {
  readonly reasons: readonly string[] | null
  readonly note: string | null
}

type Stored = Omit<TaskRow, 'expiryReasons' | 'expiryNote'> & { expiryWords: Buffer | null }

const columns = `profile_id as "profileId", id, variant_id as "variantId", type, state,
  held_by_person as "heldByPerson", created_at as "createdAt", completed_at as "completedAt",
  default_expires_at as "defaultExpiresAt", custom_expires_at as "customExpiresAt",
  expiry_words as "expiryWords", expired_at as "expiredAt",
  expiry_reason as "expiryReason"`

const wordsCell = (scope: Scope, id: string) => ({
  account: scope.accountId,
  table: 'task',
  column: 'expiry_words',
  row: id,
})

function taskOf(scope: Scope, key: DataKey, row: Stored): TaskRow {
  const { expiryWords: sealed, ...rest } = row
  const none: ExpiryWords = { reasons: null, note: null }
  const words = sealed === null ? none : (openJson(key, wordsCell(scope, row.id), sealed) as ExpiryWords)
  return { ...rest, expiryReasons: words.reasons, expiryNote: words.note }
}

/** The tasks of these profiles, oldest first, every version, by profile id. */
export async function selectTasks(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, TaskRow[]>> {
  const { rows } = await scope.query<Stored>(
    `select ${columns} from task where account_id = $1 and profile_id = any($2) order by id`,
    [scope.accountId, profiles.map((profile) => profile.id)],
  )
  const keys = new Map(profiles.map((profile) => [profile.id, profile.key]))
  const found = new Map<string, TaskRow[]>()
  for (const row of rows) {
    const key = keys.get(row.profileId)
    if (!key) continue
    const tasks = found.get(row.profileId)
    if (tasks) tasks.push(taskOf(scope, key, row))
    else found.set(row.profileId, [taskOf(scope, key, row)])
  }
  return found
}

/** A task that is to be inserted. */
export interface NewTaskRow {
  readonly id: string
  readonly variantId: string
  readonly type: TaskType
}

/** Inserts incomplete tasks, in their order. */
export async function insertTasks(
  scope: Scope,
  profileId: string,
  tasks: readonly NewTaskRow[],
): Promise<void> {
  scope.write(
    `insert into task (account_id, profile_id, id, variant_id, type, state, created_at)
     select $1, $2, id, variant_id, type, 'INCOMPLETE', $3 from unnest($4::uuid[], $5::uuid[], $6::text[])
       as new (id, variant_id, type)`,
    [
      scope.accountId,
      profileId,
      scope.now,
      tasks.map((task) => task.id),
      tasks.map((task) => task.variantId),
      tasks.map((task) => task.type),
    ],
  )
}

/** What a new state means for the row of a task. */
export interface TaskStateChange {
  readonly state: TaskState
  readonly heldByPerson: boolean
  readonly completedAt: Date | null
  readonly defaultExpiresAt: Date | null
}

export async function updateTaskState(scope: Scope, task: TaskRow, change: TaskStateChange): Promise<void> {
  scope.write(
    `update task set state = $4, held_by_person = $5, completed_at = $6, default_expires_at = $7
     where account_id = $1 and profile_id = $2 and id = $3`,
    [
      scope.accountId,
      task.profileId,
      task.id,
      change.state,
      change.heldByPerson,
      change.completedAt,
      change.defaultExpiresAt,
    ],
  )
}

export async function updateTaskExpiry(
  scope: Scope,
  profile: Subject,
  taskId: string,
  expiry: { at: Date | null } & ExpiryWords,
): Promise<void> {
  const { at, reasons, note } = expiry
  await scope.query(
    `update task set custom_expires_at = $4, expiry_words = $5 where account_id = $1 and profile_id = $2 and id = $3`,
    [
      scope.accountId,
      profile.id,
      taskId,
      at,
      at === null ? null : sealJson(profile.key, wordsCell(scope, taskId), { reasons, note }),
    ],
  )
}

/** Ends the live versions of a task variant, since a newer one takes their place. */
export async function expireTasks(scope: Scope, profileId: string, variantId: string): Promise<void> {
  await scope.query(
    `update task set expired_at = $4, expiry_reason = 'NEW_TASK_VERSION'
     where account_id = $1 and profile_id = $2 and variant_id = $3 and expired_at is null`,
    [scope.accountId, profileId, variantId, scope.now],
  )
}

export async function deleteTasks(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from task_note where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
  await scope.query('delete from task where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
}

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
