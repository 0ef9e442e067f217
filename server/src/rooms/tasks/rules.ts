import type { PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import type { RiskLevelCategory } from '@drawbridge/schema/risk.ts'
import type { TaskState } from '@drawbridge/schema/task.ts'
import type { TaskRow } from './queries.ts'

const dayMs = 24 * 60 * 60 * 1000

/** When a task expires: as set by hand, else by its variant's period; null when it does not. */
export function willExpireAt(task: Pick<TaskRow, 'customExpiresAt' | 'defaultExpiresAt'>): Date | null {
  return task.customExpiresAt ?? task.defaultExpiresAt
}

/** When a task that passed at this instant ends by its variant's period, which may depend on the risk. */
export function defaultExpiry(
  variant: Pick<PolicyTaskVariant, 'expiry'> | undefined,
  passedAt: Date,
  level: RiskLevelCategory | null,
): Date | null {
  const expiry = variant?.expiry
  if (expiry === undefined) return null
  const days = (level === null ? undefined : expiry.days_by_risk[level]) ?? expiry.days
  return new Date(passedAt.getTime() + days * dayMs)
}

/** What a state means for the task's row: a task that a person set back is left alone by automation. */
export function rowOfState(
  state: TaskState,
  variant: Pick<PolicyTaskVariant, 'expiry'> | undefined,
  set: { readonly at: Date; readonly byPerson: boolean },
): Pick<TaskRow, 'state' | 'heldByPerson' | 'completedAt' | 'defaultExpiresAt'> {
  return {
    state,
    heldByPerson: set.byPerson && state === 'INCOMPLETE',
    completedAt: state === 'INCOMPLETE' ? null : set.at,
    defaultExpiresAt: state === 'COMPLETED_PASS' ? defaultExpiry(variant, set.at, null) : null,
  }
}
