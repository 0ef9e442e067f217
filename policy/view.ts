import type { Case, CaseApplication, CaseCheck, CaseEvent, CaseTask } from './case.ts'
import type { Policy, PolicyCheckVariant, PolicyTaskVariant } from './policy.ts'
import { indexOf, type PolicyIndex } from './policy-index.ts'
import { isEnded } from './status.ts'
import { screenedEvents } from './task-types.ts'
import { type Walk, walkOf } from './walk.ts'

/** A case beside its policy at one instant, with what several decisions look up made once. */
export interface CaseView {
  readonly subject: Case
  readonly policy: Policy
  readonly index: PolicyIndex
  readonly now: Date
  /** Versions of tasks that count, by variant, newest first. */
  readonly liveTasks: ReadonlyMap<string, readonly CaseTask[]>
  /** The checks that were run for each version of a task. */
  readonly checksOf: ReadonlyMap<string, readonly CaseCheck[]>
  /** Variants that an application asks for that has not ended. */
  readonly wanted: ReadonlySet<string>
  /**
   * Variants for which no check runs by itself: applications asked for them, but all of these have ended or wait for
   * data that their risk needs, before which nothing proceeds (product behaviour 1.2).
   */
  readonly unchecked: ReadonlySet<string>
}

/** Looks at a case by its policy. */
export function viewOf(subject: Case, policy: Policy, now: Date): CaseView {
  const running = subject.applications.filter((application) => !isEnded(application))
  const wanted = new Set(running.flatMap((application) => application.requiredVariants))
  const proceeding = running.filter((application) => application.risk?.level !== 'UNDETERMINED')
  const checked = new Set(proceeding.flatMap((application) => application.requiredVariants))
  const asked = subject.applications.flatMap((application) => application.requiredVariants)
  return {
    subject,
    policy,
    index: indexOf(policy),
    now,
    liveTasks: groupLive(subject.tasks),
    checksOf: groupChecks(subject.checks),
    wanted,
    unchecked: new Set(asked.filter((variantId) => !checked.has(variantId))),
  }
}

/** Whether an application waits for a decision. */
export function isUndecided({ status }: Pick<CaseApplication, 'status'>): boolean {
  return status === 'APPLIED' || status === 'IN_REVIEW'
}

/** Where the smart policy leads an application now. */
export function walkIn(view: CaseView, application: CaseApplication): Walk {
  return walkOf(view.subject, application, view.policy)
}

/** The variant of a task; undefined when the policy has it no more. */
export function variantOf(view: CaseView, task: CaseTask): PolicyTaskVariant | undefined {
  return view.index.taskById.get(task.variantId)
}

/** The variant of a check; one that was run elsewhere without naming any counts as one of its type's default variant. */
export function checkVariantOf(view: CaseView, check: CaseCheck): PolicyCheckVariant | undefined {
  return check.variantId === null
    ? view.index.defaultCheckByType.get(check.checkType)
    : view.index.checkById.get(check.variantId)
}

/** The live versions of a task, newest first. */
export function versionsOf(view: CaseView, variantId: string): readonly CaseTask[] {
  return view.liveTasks.get(variantId) ?? []
}

/** The matches that a screening task answers for, whatever became of them. */
export function eventsOf(view: CaseView, variant: PolicyTaskVariant): readonly CaseEvent[] {
  const types = screenedEvents(variant.task_type)
  return types.length === 0 ? [] : view.subject.events.filter((event) => types.includes(event.type))
}

/** Of two instants with the same time the one with the greater id is the newer: the order they are listed in is not asked. */
export function isNewer(left: { id: string }, leftAt: Date, right: { id: string }, rightAt: Date): boolean {
  const difference = leftAt.getTime() - rightAt.getTime()
  return difference === 0 ? left.id > right.id : difference > 0
}

function groupLive(tasks: readonly CaseTask[]): Map<string, CaseTask[]> {
  const groups = new Map<string, CaseTask[]>()
  for (const task of tasks) if (!task.isExpired) append(groups, task.variantId, task)
  for (const versions of groups.values())
    if (versions.length > 1)
      versions.sort((left, right) => (isNewer(left, left.createdAt, right, right.createdAt) ? -1 : 1))
  return groups
}

function groupChecks(checks: readonly CaseCheck[]): Map<string, CaseCheck[]> {
  const groups = new Map<string, CaseCheck[]>()
  for (const check of checks) for (const taskId of check.taskIds) append(groups, taskId, check)
  return groups
}

function append<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key)
  if (group) group.push(item)
  else groups.set(key, [item])
}
