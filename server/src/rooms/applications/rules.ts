import type { ApplicationRow } from './queries.ts'
import type { HistoryRow } from './queries-history.ts'

type Status = ApplicationRow['status']

const decisions: readonly Status[] = ['APPROVED', 'REJECTED', 'CANCELLED']
const ended: readonly Status[] = ['REJECTED', 'CANCELLED']

/**
 * The status before the last decision, to which a reverted application returns; null when it is not decided. What
 * was reverted counts no more, so that reverting again goes further back and never round in a circle.
 */
export function statusBeforeDecision(history: readonly Pick<HistoryRow, 'kind' | 'status'>[]): Status | null {
  const standing: Status[] = []
  for (const { kind, status } of history) {
    if (kind !== 'STATUS') continue
    const last = standing.at(-1)
    // Nothing but a revert leads out of an end, or back to APPLIED.
    if (last !== undefined && (ended.includes(last) || status === 'APPLIED')) standing.pop()
    else standing.push(status)
  }
  const last = standing.at(-1)
  return last === undefined || !decisions.includes(last) ? null : (standing.at(-2) ?? null)
}

/** The lines that show how the badge went on: of a status and the badge that followed at once, only the badge. */
export function flagLines<L extends Pick<HistoryRow, 'kind' | 'at'>>(history: readonly L[]): L[] {
  return history.filter((line, index) => {
    const next = history[index + 1]
    const followed = next?.kind === 'FLAG' && next.at.getTime() === line.at.getTime()
    return line.kind === 'FLAG' || !followed
  })
}
