import type { Action } from './action.ts'
import type { CaseCheck, CaseEvent, CaseTask } from './case.ts'
import { isSatisfiedByAssociates } from './decide-associates.ts'
import type { PolicyTaskVariant } from './policy.ts'
import { isEnded } from './status.ts'
import { type CaseView, checkVariantOf, eventsOf, isNewer, variantOf, versionsOf, walkIn } from './view.ts'

/**
 * Adds what the walk of each running application asks for and the profile does not have. What was once asked for
 * stays: a changed risk level or changed data only adds (1.3).
 */
export function taskActions(view: CaseView): Action[] {
  const actions: Action[] = []
  const added = new Set<string>()
  for (const application of view.subject.applications) {
    if (isEnded(application)) continue
    const asked = new Set(application.requiredVariants)
    const further = walkIn(view, application).variantIds.filter((variantId) => !asked.has(variantId))
    const variantIds = [...application.requiredVariants, ...further]
    if (further.length > 0) actions.push({ kind: 'require-tasks', applicationId: application.id, variantIds })
    for (const variantId of variantIds) {
      if (added.has(variantId) || versionsOf(view, variantId).length > 0) continue
      added.add(variantId)
      actions.push({ kind: 'add-task', variantId })
    }
  }
  return actions
}

/**
 * A passed screening task is open again when a match that nobody has resolved came after it passed, whichever
 * provider found it and whichever application asked for the task (1.7).
 */
export function reopenActions(view: CaseView): Action[] {
  const unresolved = view.subject.events.filter((event) => event.resolution === 'UNRESOLVED')
  if (unresolved.length === 0) return []
  return view.subject.tasks
    .filter((task) => task.state === 'COMPLETED_PASS' && !task.isExpired && isOvertaken(view, task))
    .map((task) => ({ kind: 'reopen-task', taskId: task.id }))
}

function isOvertaken(view: CaseView, task: CaseTask): boolean {
  const variant = variantOf(view, task)
  const since = task.passedAt ?? task.createdAt
  if (!variant) return false
  return eventsOf(view, variant).some((event) => event.resolution === 'UNRESOLVED' && event.createdAt > since)
}

/**
 * The tasks that are done by what is known (1.4, rules 2 to 4). A task that a person set back is left to persons, and
 * nothing ever fails a task by itself (rule 5).
 */
export function passActions(view: CaseView): Action[] {
  return view.subject.tasks.flatMap((task) => {
    const variant = variantOf(view, task)
    if (!variant || task.state !== 'INCOMPLETE' || task.isExpired || task.isHeldByPerson) return []
    return isDone(view, task, variant) ? [{ kind: 'pass-task' as const, taskId: task.id }] : []
  })
}

function isDone(view: CaseView, task: CaseTask, variant: PolicyTaskVariant): boolean {
  const events = eventsOf(view, variant)
  if (events.some((event) => event.resolution === 'UNRESOLVED')) return false
  if (isSkipped(view, task, variant)) return true
  if (variant.associates) return isSatisfiedByAssociates(view, task, variant, variant.associates)
  return acceptedChecks(view, task, variant).some((check) => knewOf(check, events))
}

/** Custom tasks may be asked for only from their second version on: the first counts as done. */
function isSkipped(view: CaseView, task: CaseTask, variant: PolicyTaskVariant): boolean {
  if (!variant.skip_first_version || !variant.task_type.endsWith('_MANUAL_TASK')) return false
  return !view.subject.tasks.some(
    (other) =>
      other.variantId === task.variantId &&
      other !== task &&
      isNewer(task, task.createdAt, other, other.createdAt),
  )
}

/**
 * The acceptance checks that pass a version of a task: of those that were instructed last, at one instant, the ones that
 * passed; one is enough (rule 2). While the last one runs, nobody knows yet.
 */
function acceptedChecks(view: CaseView, task: CaseTask, variant: PolicyTaskVariant): CaseCheck[] {
  const accepted = view.checksOf.get(task.id)?.filter((check) => isAcceptance(view, check, variant)) ?? []
  const last = Math.max(...accepted.map((check) => check.instructedAt.getTime()))
  return accepted.filter(
    (check) =>
      check.instructedAt.getTime() === last && check.state === 'COMPLETE' && check.decision === 'PASS',
  )
}

function isAcceptance(view: CaseView, check: CaseCheck, variant: PolicyTaskVariant): boolean {
  const checkVariant = checkVariantOf(view, check)
  return checkVariant !== undefined && variant.acceptance_checks.includes(checkVariant.alias)
}

/**
 * Whether a check knew of every match that there is. What came after it may have been cleared since, but clearing
 * matches passes no task: that is left to a person, or to a newer check (rule 3).
 */
function knewOf(check: CaseCheck, events: readonly CaseEvent[]): boolean {
  const known = check.completedAt ?? check.instructedAt
  return events.every((event) => event.createdAt <= known)
}
