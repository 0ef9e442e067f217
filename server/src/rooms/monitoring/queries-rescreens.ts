import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { Query } from '../../platform/db/index.ts'
import type { Actor, Scope } from '../../platform/scope.ts'

/** Whom a rescreen reaches: profiles of a kind, with a live application, and what else was asked for. */
export interface Population {
  readonly entityType: EntityType
  /** Null for all products. */
  readonly productIds: readonly string[] | null
  readonly tagId: string | null
}

/** A check that is run for a whole population, as it is stored. */
export interface RescreenRow extends Population {
  readonly id: string
  readonly variantId: string
  readonly state: 'RUNNING' | 'PAUSED' | 'DONE'
  /** The names that were asked for: of the configuration, never of clients. */
  readonly asked: { readonly variant: string; readonly product?: string; readonly policy?: string }
  readonly perMinute: number
  /** All profiles up to this one are done. */
  readonly afterProfileId: string
  readonly total: number
  readonly nextAt: Date
  readonly createdAt: Date
  readonly endedAt: Date | null
}

/** How far a rescreen is. */
export interface Progress {
  readonly instructed: number
  readonly completed: number
  readonly failed: number
}

const columns = `id, variant_id as "variantId", state, entity_type as "entityType", product_ids as "productIds",
  tag_id as "tagId", asked, per_minute as "perMinute", after_profile_id as "afterProfileId", total,
  next_at as "nextAt", created_at as "createdAt", ended_at as "endedAt"`

/** The profiles of a population that were there at the instant $5, after the one named in $6. */
const populationSql = `from profile p
  where p.account_id = $1 and p.entity_type = $2 and p.created_at <= $5 and p.id > $6
    and exists (
      select 1 from application a where a.account_id = $1 and a.profile_id = p.id
        and a.status not in ('REJECTED', 'CANCELLED') and ($3::uuid[] is null or a.product_id = any($3)))
    and ($4::uuid is null or exists (
      select 1 from profile_tag t where t.account_id = $1 and t.profile_id = p.id and t.tag_id = $4))`

const populationValues = (scope: Scope, of: Population, until: Date, after: string) => [
  scope.accountId,
  of.entityType,
  of.productIds,
  of.tagId,
  until,
  after,
]

/** Before every id. */
export const firstId = '00000000-0000-0000-0000-000000000000'

/** How many profiles a population has now. */
export async function countPopulation(scope: Scope, of: Population): Promise<number> {
  const { rows } = await scope.query<{ total: number }>(
    `select count(*)::integer as total ${populationSql}`,
    populationValues(scope, of, scope.now, firstId),
  )
  return rows[0]?.total ?? 0
}

/** The next profiles that a rescreen has to reach, in the order of their ids. */
export async function selectNextProfiles(
  scope: Scope,
  rescreen: RescreenRow,
  max: number,
): Promise<string[]> {
  const { rows } = await scope.query<{ id: string }>(`select p.id ${populationSql} order by p.id limit $7`, [
    ...populationValues(scope, rescreen, rescreen.createdAt, rescreen.afterProfileId),
    max,
  ])
  return rows.map((row) => row.id)
}

/** The tag of exactly this name; undefined when there is none. */
export async function selectTagId(scope: Scope, name: string): Promise<string | undefined> {
  const { rows } = await scope.query<{ id: string }>(
    'select id from tag where account_id = $1 and term = $2',
    [scope.accountId, String(scope.vault.token('tag-name', name))],
  )
  return rows[0]?.id
}

export async function insertRescreen(scope: Scope, row: RescreenRow): Promise<void> {
  await scope.query(
    `insert into rescreen (account_id, id, variant_id, state, entity_type, product_ids, tag_id, asked, per_minute,
       after_profile_id, total, next_at, created_at, actor_kind, actor_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      scope.accountId,
      row.id,
      row.variantId,
      row.state,
      row.entityType,
      row.productIds,
      row.tagId,
      JSON.stringify(row.asked),
      row.perMinute,
      row.afterProfileId,
      row.total,
      row.nextAt,
      row.createdAt,
      scope.actor.kind,
      scope.actor.id,
    ],
  )
}

/** The rescreens of the environment, newest first. */
export async function selectRescreens(scope: Scope, max: number): Promise<RescreenRow[]> {
  const { rows } = await scope.query<RescreenRow>(
    `select ${columns} from rescreen where account_id = $1 order by id desc limit $2`,
    [scope.accountId, max],
  )
  return rows
}

/** One rescreen, `how` it is read: `locked` until the transaction ends, `free` when nobody else has it. */
export async function selectRescreen(
  scope: Scope,
  id: string,
  how: 'read' | 'locked' | 'free',
): Promise<RescreenRow | undefined> {
  const lock = { read: '', locked: 'for update', free: 'for update skip locked' }[how]
  const { rows } = await scope.query<RescreenRow>(
    `select ${columns} from rescreen where account_id = $1 and id = $2 ${lock}`,
    [scope.accountId, id],
  )
  return rows[0]
}

/** Writes how far a locked rescreen is. */
export async function updateRescreen(scope: Scope, row: RescreenRow): Promise<void> {
  await scope.query(
    `update rescreen set state = $3, after_profile_id = $4, next_at = $5, ended_at = $6
     where account_id = $1 and id = $2`,
    [scope.accountId, row.id, row.state, row.afterProfileId, row.nextAt, row.endedAt],
  )
}

/** Notes that a profile was reached; a second time breaks the transaction. */
export function insertRescreenCheck(
  scope: Scope,
  rescreenId: string,
  profileId: string,
  checkId: string,
): void {
  scope.write(
    'insert into rescreen_check (account_id, rescreen_id, profile_id, check_id) values ($1, $2, $3, $4)',
    [scope.accountId, rescreenId, profileId, checkId],
  )
}

/** How far these rescreens are, by id. */
export async function selectProgress(scope: Scope, ids: readonly string[]): Promise<Map<string, Progress>> {
  const { rows } = await scope.query<Progress & { id: string }>(
    `select r.rescreen_id as id, count(*)::integer as instructed,
       (count(*) filter (where c.state = 'COMPLETE'))::integer as completed,
       (count(*) filter (where c.decision = 'ERROR'))::integer as failed
     from rescreen_check r
     left join profile_check c on c.account_id = $1 and c.profile_id = r.profile_id and c.id = r.check_id
     where r.account_id = $1 and r.rescreen_id = any($2) group by r.rescreen_id`,
    [scope.accountId, ids],
  )
  return new Map(rows.map(({ id, ...progress }) => [id, progress]))
}

/** A rescreen that may go on, and who began it. */
export interface DueRescreen {
  readonly accountId: string
  readonly id: string
  readonly actor: Actor
}

/** Rescreens that are due, longest waiting first. Asked across accounts, answered in ids. */
export async function selectDueRescreens(
  query: Query,
  clockOffsetMs: number,
  max: number,
): Promise<DueRescreen[]> {
  const { rows } = await query.query<{
    account_id: string
    id: string
    actor_kind: Actor['kind']
    actor_id: string | null
  }>('select account_id, id, actor_kind, actor_id from due_rescreens($1, $2)', [clockOffsetMs, max])
  return rows.map((row) => ({
    accountId: row.account_id,
    id: row.id,
    actor: { kind: row.actor_kind, id: row.actor_id },
  }))
}
