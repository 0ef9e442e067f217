import type { Scope, Subject } from '../../platform/scope.ts'
import { WorkingRows } from '../../platform/working-rows.ts'

/** When a case must be looked at again by the clock; its id is the profile's. */
interface DueRow {
  readonly id: string
  /** Null when nothing is due by the clock. */
  readonly dueAt: Date | null
}

async function readDue(scope: Scope, profiles: readonly Subject[]): Promise<Map<string, DueRow[]>> {
  const { rows } = await scope.query<DueRow>(
    'select profile_id as id, due_at as "dueAt" from case_due where account_id = $1 and profile_id = any($2)',
    [scope.accountId, profiles.map((profile) => profile.id)],
  )
  return new Map(rows.map((row) => [row.id, [row]]))
}

function insertDue(scope: Scope, _profile: Subject, rows: readonly DueRow[]): void {
  for (const row of rows)
    scope.write('insert into case_due (account_id, profile_id, due_at) values ($1, $2, $3)', [
      scope.accountId,
      row.id,
      row.dueAt,
    ])
}

function updateDue(scope: Scope, _profile: Subject, row: DueRow): void {
  scope.write('update case_due set due_at = $3 where account_id = $1 and profile_id = $2', [
    scope.accountId,
    row.id,
    row.dueAt,
  ])
}

const dueRows = new WorkingRows<DueRow>({
  table: 'case_due',
  read: readDue,
  insert: insertDue,
  update: updateDue,
})

/** When the case of this profile is due; undefined when that was never written. */
export async function selectDue(scope: Scope, profile: Subject): Promise<DueRow | undefined> {
  return (await dueRows.of(scope, [profile])).get(profile.id)?.[0]
}

/** Writes when the case of a locked profile is due, where that has changed. */
export async function writeDue(scope: Scope, profile: Subject, dueAt: Date | null): Promise<void> {
  const known = await selectDue(scope, profile)
  if ((known?.dueAt ?? null)?.getTime() === dueAt?.getTime()) return
  const row = { id: profile.id, dueAt }
  if (known) await dueRows.change(scope, profile, row)
  else await dueRows.add(scope, profile, [row])
}

/** Before every profile. */
export const firstId = '00000000-0000-0000-0000-000000000000'

/** Where a walk through the due cases stands. */
export interface DueCursor {
  readonly dueAt: Date
  readonly profileId: string
}

/** The cases that were due by now, longest due first, after the cursor. */
export async function selectCasesDue(
  scope: Scope,
  after: DueCursor | null,
  limit: number,
): Promise<DueCursor[]> {
  const { rows } = await scope.query<DueCursor>(
    `select due_at as "dueAt", profile_id as "profileId" from case_due
     where account_id = $1 and due_at <= $2 and (due_at, profile_id) > ($3, $4)
     order by due_at, profile_id limit $5`,
    [scope.accountId, scope.now, after?.dueAt ?? new Date(0), after?.profileId ?? firstId, limit],
  )
  return rows
}

/** The profiles with an application that is not decided, in the order of their ids, after the one named. */
export async function selectUndecided(scope: Scope, after: string, limit: number): Promise<string[]> {
  const { rows } = await scope.query<{ profile_id: string }>(
    `select distinct profile_id from application
     where account_id = $1 and profile_id > $2 and status in ('APPLIED', 'IN_REVIEW') order by profile_id limit $3`,
    [scope.accountId, after, limit],
  )
  return rows.map((row) => row.profile_id)
}

/** Forgets when the case of a profile is due. */
export async function deleteDue(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from case_due where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
  dueRows.forget(scope, profileId)
}
