import type { ProductApplicationFlag, ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { ProfileCategory } from '@drawbridge/schema/profile.ts'
import type { Case, CaseApplication } from './case.ts'

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

/** Why an application cannot be approved. */
export type Blocker =
  | { readonly kind: 'INCOMPLETE_TASK'; readonly variantId: string }
  | { readonly kind: 'SUSPENDED_PROFILE' }

/** What stands against approving: tasks that are not passed, a profile that somebody stopped. */
export function approvalBlockers(subject: Case, application: CaseApplication): Blocker[] {
  if (application.status !== 'APPLIED' && application.status !== 'IN_REVIEW') return []
  const open = application.requiredVariants.filter((variantId) => !isPassed(subject, variantId))
  const blockers: Blocker[] = open.map((variantId) => ({ kind: 'INCOMPLETE_TASK', variantId }))
  if (subject.status !== 'NORMAL') blockers.push({ kind: 'SUSPENDED_PROFILE' })
  return blockers
}

/** Whether the live version of a task is passed. */
export function isPassed(subject: Case, variantId: string): boolean {
  return subject.tasks.some(
    (task) => task.variantId === variantId && !task.isExpired && task.state === 'COMPLETED_PASS',
  )
}

/** The badge of an application: the first that applies. */
export function flagOf(subject: Case, application: CaseApplication): ProductApplicationFlag {
  if (application.status === 'REJECTED' || application.status === 'CANCELLED') return 'DECIDED'
  const open = application.requiredVariants.some((variantId) => !isPassed(subject, variantId))
  if (open) return 'REQUIRES_MANUAL_TASK_COMPLETION'
  return application.status === 'APPROVED' ? 'DECIDED' : 'READY_FOR_DECISION'
}

/** How far a profile is with the account, by what became of its applications. */
export function categoryOf(statuses: readonly ProductApplicationStatus[]): ProfileCategory {
  if (statuses.some((status) => status === 'APPROVED' || status === 'IN_REVIEW')) return 'CUSTOMER'
  if (statuses.includes('APPLIED') || statuses.length === 0) return 'APPLICANT'
  return statuses.includes('CANCELLED') ? 'PREVIOUS_CUSTOMER' : 'INACTIVE_APPLICANT'
}
