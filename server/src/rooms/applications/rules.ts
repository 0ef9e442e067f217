import type { Case } from '@drawbridge/policy/case.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import type { TaskRow } from '../tasks/index.ts'
import type { ApplicationRow, HistoryRow } from './queries.ts'

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

/** What a case is made of besides its profile's row; parts that a decision does not look at may be left out. */
export type CaseParts = Pick<Case, 'applications'> &
  Partial<Omit<Case, 'entityType' | 'category' | 'status' | 'isAssociate' | 'applications' | 'tasks'>> & {
    readonly tasks: readonly TaskRow[]
  }

/** The case of a profile as values, for decisions. */
export function caseOf(
  profile: Pick<ProfileRoot, 'entityType' | 'category' | 'status' | 'role'>,
  { tasks, ...parts }: CaseParts,
): Case {
  return {
    entityType: profile.entityType,
    category: profile.category,
    status: profile.status,
    isAssociate: profile.role.endsWith('_ASSOCIATED'),
    data: {},
    checks: [],
    events: [],
    associates: [],
    openCollectionSteps: 0,
    disabledCheckVariantIds: [],
    ...parts,
    tasks: tasks.map((task) => ({
      id: task.id,
      variantId: task.variantId,
      state: task.state,
      isExpired: task.expiredAt !== null,
      isHeldByPerson: task.heldByPerson,
      createdAt: task.createdAt,
      expiresAt: task.customExpiresAt ?? task.defaultExpiresAt,
      isSucceeded: task.successorId !== null,
    })),
  }
}
