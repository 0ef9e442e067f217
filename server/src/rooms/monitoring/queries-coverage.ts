import type { CheckType } from '@drawbridge/schema/check.ts'
import type { Query } from '../../platform/db/index.ts'
import type { Scope } from '../../platform/scope.ts'

/** How many relations of one provider there are, and how long ago they were looked at. */
export interface CoverageRow {
  readonly provider: string
  readonly checkType: CheckType
  readonly active: number
  readonly stopped: number
  readonly withinAnHour: number
  readonly withinADay: number
  readonly withinAWeek: number
  readonly longerAgo: number
  readonly never: number
  readonly oldest: Date | null
  readonly overdue: number
}

const age = (from: string, to: string) =>
  `(count(*) filter (where state = 'ACTIVE' and $2::timestamptz - last_looked_at > interval '${from}'
     and $2::timestamptz - last_looked_at <= interval '${to}'))::integer`

/** Each provider and type of check of the environment. What is overdue is told as `monitored_overdue` tells it. */
export async function selectCoverage(scope: Scope): Promise<CoverageRow[]> {
  const { rows } = await scope.query<CoverageRow>(
    `select provider, check_type as "checkType",
       (count(*) filter (where state = 'ACTIVE'))::integer as active,
       (count(*) filter (where state = 'STOPPED'))::integer as stopped,
       ${age('-1 day', '1 hour')} as "withinAnHour",
       ${age('1 hour', '1 day')} as "withinADay",
       ${age('1 day', '7 days')} as "withinAWeek",
       (count(*) filter (where state = 'ACTIVE' and $2::timestamptz - last_looked_at > interval '7 days'))::integer as "longerAgo",
       (count(*) filter (where state = 'ACTIVE' and last_looked_at is null))::integer as never,
       min(last_looked_at) filter (where state = 'ACTIVE') as oldest,
       (count(*) filter (where state = 'ACTIVE'
         and coalesce(last_looked_at, started_at) + greatest(3 * interval_seconds, 900) * interval '1 second' < $2::timestamptz
       ))::integer as overdue
     from monitored where account_id = $1 group by provider, check_type order by provider, check_type`,
    [scope.accountId, scope.now],
  )
  return rows
}

/** How many relations of each environment should have been looked at and were not; those without are left out. */
export async function selectOverdue(
  query: Query,
  clockOffsetMs: number,
): Promise<{ readonly accountId: string; readonly relations: number }[]> {
  const { rows } = await query.query<{ account_id: string; relations: bigint }>(
    'select account_id, relations from monitored_overdue($1)',
    [clockOffsetMs],
  )
  return rows.map((row) => ({ accountId: row.account_id, relations: Number(row.relations) }))
}
