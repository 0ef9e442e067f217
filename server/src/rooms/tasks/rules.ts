import type { CaseTask } from '@drawbridge/policy/case.ts'
import { expiresAfter } from '@drawbridge/policy/expiry.ts'
import type { PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import type { TaskState } from '@drawbridge/schema/task.ts'
import type { TaskRow } from './queries.ts'

/** When a task expires: as set by hand, else by its variant's period; null when it does not. */
export function willExpireAt(task: Pick<TaskRow, 'customExpiresAt' | 'defaultExpiresAt'>): Date | null {
  return task.customExpiresAt ?? task.defaultExpiresAt
}

/** Whether a task's automatic checks are still to be run. */
export function needsAutomation(
  task: Pick<TaskRow, 'state' | 'heldByPerson' | 'expiredAt'>,
  variant: Pick<PolicyTaskVariant, 'automatic_checks'> | undefined,
  checkIds: readonly string[],
): boolean {
  if (task.state !== 'INCOMPLETE' || task.heldByPerson || task.expiredAt !== null) return false
  return checkIds.length === 0 && (variant?.automatic_checks.length ?? 0) > 0
}

/** A version of a task as decisions look at it. */
export function caseTaskOf(task: TaskRow): CaseTask {
  return {
    id: task.id,
    variantId: task.variantId,
    state: task.state,
    isExpired: task.expiredAt !== null,
    isHeldByPerson: task.heldByPerson,
    createdAt: task.createdAt,
    passedAt: task.state === 'COMPLETED_PASS' ? task.completedAt : null,
    expiresAt: willExpireAt(task),
    isSucceeded: task.successorId !== null,
  }
}

/**
 * What a state means for the task's row: a task that a person set back is left alone by automation. Days that depend
 * on the risk are set when the case is settled.
 */
export function rowOfState(
  state: TaskState,
  variant: PolicyTaskVariant | undefined,
  set: { readonly at: Date; readonly byPerson: boolean },
): Pick<TaskRow, 'state' | 'heldByPerson' | 'completedAt' | 'defaultExpiresAt'> {
  return {
    state,
    heldByPerson: set.byPerson && state === 'INCOMPLETE',
    completedAt: state === 'INCOMPLETE' ? null : set.at,
    defaultExpiresAt: state === 'COMPLETED_PASS' ? expiresAfter(variant, set.at, []) : null,
  }
}
