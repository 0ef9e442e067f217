import type { ProductApplicationFlag, ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { RiskLevelCategory } from '@drawbridge/schema/risk.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { open, seal } from '../../platform/vault/index.ts'
import { WorkingRows } from '../../platform/working-rows.ts'

/** The risk of an application; the score is null when the level is UNDETERMINED. */
interface ApplicationScore {
  readonly level: RiskLevelCategory
  readonly score: number | null
}

/** An application as it is stored. */
export interface ApplicationRow {
  readonly profileId: string
  readonly id: string
  readonly productId: string
  readonly associatedRole: AssociatedRole | null
  readonly status: ProductApplicationStatus
  readonly flag: ProductApplicationFlag
  readonly requiredVariants: readonly string[]
  /** What was last computed; null before, and where the product has no risk model. */
  readonly risk: ApplicationScore | null
  /** A person sent it to review or took a decision back: automation leaves its status alone. */
  readonly isHeldByPerson: boolean
  /** Whether a person has been told that the application waits for one. */
  readonly isManualActionRaised: boolean
  readonly hidden: boolean
  readonly createdAt: Date
}

type Stored = Omit<ApplicationRow, 'risk'> & {
  riskLevel: RiskLevelCategory | null
  riskScore: number | null
}

const columns = `profile_id as "profileId", id, product_id as "productId", associated_role as "associatedRole", status,
  flag, required_variants as "requiredVariants", risk_level as "riskLevel", risk_score as "riskScore",
  held_by_person as "isHeldByPerson", manual_action_raised as "isManualActionRaised", hidden, created_at as "createdAt"`

async function readApplications(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, ApplicationRow[]>> {
  const { rows } = await scope.query<Stored>(
    `select ${columns} from application where account_id = $1 and profile_id = any($2) order by id`,
    [scope.accountId, profiles.map((profile) => profile.id)],
  )
  return Map.groupBy(rows.map(applicationOf), (row) => row.profileId)
}

function applicationOf({ riskLevel: level, riskScore: score, ...row }: Stored): ApplicationRow {
  return { ...row, risk: level === null ? null : { level, score } }
}

function insertApplication(scope: Scope, row: ApplicationRow): void {
  scope.write(
    `insert into application (account_id, profile_id, id, product_id, associated_role, status, flag,
       required_variants, hidden, created_at, risk_level, risk_score, manual_action_raised, held_by_person)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      scope.accountId,
      row.profileId,
      row.id,
      row.productId,
      row.associatedRole,
      row.status,
      row.flag,
      row.requiredVariants,
      row.hidden,
      row.createdAt,
      row.risk?.level ?? null,
      row.risk?.score ?? null,
      row.isManualActionRaised,
      row.isHeldByPerson,
    ],
  )
}

function updateApplication(scope: Scope, row: ApplicationRow): void {
  scope.write(
    `update application set status = $4, flag = $5, required_variants = $6, risk_level = $7, risk_score = $8,
       manual_action_raised = $9, held_by_person = $10
     where account_id = $1 and profile_id = $2 and id = $3`,
    [
      scope.accountId,
      row.profileId,
      row.id,
      row.status,
      row.flag,
      row.requiredVariants,
      row.risk?.level ?? null,
      row.risk?.score ?? null,
      row.isManualActionRaised,
      row.isHeldByPerson,
    ],
  )
}

const applications = new WorkingRows<ApplicationRow>({
  table: 'application',
  read: readApplications,
  insert: (scope, _profile, rows) => {
    for (const row of rows) insertApplication(scope, row)
  },
  update: (scope, _profile, row) => updateApplication(scope, row),
})

/** The applications of these profiles, oldest first, by profile id. */
export async function selectApplications(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, readonly ApplicationRow[]>> {
  return applications.of(scope, profiles)
}

/** The products that these profiles are approved for, by id, by profile id. */
export async function selectApprovedProducts(
  scope: Scope,
  profileIds: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await scope.query<{ profile_id: string; product_id: string }>(
    `select profile_id, product_id from application
     where account_id = $1 and profile_id = any($2) and status = 'APPROVED'`,
    [scope.accountId, profileIds],
  )
  const found = new Map<string, string[]>()
  for (const row of rows) {
    const products = found.get(row.profile_id)
    if (products) products.push(row.product_id)
    else found.set(row.profile_id, [row.product_id])
  }
  return found
}

/** Adds an application to a locked profile. */
export async function addApplicationRow(scope: Scope, profile: Subject, row: ApplicationRow): Promise<void> {
  await applications.add(scope, profile, [row])
}

/** Changes where an application of a locked profile stands. */
export async function changeApplicationRow(
  scope: Scope,
  profile: Subject,
  row: ApplicationRow,
): Promise<void> {
  await applications.change(scope, profile, row)
}

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

export async function deleteApplications(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from application_history where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
  await scope.query('delete from application where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
  applications.forget(scope, profileId)
  history.forget(scope, profileId)
}
