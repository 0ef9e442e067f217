import type { CheckType } from '@drawbridge/schema/check.ts'
import type { Query } from '../../platform/db/index.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { type DataKey, openJson, sealJson } from '../../platform/vault/index.ts'
import { WorkingRows } from '../../platform/working-rows.ts'

/** How a provider names what it watches, and where a relation that was adopted comes from. */
export interface Relation {
  readonly providerId: string
  readonly reference: string
  readonly customData: Readonly<Record<string, unknown>>
  readonly providerName: string
  readonly adoptedFrom?: string
}

/** Why nobody is watched any more. */
export type StopReason = 'NO_LIVE_APPLICATION' | 'ASSOCIATE_REMOVED' | 'PROVIDER_REMOVED'

/** One provider that watches one profile, as it is stored. */
export interface MonitoredRow {
  readonly profileId: string
  readonly id: string
  /** The provider by alias. */
  readonly provider: string
  readonly checkType: CheckType
  readonly variantId: string | null
  readonly checkId: string | null
  readonly state: 'ACTIVE' | 'STOPPED'
  readonly stopReason: StopReason | null
  readonly relation: Relation
  /** A keyed hash of the last answer. */
  readonly answerToken: bigint | null
  /** Whether the provider has been told to watch. */
  readonly isBegun: boolean
  readonly startedAt: Date
  readonly stoppedAt: Date | null
  readonly lastLookedAt: Date | null
  readonly nextAt: Date
  readonly intervalSeconds: number
  readonly epoch: number
  readonly failures: number
}

type Stored = Omit<MonitoredRow, 'relation'> & { relation: Buffer }

const cell = (scope: Scope, id: string) => ({
  account: scope.accountId,
  table: 'monitored',
  column: 'relation',
  row: id,
})

function rowOf(scope: Scope, key: DataKey, row: Stored): MonitoredRow {
  return { ...row, relation: openJson(key, cell(scope, row.id), row.relation) as Relation }
}

async function readMonitored(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, MonitoredRow[]>> {
  const { rows } = await scope.query<Stored>(
    `select profile_id as "profileId", id, provider, check_type as "checkType", variant_id as "variantId",
       check_id as "checkId", state, stop_reason as "stopReason", relation, answer_token as "answerToken",
       is_begun as "isBegun", started_at as "startedAt", stopped_at as "stoppedAt",
       last_looked_at as "lastLookedAt", next_at as "nextAt", interval_seconds as "intervalSeconds", epoch, failures
     from monitored where account_id = $1 and profile_id = any($2) order by id`,
    [scope.accountId, profiles.map((profile) => profile.id)],
  )
  const keys = new Map(profiles.map((profile) => [profile.id, profile.key]))
  const found = new Map<string, MonitoredRow[]>()
  for (const row of rows) {
    const key = keys.get(row.profileId)
    if (!key) continue
    const known = found.get(row.profileId)
    if (known) known.push(rowOf(scope, key, row))
    else found.set(row.profileId, [rowOf(scope, key, row)])
  }
  return found
}

const changing = (scope: Scope, profile: Subject, row: MonitoredRow) => [
  row.variantId,
  row.checkId,
  row.state,
  row.stopReason,
  sealJson(profile.key, cell(scope, row.id), row.relation),
  row.answerToken === null ? null : String(row.answerToken),
  row.isBegun,
  row.stoppedAt,
  row.lastLookedAt,
  row.nextAt,
  row.intervalSeconds,
  row.epoch,
  row.failures,
]

function insertMonitored(scope: Scope, profile: Subject, rows: readonly MonitoredRow[]): void {
  for (const row of rows)
    scope.write(
      `insert into monitored (account_id, profile_id, id, provider, check_type, started_at, variant_id, check_id,
         state, stop_reason, relation, answer_token, is_begun, stopped_at, last_looked_at, next_at, interval_seconds,
         epoch, failures)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
      [
        scope.accountId,
        profile.id,
        row.id,
        row.provider,
        row.checkType,
        row.startedAt,
        ...changing(scope, profile, row),
      ],
    )
}

function updateMonitored(scope: Scope, profile: Subject, row: MonitoredRow): void {
  scope.write(
    `update monitored set variant_id = $4, check_id = $5, state = $6, stop_reason = $7, relation = $8,
       answer_token = $9, is_begun = $10, stopped_at = $11, last_looked_at = $12, next_at = $13,
       interval_seconds = $14, epoch = $15, failures = $16
     where account_id = $1 and profile_id = $2 and id = $3`,
    [scope.accountId, profile.id, row.id, ...changing(scope, profile, row)],
  )
}

const monitored = new WorkingRows<MonitoredRow>({
  table: 'monitored',
  read: readMonitored,
  insert: insertMonitored,
  update: updateMonitored,
})

/** The providers that watch a profile, or did, oldest first. */
export async function selectMonitored(scope: Scope, profile: Subject): Promise<readonly MonitoredRow[]> {
  return (await monitored.of(scope, [profile])).get(profile.id) ?? []
}

/** Adds a relation of a locked profile. */
export async function addMonitoredRow(scope: Scope, profile: Subject, row: MonitoredRow): Promise<void> {
  await monitored.add(scope, profile, [row])
}

/** Changes a relation of a locked profile. */
export async function changeMonitoredRow(scope: Scope, profile: Subject, row: MonitoredRow): Promise<void> {
  await monitored.change(scope, profile, row)
}

/** Whether another company still has the profile on its lists. */
export async function isLinked(scope: Scope, profileId: string): Promise<boolean> {
  const { rows } = await scope.query(
    'select 1 as linked from associate_link where account_id = $1 and profile_id = $2 limit 1',
    [scope.accountId, profileId],
  )
  return rows.length > 0
}

/** Ends every relation with a provider that does not exist any more; one of the same name takes nothing over (R37). */
export async function stopAllOf(scope: Scope, provider: string): Promise<void> {
  await scope.query(
    `update monitored set state = 'STOPPED', stop_reason = 'PROVIDER_REMOVED', stopped_at = $3, epoch = epoch + 1
     where account_id = $1 and provider = $2 and state = 'ACTIVE'`,
    [scope.accountId, provider, scope.now],
  )
  await scope.query(
    `update monitored set stop_reason = 'PROVIDER_REMOVED' where account_id = $1 and provider = $2`,
    [scope.accountId, provider],
  )
}

/** Removes what is watched of a profile, and that rescreens reached it. */
export async function deleteMonitored(scope: Scope, profileId: string): Promise<void> {
  for (const table of ['monitored', 'rescreen_check'])
    await scope.query(`delete from ${table} where account_id = $1 and profile_id = $2`, [
      scope.accountId,
      profileId,
    ])
  monitored.forget(scope, profileId)
}

/** A profile with relations that are due. */
export interface DueMonitored {
  readonly accountId: string
  readonly profileId: string
}

/** Profiles that are to be looked at, longest waiting first, each once. Asked across accounts, answered in ids. */
export async function selectDueMonitored(
  query: Query,
  clockOffsetMs: number,
  max: number,
): Promise<DueMonitored[]> {
  const { rows } = await query.query<{ account_id: string; profile_id: string }>(
    'select account_id, profile_id from due_monitored($1, $2)',
    [clockOffsetMs, max],
  )
  const found = new Map<string, DueMonitored>()
  for (const row of rows) found.set(row.profile_id, { accountId: row.account_id, profileId: row.profile_id })
  return [...found.values()]
}

/** Whether nobody else looks at the profile at this moment; it never waits. */
export async function claimLook(scope: Scope, profileId: string): Promise<boolean> {
  const { rows } = await scope.query<{ mine: boolean }>(
    `select pg_try_advisory_xact_lock(
       hashtextextended('monitored/' || current_setting('app.account_id') || $1, 0)) as mine`,
    [profileId],
  )
  return rows[0]?.mine === true
}
