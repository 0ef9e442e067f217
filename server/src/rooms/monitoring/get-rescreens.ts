import type { RescreenResource } from '@drawbridge/schema/monitoring.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import {
  type Progress,
  type RescreenRow,
  selectProgress,
  selectRescreen,
  selectRescreens,
  updateRescreen,
} from './queries-rescreens.ts'

const shownMax = 100

/** The rescreens of the environment, newest first, the last 100. */
export async function listRescreens(scope: Scope): Promise<RescreenResource[]> {
  const rows = await selectRescreens(scope, shownMax)
  const progress = await selectProgress(
    scope,
    rows.map((row) => row.id),
  )
  return rows.map((row) => present(row, progress.get(row.id)))
}

/** How far a rescreen is. Raises `rescreen.unknown`. */
export async function showRescreen(scope: Scope, id: string): Promise<RescreenResource> {
  const row = await selectRescreen(scope, id.toLowerCase(), 'read')
  if (!row) throw new Fault('rescreen.unknown')
  return present(row, (await selectProgress(scope, [row.id])).get(row.id))
}

/** Pauses a rescreen, or lets it go on; twice is once. Returns its id. Raises `rescreen.unknown`, `rescreen.over`. */
export async function setRescreenState(
  scope: Scope,
  id: string,
  state: 'RUNNING' | 'PAUSED',
): Promise<string> {
  const row = await selectRescreen(scope, id.toLowerCase(), 'locked')
  if (!row) throw new Fault('rescreen.unknown')
  if (row.state === 'DONE') throw new Fault('rescreen.over')
  if (row.state !== state) await updateRescreen(scope, { ...row, state, nextAt: scope.now })
  return row.id
}

function present(row: RescreenRow, progress: Progress | undefined): RescreenResource {
  const { variant, ...population } = row.asked
  return {
    id: row.id,
    state: row.state,
    check_variant: variant,
    ...population,
    ...(row.tagId === null ? {} : { tag_id: row.tagId }),
    per_minute: row.perMinute,
    total: row.total,
    ...(progress ?? { instructed: 0, completed: 0, failed: 0 }),
    created_on: formatDateTime(row.createdAt),
    ...(row.endedAt === null ? {} : { ended_on: formatDateTime(row.endedAt) }),
  }
}
