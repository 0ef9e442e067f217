import type { ProductApplicationFlag, ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { RiskLevelCategory } from '@drawbridge/schema/risk.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { WorkingRows } from '../../platform/working-rows.ts'
import { deleteHistory } from './queries-history.ts'

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

/** Removes the applications of a profile. */
export async function deleteApplications(scope: Scope, profileId: string): Promise<void> {
  await deleteHistory(scope, profileId)
  await scope.query('delete from application where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
  applications.forget(scope, profileId)
}
