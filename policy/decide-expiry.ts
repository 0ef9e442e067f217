import type { Action } from './action.ts'
import type { CaseTask } from './case.ts'
import { notificationMs } from './expiry.ts'
import { type CaseView, variantOf, versionsOf } from './view.ts'

/**
 * The next version of a passed task, so many days before it ends, while a running application asks for it; and the end
 * of what has ended, from which on the next version counts (1.4, versions and expiry).
 */
export function expiryActions(view: CaseView): Action[] {
  const actions: Action[] = []
  for (const task of view.subject.tasks) {
    if (task.isExpired || task.state !== 'COMPLETED_PASS' || task.expiresAt === null) continue
    if (needsSuccessor(view, task, task.expiresAt))
      actions.push({ kind: 'new-task-version', taskId: task.id, variantId: task.variantId })
    if (task.expiresAt <= view.now) actions.push({ kind: 'expire-task', taskId: task.id })
  }
  return actions
}

function needsSuccessor(view: CaseView, task: CaseTask, expiresAt: Date): boolean {
  if (task.isSucceeded || !view.wanted.has(task.variantId)) return false
  const variant = variantOf(view, task)
  if (!variant || versionsOf(view, task.variantId)[0] !== task) return false
  return expiresAt.getTime() - notificationMs(variant) <= view.now.getTime()
}
