import type { EventResource } from '@drawbridge/schema/event.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { type EventRow, selectEventData } from './queries.ts'

/** Events of one profile as the contract shows them, in the order given. */
export async function presentEvents(
  scope: Scope,
  profile: Subject,
  rows: readonly EventRow[],
): Promise<EventResource[]> {
  const data = await selectEventData(
    scope,
    profile,
    rows.map((row) => row.id),
  )
  return rows.map((row) => ({
    id: row.id,
    creation_date: formatDateTime(row.createdAt),
    resolution: row.resolution,
    ...(row.reason === null ? {} : { resolution_reason: row.reason }),
    ...(row.resolvedAt === null ? {} : { resolution_date: formatDateTime(row.resolvedAt) }),
    resolution_task_ids: [...row.taskIds],
    data: data.get(row.id) ?? { event_type: row.type },
  }))
}
