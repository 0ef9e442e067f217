import type { TaskState, TaskType } from '@drawbridge/schema/task.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { type DataKey, openJson, sealJson } from '../../platform/vault/index.ts'
import { WorkingRows } from '../../platform/working-rows.ts'
import { deleteNotes } from './queries-notes.ts'

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
  /** The next version, which waits for this one to end. */
  readonly successorId: string | null
  /** Not asked for: the first version of a variant that skips it. */
  readonly isSkipped: boolean
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
  expiry_reason as "expiryReason", successor_id as "successorId", skipped as "isSkipped"`

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

async function readTasks(scope: Scope, profiles: readonly Subject[]): Promise<Map<string, TaskRow[]>> {
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

const changing = (scope: Scope, profile: Subject, task: TaskRow) => {
  const { expiryReasons: reasons, expiryNote: note } = task
  const words = reasons === null && note === null ? null : { reasons, note }
  return {
    state: task.state,
    heldByPerson: task.heldByPerson,
    completedAt: task.completedAt,
    defaultExpiresAt: task.defaultExpiresAt,
    customExpiresAt: task.customExpiresAt,
    expiryWords: words === null ? null : sealJson(profile.key, wordsCell(scope, task.id), words),
    expiredAt: task.expiredAt,
    expiryReason: task.expiryReason,
    successorId: task.successorId,
  }
}

const insertColumns = `variant_id, type, created_at, state, held_by_person, completed_at, default_expires_at,
  custom_expires_at, expiry_words, expired_at, expiry_reason, successor_id, skipped`

function insertTasks(scope: Scope, profile: Subject, tasks: readonly TaskRow[]): void {
  const rows = tasks.map((task) => ({ ...task, ...changing(scope, profile, task) }))
  scope.write(
    `insert into task (account_id, profile_id, id, ${insertColumns})
     select $1, $2, id, ${insertColumns}
     from unnest($3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::text[], $8::boolean[], $9::timestamptz[],
         $10::timestamptz[], $11::timestamptz[], $12::bytea[], $13::timestamptz[], $14::text[],
         $15::uuid[], $16::boolean[])
       as new (id, ${insertColumns})`,
    [
      scope.accountId,
      profile.id,
      rows.map((row) => row.id),
      rows.map((row) => row.variantId),
      rows.map((row) => row.type),
      rows.map((row) => row.createdAt),
      rows.map((row) => row.state),
      rows.map((row) => row.heldByPerson),
      rows.map((row) => row.completedAt),
      rows.map((row) => row.defaultExpiresAt),
      rows.map((row) => row.customExpiresAt),
      rows.map((row) => row.expiryWords),
      rows.map((row) => row.expiredAt),
      rows.map((row) => row.expiryReason),
      rows.map((row) => row.successorId),
      rows.map((row) => row.isSkipped),
    ],
  )
}

function updateTask(scope: Scope, profile: Subject, task: TaskRow): void {
  const row = changing(scope, profile, task)
  scope.write(
    `update task set state = $4, held_by_person = $5, completed_at = $6, default_expires_at = $7,
       custom_expires_at = $8, expiry_words = $9, expired_at = $10, expiry_reason = $11, successor_id = $12
     where account_id = $1 and profile_id = $2 and id = $3`,
    [
      scope.accountId,
      profile.id,
      task.id,
      row.state,
      row.heldByPerson,
      row.completedAt,
      row.defaultExpiresAt,
      row.customExpiresAt,
      row.expiryWords,
      row.expiredAt,
      row.expiryReason,
      row.successorId,
    ],
  )
}

const tasks = new WorkingRows<TaskRow>({
  table: 'task',
  read: readTasks,
  insert: insertTasks,
  update: updateTask,
})

/** The tasks of these profiles, oldest first, every version, by profile id. */
export async function selectTasks(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, readonly TaskRow[]>> {
  return tasks.of(scope, profiles)
}

/** Adds tasks to a locked profile, in their order. */
export async function addTaskRows(scope: Scope, profile: Subject, rows: readonly TaskRow[]): Promise<void> {
  await tasks.add(scope, profile, rows)
}

/** Changes a task of a locked profile. */
export async function changeTaskRow(scope: Scope, profile: Subject, row: TaskRow): Promise<void> {
  await tasks.change(scope, profile, row)
}

/** Removes the tasks of a profile, with their notes. */
export async function deleteTasks(scope: Scope, profileId: string): Promise<void> {
  await deleteNotes(scope, profileId)
  await scope.query('delete from task where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
  tasks.forget(scope, profileId)
}
