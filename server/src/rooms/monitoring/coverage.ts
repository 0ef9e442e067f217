import type { MonitoringCoverage } from '@drawbridge/schema/monitoring.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import { plainQuery } from '../../platform/account-transaction.ts'
import type { Engine, Scope } from '../../platform/scope.ts'
import { type CoverageRow, selectCoverage, selectOverdue } from './queries-coverage.ts'

/** Whether everybody who is to be watched is: by provider, how long ago, and what should have been looked at. */
export async function getCoverage(scope: Scope): Promise<MonitoringCoverage> {
  const rows = await selectCoverage(scope)
  const overdue = rows.reduce((sum, row) => sum + row.overdue, 0)
  return {
    as_of: formatDateTime(scope.now),
    is_whole: overdue === 0,
    overdue,
    providers: rows.map(presentRow),
  }
}

const presentRow = (row: CoverageRow): MonitoringCoverage['providers'][number] => ({
  provider: row.provider,
  check_type: row.checkType,
  active: row.active,
  stopped: row.stopped,
  looked_at: {
    within_an_hour: row.withinAnHour,
    within_a_day: row.withinADay,
    within_a_week: row.withinAWeek,
    longer_ago: row.longerAgo,
    never: row.never,
  },
  ...(row.oldest === null ? {} : { oldest_look_on: formatDateTime(row.oldest) }),
  overdue: row.overdue,
})

/** How many relations of all environments should have been looked at and were not: for the metric. */
export async function countOverdue(engine: Engine): Promise<number> {
  const rows = await selectOverdue(plainQuery(engine.pool), engine.clockOffsetMs())
  return rows.reduce((sum, row) => sum + row.relations, 0)
}

/** Raises the alarm in the log for each environment with a gap, by the clock. */
export async function alarmGaps(engine: Engine): Promise<void> {
  for (const { accountId, relations } of await selectOverdue(plainQuery(engine.pool), engine.clockOffsetMs()))
    engine.log.error('monitoring.gap', { account_id: accountId, count: relations })
}
