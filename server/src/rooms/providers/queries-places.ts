import type { Scope } from '../../platform/scope.ts'
import type { Limits } from './queries.ts'

/** What is under way at a provider and left of its rates, as of `at`, and what was agreed. */
export interface LoadRow extends Limits {
  readonly secondTokens: number | null
  readonly minuteTokens: number | null
  readonly countedAt: Date | null
  readonly interactiveWaitsUntil: Date | null
  readonly failures: number
  readonly openings: number
  readonly openUntil: Date | null
  readonly probeCallId: string | null
  readonly description: unknown
}

/** The calls under way. */
export interface CallsRow {
  /** The database clock when they were counted: after the lock was had, which may have taken a while. */
  readonly countedAt: Date
  readonly interactiveCalls: number
  readonly migrationCalls: number
  readonly isProbed: boolean
}

const breakerColumns = `b.second_tokens as "secondTokens", b.minute_tokens as "minuteTokens", b.counted_at as "countedAt",
  b.interactive_waits_until as "interactiveWaitsUntil", b.failures, b.openings, b.open_until as "openUntil",
  b.probe_call_id as "probeCallId", p.calls_per_second as "callsPerSecond", p.calls_per_minute as "callsPerMinute",
  p.concurrent_calls as "concurrentCalls", p.timeout_seconds as "timeoutSeconds",
  p.migration_percent as "migrationPercent", p.breaker_failures as "breakerFailures", p.description`

/**
 * Locks what decides about calls to the provider, then counts those under way; one way to the database and back.
 * Undefined when the provider has been removed. `offsetMs` is added to the database clock.
 */
export async function lockLoad(
  scope: Scope,
  providerId: string,
  offsetMs: number,
): Promise<{ load: LoadRow; calls: CallsRow } | undefined> {
  const [{ rows: loads }, { rows: counts }] = await Promise.all([
    scope.query<LoadRow>(
      `select ${breakerColumns} from provider_breaker b
       join provider p on p.account_id = b.account_id and p.id = b.provider_id
       where b.account_id = $1 and b.provider_id = $2 for update of b`,
      [scope.accountId, providerId],
    ),
    scope.query<CallsRow>(
      `select c.at as "countedAt",
         (count(*) filter (where not l.is_migration))::integer as "interactiveCalls",
         (count(*) filter (where l.is_migration))::integer as "migrationCalls",
         coalesce(bool_or(l.id = b.probe_call_id), false) as "isProbed"
       from (select clock_timestamp() + $3 * interval '1 millisecond' as at offset 0) c
       join provider_breaker b on b.account_id = $1 and b.provider_id = $2
       left join provider_call l on l.account_id = $1 and l.provider_id = $2 and l.expires_at > c.at
       group by c.at`,
      [scope.accountId, providerId, offsetMs],
    ),
  ])
  const [load, calls] = [loads[0], counts[0]]
  return load && calls && { load, calls }
}

/** Notes a call that begins, and takes away those of nodes that died. */
export function insertCall(
  scope: Scope,
  call: { id: string; providerId: string; isMigration: boolean; at: Date; expiresAt: Date },
): void {
  scope.write('delete from provider_call where account_id = $1 and provider_id = $2 and expires_at <= $3', [
    scope.accountId,
    call.providerId,
    call.at,
  ])
  scope.write(
    'insert into provider_call (account_id, provider_id, id, is_migration, expires_at) values ($1, $2, $3, $4, $5)',
    [scope.accountId, call.providerId, call.id, call.isMigration, call.expiresAt],
  )
}

/** What is left of the rates after a call began; `probeCallId` is the call itself where it tries an open breaker. */
export function updateTokens(
  scope: Scope,
  providerId: string,
  left: { secondTokens: number | null; minuteTokens: number | null; at: Date; probeCallId: string | null },
): void {
  scope.write(
    `update provider_breaker set second_tokens = $3, minute_tokens = $4, counted_at = $5, probe_call_id = $6
     where account_id = $1 and provider_id = $2`,
    [scope.accountId, providerId, left.secondTokens, left.minuteTokens, left.at, left.probeCallId],
  )
}

/** Notes that interactive work waits for a place. */
export function updateInteractiveWaits(scope: Scope, providerId: string, until: Date): void {
  scope.write(
    'update provider_breaker set interactive_waits_until = $3 where account_id = $1 and provider_id = $2',
    [scope.accountId, providerId, until],
  )
}

/** Whose call it is; undefined when it has ended. */
export async function selectCallProvider(scope: Scope, callId: string): Promise<string | undefined> {
  const { rows } = await scope.query<{ providerId: string }>(
    'select provider_id as "providerId" from provider_call where account_id = $1 and id = $2',
    [scope.accountId, callId],
  )
  return rows[0]?.providerId
}

/** Ends a call. False when it had ended before. */
export async function deleteCall(scope: Scope, callId: string): Promise<boolean> {
  const { rows } = await scope.query(
    'delete from provider_call where account_id = $1 and id = $2 returning 1 as ended',
    [scope.accountId, callId],
  )
  return rows.length === 1
}

/** Where the breaker stands after a call. */
export function updateBreaker(
  scope: Scope,
  providerId: string,
  breaker: { failures: number; openings: number; openUntil: Date | null },
): void {
  scope.write(
    `update provider_breaker set failures = $3, openings = $4, open_until = $5, probe_call_id = null
     where account_id = $1 and provider_id = $2`,
    [scope.accountId, providerId, breaker.failures, breaker.openings, breaker.openUntil],
  )
}

/** The state of the breaker and the calls under way, of each provider of the environment. */
export interface BreakerRow {
  readonly providerId: string
  readonly failures: number
  readonly openings: number
  readonly openUntil: Date | null
  readonly interactiveCalls: number
  readonly migrationCalls: number
}

export async function selectBreakers(scope: Scope): Promise<BreakerRow[]> {
  const { rows } = await scope.query<BreakerRow>(
    `select b.provider_id as "providerId", b.failures, b.openings, b.open_until as "openUntil",
       (count(l.id) filter (where not l.is_migration))::integer as "interactiveCalls",
       (count(l.id) filter (where l.is_migration))::integer as "migrationCalls"
     from provider_breaker b
     left join provider_call l
       on l.account_id = b.account_id and l.provider_id = b.provider_id and l.expires_at > $2
     where b.account_id = $1 group by b.account_id, b.provider_id`,
    [scope.accountId, scope.now],
  )
  return rows
}
