import type { MonitoringResource } from '@drawbridge/schema/monitoring.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { MonitoredRow } from './queries-monitored.ts'

/** A relation as the contract shows it; its reference stays between the platform and the provider. */
export function presentMonitored(row: MonitoredRow): MonitoringResource {
  const { stoppedAt, lastLookedAt, relation } = row
  return {
    id: row.id,
    provider: row.provider,
    check_type: row.checkType,
    state: row.state,
    ...(row.stopReason === null ? {} : { stop_reason: row.stopReason }),
    ...(row.checkId === null ? {} : { check_id: row.checkId }),
    started_on: formatDateTime(row.startedAt),
    ...(stoppedAt === null ? {} : { stopped_on: formatDateTime(stoppedAt) }),
    ...(lastLookedAt === null ? {} : { last_looked_on: formatDateTime(lastLookedAt) }),
    ...(row.state === 'STOPPED' ? {} : { next_look_on: formatDateTime(row.nextAt) }),
    ...(relation.adoptedFrom === undefined ? {} : { adopted_from: relation.adoptedFrom }),
  }
}
