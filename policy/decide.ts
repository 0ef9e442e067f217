import type { Action } from './action.ts'
import type { Case } from './case.ts'
import { associateActions } from './decide-associates.ts'
import { checkActions } from './decide-checks.ts'
import { expiryActions } from './decide-expiry.ts'
import { riskActions } from './decide-risk.ts'
import { badgeActions, rejectionActions, statusActions } from './decide-status.ts'
import { passActions, reopenActions, taskActions } from './decide-tasks.ts'
import type { Policy } from './policy.ts'
import { type CaseView, viewOf } from './view.ts'

/**
 * The order of product behaviour 1.3: risk, tasks, associates, checks, passing, decision. What rejects outright comes
 * before anything is asked for, and what makes or reopens tasks before checks, so that checks are due once in a round.
 */
const stages: readonly ((view: CaseView) => Action[])[] = [
  riskActions,
  rejectionActions,
  taskActions,
  expiryActions,
  reopenActions,
  associateActions,
  checkActions,
  passActions,
  statusActions,
  badgeActions,
]

/**
 * What must happen to a case now, by the policy: nothing, when all has happened. Depends on values alone. The
 * caller applies the actions and asks again until there are none; every action brings the case nearer to that.
 */
export function decide(subject: Case, policy: Policy, now: Date): Action[] {
  const view = viewOf(subject, policy, now)
  for (const stage of stages) {
    const actions = stage(view)
    if (actions.length > 0) return actions
  }
  return []
}
