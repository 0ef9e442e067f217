import type { ApplicationRow, HistoryRow } from './queries.ts'

/** The status before the last decision, to which a reverted application returns; null when nothing was decided. */
export function statusBeforeDecision(history: readonly HistoryRow[]): ApplicationRow['status'] | null {
  const statuses = history.filter((line) => line.kind === 'STATUS').map((line) => line.status)
  const last = statuses.at(-1)
  if (last === undefined || last === 'APPLIED') return null
  return statuses.findLast((status) => status !== last) ?? null
}
