import type { Action } from './action.ts'
import type { CaseTask } from './case.ts'
import { checkTypes } from './check-types.ts'
import type { PolicyCheckVariant } from './policy.ts'
import { type CaseView, checkVariantOf, variantOf } from './view.ts'

type RunCheck = Extract<Action, { kind: 'run-check' }>

/**
 * The automatic checks that are due: once for each version of a task, when no data is waited for (1.4, rule 1). Tasks
 * that ask for the same check at one time share one.
 */
export function checkActions(view: CaseView): RunCheck[] {
  if (view.subject.openCollectionSteps > 0) return []
  const due = new Map<string, string[]>()
  for (const task of view.subject.tasks) {
    for (const variantId of dueFor(view, task)) {
      const taskIds = due.get(variantId)
      if (taskIds) taskIds.push(task.id)
      else due.set(variantId, [task.id])
    }
  }
  return [...due].map(([variantId, taskIds]) => ({ kind: 'run-check', variantId, taskIds: taskIds.sort() }))
}

/** Check variants, by id, that a version of a task still has to run by itself. */
function dueFor(view: CaseView, task: CaseTask): ReadonlySet<string> {
  const due = new Set<string>()
  if (task.state !== 'INCOMPLETE' || task.isExpired || task.isHeldByPerson) return due
  if (view.unchecked.has(task.variantId)) return due
  for (const alias of variantOf(view, task)?.automatic_checks ?? []) {
    const variant = view.index.checkByAlias.get(alias)
    if (variant && mayRun(view, variant) && !hasRun(view, task, variant)) due.add(variant.id)
  }
  return due
}

function mayRun(view: CaseView, variant: PolicyCheckVariant): boolean {
  const { mayRunAutomatically, entityType } = checkTypes[variant.check_type]
  return (
    mayRunAutomatically &&
    entityType === view.subject.entityType &&
    !view.subject.disabledCheckVariantIds.includes(variant.id)
  )
}

function hasRun(view: CaseView, task: CaseTask, variant: PolicyCheckVariant): boolean {
  return view.checksOf.get(task.id)?.some((check) => checkVariantOf(view, check)?.id === variant.id) ?? false
}
