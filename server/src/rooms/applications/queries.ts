import type { ProductApplicationFlag, ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { open, seal } from '../../platform/vault/index.ts'

/** An application as it is stored. */
export interface ApplicationRow {
  readonly profileId: string
  readonly id: string
  readonly productId: string
  readonly associatedRole: AssociatedRole | null
  readonly status: ProductApplicationStatus
  readonly flag: ProductApplicationFlag
  readonly requiredVariants: readonly string[]
  readonly hidden: boolean
  readonly createdAt: Date
}

const columns = `profile_id as "profileId", id, product_id as "productId", associated_role as "associatedRole", status,
  flag, required_variants as "requiredVariants", hidden, created_at as "createdAt"`

/** The applications of these profiles, oldest first, by profile id. */
export async function selectApplications(
  scope: Scope,
  profileIds: readonly string[],
): Promise<Map<string, ApplicationRow[]>> {
  const { rows } = await scope.query<ApplicationRow>(
    `select ${columns} from application where account_id = $1 and profile_id = any($2) order by id`,
    [scope.accountId, profileIds],
  )
  return Map.groupBy(rows, (row) => row.profileId)
}

export async function insertApplication(scope: Scope, row: ApplicationRow): Promise<void> {
  scope.write(
    `insert into application (account_id, profile_id, id, product_id, associated_role, status, flag,
       required_variants, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      scope.accountId,
      row.profileId,
      row.id,
      row.productId,
      row.associatedRole,
      row.status,
      row.flag,
      row.requiredVariants,
      row.createdAt,
    ],
  )
}

/** Writes where an application stands. */
export async function updateApplication(
  scope: Scope,
  row: Pick<ApplicationRow, 'profileId' | 'id' | 'status' | 'flag' | 'requiredVariants'>,
): Promise<void> {
  scope.write(
    `update application set status = $4, flag = $5, required_variants = $6
     where account_id = $1 and profile_id = $2 and id = $3`,
    [scope.accountId, row.profileId, row.id, row.status, row.flag, row.requiredVariants],
  )
}

/** A line of the history of an application. */
export interface HistoryRow {
  readonly applicationId: string
  readonly kind: 'STATUS' | 'FLAG'
  readonly status: ProductApplicationStatus
  readonly flag: ProductApplicationFlag
  readonly at: Date
  readonly actorKind: string
  readonly actorId: string | null
  readonly comment: string | null
}

const commentCell = (scope: Scope, id: string) => ({
  account: scope.accountId,
  table: 'application_history',
  column: 'comment',
  row: id,
})

/** Adds lines to the history of applications of one profile, in their order. */
export async function insertHistory(
  scope: Scope,
  profile: Subject,
  actor: { kind: string; id: string | null },
  lines: readonly Pick<HistoryRow, 'applicationId' | 'kind' | 'status' | 'flag' | 'comment'>[],
): Promise<void> {
  const ids = lines.map(() => scope.newId())
  const comments = lines.map(({ comment }, index) =>
    comment === null ? null : seal(profile.key, commentCell(scope, ids[index] ?? ''), Buffer.from(comment)),
  )
  scope.write(
    `insert into application_history
       (account_id, profile_id, application_id, id, kind, status, flag, at, actor_kind, actor_id, comment)
     select $1, $2, application_id, id, kind, status, flag, $3, $4, $5, comment
     from unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::bytea[])
       as new (application_id, id, kind, status, flag, comment)`,
    [
      scope.accountId,
      profile.id,
      scope.now,
      actor.kind,
      actor.id,
      lines.map((line) => line.applicationId),
      ids,
      lines.map((line) => line.kind),
      lines.map((line) => line.status),
      lines.map((line) => line.flag),
      comments,
    ],
  )
}

/** The history of all applications of these profiles, oldest first, by application id. */
export async function selectHistory(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, HistoryRow[]>> {
  const { rows } = await scope.query<
    Omit<HistoryRow, 'comment'> & { id: string; profile_id: string; comment: Buffer | null }
  >(
    `select profile_id, id, application_id as "applicationId", kind, status, flag, at, actor_kind as "actorKind",
       actor_id as "actorId", comment
     from application_history where account_id = $1 and profile_id = any($2) order by id`,
    [scope.accountId, profiles.map((profile) => profile.id)],
  )
  const keys = new Map(profiles.map((profile) => [profile.id, profile.key]))
  const lines = rows.map(({ id, profile_id, comment: sealed, ...row }): HistoryRow => {
    const key = keys.get(profile_id)
    const comment = sealed === null || !key ? null : open(key, commentCell(scope, id), sealed).toString()
    return { ...row, comment }
  })
  return Map.groupBy(lines, (line) => line.applicationId)
}

export async function deleteApplications(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from application_history where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
  await scope.query('delete from application where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
}
