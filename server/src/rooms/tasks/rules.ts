import type { PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import type { TaskState } from '@drawbridge/schema/task.ts'
import type { TaskRow } from './queries.ts'

const dayMs = 24 * 60 * 60 * 1000

/** When a task expires: as set by hand, else by its variant's period; null when it does not. */
export function willExpireAt(task: Pick<TaskRow, 'customExpiresAt' | 'defaultExpiresAt'>): Date | null {
  return task.customExpiresAt ?? task.defaultExpiresAt
}

/** What a state set by a person means for the task's row: a task set back is left alone by automation. */
export function stateSetByPerson(
  state: TaskState,
  variant: Pick<PolicyTaskVariant, 'expires_after_days'> | undefined,
  now: Date,
): Pick<TaskRow, 'state' | 'heldByPerson' | 'completedAt' | 'defaultExpiresAt'> {
  const days = variant?.expires_after_days
  const passed = state === 'COMPLETED_PASS'
  return {
    state,
    heldByPerson: state === 'INCOMPLETE',
    completedAt: state === 'INCOMPLETE' ? null : now,
    defaultExpiresAt: passed && days !== undefined ? new Date(now.getTime() + days * dayMs) : null,
  }
}
