import type { EventResolution, EventType } from '@drawbridge/schema/event.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { type DataKey, openJson, sealJson } from '../../platform/vault/index.ts'
import { WorkingRows } from '../../platform/working-rows.ts'

/** What is said of a match, in the shape of the contract's event data. */
export type EventData = Readonly<Record<string, unknown>> & { readonly event_type: EventType }

/** A match or alert as it is stored; what is said of it is read apart. */
export interface EventRow {
  readonly profileId: string
  readonly id: string
  readonly type: EventType
  readonly resolution: EventResolution
  readonly checkId: string | null
  /** Keyed hashes of what was matched and of what is said of it; null for what is no match. */
  readonly matchToken: bigint | null
  readonly contentToken: bigint | null
  readonly createdAt: Date
  /** When it came, or came again with other content. */
  readonly changedAt: Date
  readonly resolvedAt: Date | null
  readonly taskIds: readonly string[]
  /** Why it was resolved so, in somebody's words. */
  readonly reason: string | null
  /** What is said of it, where this transaction is about to write it. */
  readonly written?: EventData
}

type Stored = Omit<EventRow, 'reason' | 'written'> & { reason: Buffer | null }

const cell = (scope: Scope, column: 'data' | 'reason', id: string) => ({
  account: scope.accountId,
  table: 'profile_event',
  column,
  row: id,
})

async function readEvents(scope: Scope, profiles: readonly Subject[]): Promise<Map<string, EventRow[]>> {
  const { rows } = await scope.query<Stored>(
    `select profile_id as "profileId", id, type, resolution, check_id as "checkId", match_token as "matchToken",
       content_token as "contentToken", created_at as "createdAt", changed_at as "changedAt", resolved_at as "resolvedAt",
       task_ids as "taskIds", reason
     from profile_event where account_id = $1 and profile_id = any($2) order by id`,
    [scope.accountId, profiles.map((profile) => profile.id)],
  )
  const keys = new Map(profiles.map((profile) => [profile.id, profile.key]))
  const found = new Map<string, EventRow[]>()
  for (const row of rows) {
    const key = keys.get(row.profileId)
    if (!key) continue
    const event = eventOf(scope, key, row)
    const events = found.get(row.profileId)
    if (events) events.push(event)
    else found.set(row.profileId, [event])
  }
  return found
}

function eventOf(scope: Scope, key: DataKey, { reason, ...row }: Stored): EventRow {
  const said = reason === null ? null : (openJson(key, cell(scope, 'reason', row.id), reason) as string)
  return { ...row, reason: said }
}

const changing = (scope: Scope, profile: Subject, row: EventRow) => [
  row.resolution,
  row.matchToken === null ? null : String(row.matchToken),
  row.contentToken === null ? null : String(row.contentToken),
  row.written === undefined ? null : sealJson(profile.key, cell(scope, 'data', row.id), row.written),
  row.reason === null ? null : sealJson(profile.key, cell(scope, 'reason', row.id), row.reason),
  row.resolvedAt,
  row.changedAt,
]

function insertEvents(scope: Scope, profile: Subject, rows: readonly EventRow[]): void {
  for (const row of rows)
    scope.write(
      `insert into profile_event (account_id, profile_id, id, type, check_id, created_at, task_ids, resolution,
         match_token, content_token, data, reason, resolved_at, changed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        scope.accountId,
        profile.id,
        row.id,
        row.type,
        row.checkId,
        row.createdAt,
        row.taskIds,
        ...changing(scope, profile, row),
      ],
    )
}

function updateEvent(scope: Scope, profile: Subject, row: EventRow): void {
  scope.write(
    `update profile_event set resolution = $4, match_token = $5, content_token = $6, data = coalesce($7, data),
       reason = $8, resolved_at = $9, changed_at = $10, task_ids = $11
     where account_id = $1 and profile_id = $2 and id = $3`,
    [scope.accountId, profile.id, row.id, ...changing(scope, profile, row), row.taskIds],
  )
}

const events = new WorkingRows<EventRow>({
  table: 'profile_event',
  read: readEvents,
  insert: insertEvents,
  update: updateEvent,
})

/** The events of these profiles, oldest first, by profile id. */
export async function selectEvents(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, readonly EventRow[]>> {
  return events.of(scope, profiles)
}

/** Adds events, each with what is said of it, to a locked profile. */
export async function addEventRows(
  scope: Scope,
  profile: Subject,
  rows: readonly (EventRow & { readonly written: EventData })[],
): Promise<void> {
  await events.add(scope, profile, rows)
}

/** Changes an event of a locked profile. */
export async function changeEventRow(scope: Scope, profile: Subject, row: EventRow): Promise<void> {
  await events.change(scope, profile, row)
}

/** What is said of these events of one profile, by event id. */
export async function selectEventData(
  scope: Scope,
  profile: Subject,
  ids: readonly string[],
): Promise<Map<string, EventData>> {
  if (ids.length === 0) return new Map()
  const { rows } = await scope.query<{ id: string; data: Buffer }>(
    'select id, data from profile_event where account_id = $1 and profile_id = $2 and id = any($3)',
    [scope.accountId, profile.id, ids],
  )
  return new Map(
    rows.map(({ id, data }) => [id, openJson(profile.key, cell(scope, 'data', id), data) as EventData]),
  )
}

/** Removes the events of a profile. */
export async function deleteEvents(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from profile_event where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
  events.forget(scope, profileId)
}
