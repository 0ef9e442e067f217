import type { ProductApplicationFlag, ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { ProfileCategory } from '@drawbridge/schema/profile.ts'
import type { Case, CaseApplication, CaseTask } from './case.ts'
import { checkTypes } from './check-types.ts'
import { riskModelOf } from './look-up.ts'
import { isDataMissing } from './needed-data.ts'
import type { Policy } from './policy.ts'
import { walkOf } from './walk.ts'

const transitions: Readonly<Record<ProductApplicationStatus, readonly ProductApplicationStatus[]>> = {
  APPLIED: ['APPROVED', 'REJECTED'],
  APPROVED: ['IN_REVIEW', 'CANCELLED'],
  IN_REVIEW: ['APPROVED', 'CANCELLED'],
  REJECTED: [],
  CANCELLED: [],
}

/** The statuses an application may go to from this one (public API 4.0, 2.3). */
export function nextStatuses(status: ProductApplicationStatus): readonly ProductApplicationStatus[] {
  return transitions[status]
}

/** Whether an application has ended, so that nothing more is asked for it. */
export function isEnded({ status }: Pick<CaseApplication, 'status'>): boolean {
  return status === 'REJECTED' || status === 'CANCELLED'
}

/** Why an application cannot be approved. */
export type Blocker =
  | { readonly kind: 'INCOMPLETE_TASK'; readonly variantId: string }
  | { readonly kind: 'UNRESOLVED_EVENT'; readonly eventId: string }
  | { readonly kind: 'SUSPENDED_PROFILE' }
  | { readonly kind: 'UNDETERMINED_RISK' }
  | { readonly kind: 'RISK_SCORE' }
  | { readonly kind: 'REJECTION_OUTCOME' }

/**
 * What stands against approving an undecided application: tasks that are not passed, matches that nobody resolved, a
 * profile that somebody stopped, a risk that is not known or calls for rejection, a policy that ends at rejection.
 */
export function approvalBlockers(subject: Case, application: CaseApplication, policy: Policy): Blocker[] {
  if (application.status !== 'APPLIED' && application.status !== 'IN_REVIEW') return []
  const open = application.requiredVariants.filter((variantId) => !isPassed(subject, variantId))
  const blockers: Blocker[] = open.map((variantId) => ({ kind: 'INCOMPLETE_TASK', variantId }))
  for (const event of subject.events)
    if (event.resolution === 'UNRESOLVED') blockers.push({ kind: 'UNRESOLVED_EVENT', eventId: event.id })
  if (subject.status !== 'NORMAL') blockers.push({ kind: 'SUSPENDED_PROFILE' })
  const model = riskModelOf(policy, application.productId, subject.entityType)
  const level = application.risk?.level ?? 'UNDETERMINED'
  if (model && level === 'UNDETERMINED') blockers.push({ kind: 'UNDETERMINED_RISK' })
  if (model?.rejects.some((rejected) => rejected === level)) blockers.push({ kind: 'RISK_SCORE' })
  if (walkOf(subject, application, policy).outcome === 'REJECT') blockers.push({ kind: 'REJECTION_OUTCOME' })
  return blockers
}

/** Whether a version of a task that counts is passed. */
export function isPassed(subject: Case, variantId: string): boolean {
  return subject.tasks.some(
    (task) => task.variantId === variantId && !task.isExpired && task.state === 'COMPLETED_PASS',
  )
}

/** The badge of an application: the first that applies, in the order of the contract (public API 4.0, 2.3). */
export function flagOf(
  subject: Case,
  application: CaseApplication,
  policy: Policy,
  now: Date,
): ProductApplicationFlag {
  if (isEnded(application)) return 'DECIDED'
  const required = new Set(application.requiredVariants)
  const live = subject.tasks.filter((task) => !task.isExpired && required.has(task.variantId))
  const passed = new Set(live.flatMap((task) => (task.state === 'COMPLETED_PASS' ? [task.variantId] : [])))
  const isOpen = [...required].some((variantId) => !passed.has(variantId))
  if (application.status === 'APPROVED' && !isOpen)
    return isNearingExpiry(live, now) ? 'NEARING_EXPIRY' : 'DECIDED'
  const model = riskModelOf(policy, application.productId, subject.entityType)
  if (model && application.risk?.level === 'UNDETERMINED') return 'REQUIRES_RISK_SCORE'
  const open = live.filter((task) => !passed.has(task.variantId))
  if (lacksData(subject, open)) return 'REQUIRES_DATA'
  if (subject.openCollectionSteps > 0) return 'WAITING_ON_COLLECTION_STEPS'
  if (isWaitingForChecks(subject, live)) return 'WAITING_ON_CHECKS'
  return isOpen ? 'REQUIRES_MANUAL_TASK_COMPLETION' : 'READY_FOR_DECISION'
}

/** Whether a check of one of these tasks has not ended yet. */
export function isWaitingForChecks(subject: Case, tasks: readonly CaseTask[]): boolean {
  const ids = new Set(tasks.map((task) => task.id))
  return subject.checks.some(
    (check) => check.state !== 'COMPLETE' && check.taskIds.some((taskId) => ids.has(taskId)),
  )
}

/** A version that still counts has its next one waiting, and that one is not passed. */
function isNearingExpiry(live: readonly CaseTask[], now: Date): boolean {
  return live.some(
    (task) =>
      task.isSucceeded &&
      task.expiresAt !== null &&
      task.expiresAt > now &&
      !live.some((other) => other !== task && isSuccessor(other, task) && other.state === 'COMPLETED_PASS'),
  )
}

function isSuccessor(other: CaseTask, task: CaseTask): boolean {
  return other.variantId === task.variantId && other.createdAt >= task.createdAt
}

/** A check of an open task ended in an error, and data that checks of its type need is not there. */
function lacksData(subject: Case, open: readonly CaseTask[]): boolean {
  const ids = new Set(open.map((task) => task.id))
  return subject.checks.some(
    (check) =>
      check.decision === 'ERROR' &&
      check.taskIds.some((taskId) => ids.has(taskId)) &&
      checkTypes[check.checkType].entityType === subject.entityType &&
      isDataMissing(subject.data, check.checkType),
  )
}

/** How far a profile is with the account, by what became of its applications. */
export function categoryOf(statuses: readonly ProductApplicationStatus[]): ProfileCategory {
  if (statuses.some((status) => status === 'APPROVED' || status === 'IN_REVIEW')) return 'CUSTOMER'
  if (statuses.includes('APPLIED') || statuses.length === 0) return 'APPLICANT'
  return statuses.includes('CANCELLED') ? 'PREVIOUS_CUSTOMER' : 'INACTIVE_APPLICANT'
}
