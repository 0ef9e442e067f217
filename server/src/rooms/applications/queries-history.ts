import type { ProductApplicationFlag, ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { open, seal } from '../../platform/vault/index.ts'
import { WorkingRows } from '../../platform/working-rows.ts'

/** A line of the history of an application. */
export interface HistoryRow {
  readonly id: string
  readonly applicationId: string
  readonly kind: 'STATUS' | 'FLAG'
  readonly status: ProductApplicationStatus
  readonly flag: ProductApplicationFlag
  readonly at: Date
  readonly actorKind: string
  readonly actorId: string | null
  readonly comment: string | null
  /** Of a decision, the reasons of the policy that were named with it, by id. */
  readonly reasons: readonly string[]
}

const commentCell = (scope: Scope, id: string) => ({
  account: scope.accountId,
  table: 'application_history',
  column: 'comment',
  row: id,
})

function insertHistory(scope: Scope, profile: Subject, lines: readonly HistoryRow[]): void {
  const comments = lines.map(({ id, comment }) =>
    comment === null ? null : seal(profile.key, commentCell(scope, id), Buffer.from(comment)),
  )
  scope.write(
    `insert into application_history
       (account_id, profile_id, application_id, id, kind, status, flag, at, actor_kind, actor_id, comment,
        decision_reasons)
     select $1, $2, application_id, id, kind, status, flag, at, actor_kind, actor_id, comment,
       string_to_array(reasons, ',')::uuid[]
     from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::text[],
         $10::uuid[], $11::bytea[], $12::text[])
       as new (application_id, id, kind, status, flag, at, actor_kind, actor_id, comment, reasons)`,
    [
      scope.accountId,
      profile.id,
      lines.map((line) => line.applicationId),
      lines.map((line) => line.id),
      lines.map((line) => line.kind),
      lines.map((line) => line.status),
      lines.map((line) => line.flag),
      lines.map((line) => line.at),
      lines.map((line) => line.actorKind),
      lines.map((line) => line.actorId),
      comments,
      // An array of arrays would have to be rectangular.
      lines.map((line) => line.reasons.join(',')),
    ],
  )
}

async function readHistory(scope: Scope, profiles: readonly Subject[]): Promise<Map<string, HistoryRow[]>> {
  const { rows } = await scope.query<
    Omit<HistoryRow, 'comment'> & { profile_id: string; comment: Buffer | null }
  >(
    `select profile_id, id, application_id as "applicationId", kind, status, flag, at, actor_kind as "actorKind",
       actor_id as "actorId", comment, decision_reasons as reasons
     from application_history where account_id = $1 and profile_id = any($2) order by id`,
    [scope.accountId, profiles.map((profile) => profile.id)],
  )
  const keys = new Map(profiles.map((profile) => [profile.id, profile.key]))
  const found = new Map<string, HistoryRow[]>()
  for (const { profile_id, comment: sealed, ...row } of rows) {
    const key = keys.get(profile_id)
    const comment = sealed === null || !key ? null : open(key, commentCell(scope, row.id), sealed).toString()
    const lines = found.get(profile_id)
    if (lines) lines.push({ ...row, comment })
    else found.set(profile_id, [{ ...row, comment }])
  }
  return found
}

const history = new WorkingRows<HistoryRow>({
  table: 'application_history',
  read: readHistory,
  insert: insertHistory,
  update: () => {
    throw new Error('A line of the history never changes')
  },
})

/** Adds lines to the history of applications of one locked profile, in their order. */
export async function addHistory(
  scope: Scope,
  profile: Subject,
  actor: { kind: string; id: string | null },
  lines: readonly Pick<HistoryRow, 'applicationId' | 'kind' | 'status' | 'flag' | 'comment' | 'reasons'>[],
): Promise<void> {
  const told = { at: scope.now, actorKind: actor.kind, actorId: actor.id }
  await history.add(
    scope,
    profile,
    lines.map((line) => ({ id: scope.newId(), ...line, ...told })),
  )
}

/** The history of all applications of these profiles, oldest first, by application id. */
export async function selectHistory(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, HistoryRow[]>> {
  const found = await history.of(scope, profiles)
  return Map.groupBy([...found.values()].flat(), (line) => line.applicationId)
}

/** Removes the history of the applications of a profile. */
export async function deleteHistory(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from application_history where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
  history.forget(scope, profileId)
}
