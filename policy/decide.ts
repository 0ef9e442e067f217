import type { ProductApplicationFlag, ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { ProfileCategory } from '@drawbridge/schema/profile.ts'
import type { Case, CaseApplication } from './case.ts'
import type { Policy } from './policy.ts'
import { categoryOf, flagOf, isPassed } from './status.ts'
import { requiredVariants } from './walk.ts'

/** One thing that must happen to a case. */
export type Action =
  | { readonly kind: 'require-tasks'; readonly applicationId: string; readonly variantIds: readonly string[] }
  | { readonly kind: 'add-task'; readonly variantId: string }
  | {
      readonly kind: 'change-status'
      readonly applicationId: string
      readonly status: ProductApplicationStatus
    }
  | { readonly kind: 'change-flag'; readonly applicationId: string; readonly flag: ProductApplicationFlag }
  | { readonly kind: 'change-category'; readonly category: ProfileCategory }

/**
 * What must happen to a case now, by the policy: nothing, when all has happened. Depends on values alone. The
 * caller applies the actions and asks again until there are none; every action brings the case nearer to that.
 */
export function decide(subject: Case, policy: Policy): Action[] {
  const tasks = taskActions(subject, policy)
  if (tasks.length > 0) return tasks
  const statuses = subject.applications.flatMap((application) => statusAction(subject, application))
  if (statuses.length > 0) return statuses
  return [
    ...subject.applications.flatMap((application) => flagAction(subject, application)),
    ...categoryAction(subject),
  ]
}

function taskActions(subject: Case, policy: Policy): Action[] {
  const actions: Action[] = []
  const present = new Set(subject.tasks.filter((task) => !task.isExpired).map((task) => task.variantId))
  for (const application of subject.applications) {
    if (application.status === 'REJECTED' || application.status === 'CANCELLED') continue
    const walked = requiredVariants(policy, application.productId, subject.entityType)
    const further = walked.filter((variantId) => !application.requiredVariants.includes(variantId))
    const required = [...application.requiredVariants, ...further]
    if (further.length > 0)
      actions.push({ kind: 'require-tasks', applicationId: application.id, variantIds: required })
    for (const variantId of required) {
      if (present.has(variantId)) continue
      present.add(variantId)
      actions.push({ kind: 'add-task', variantId })
    }
  }
  return actions
}

/** An approved application whose tasks are no longer all passed is looked at again. */
function statusAction(subject: Case, application: CaseApplication): Action[] {
  const open = application.requiredVariants.some((variantId) => !isPassed(subject, variantId))
  return application.status === 'APPROVED' && open
    ? [{ kind: 'change-status', applicationId: application.id, status: 'IN_REVIEW' }]
    : []
}

function flagAction(subject: Case, application: CaseApplication): Action[] {
  const flag = flagOf(subject, application)
  return flag === application.flag ? [] : [{ kind: 'change-flag', applicationId: application.id, flag }]
}

function categoryAction(subject: Case): Action[] {
  const category = categoryOf(subject.applications.map((application) => application.status))
  return category === subject.category ? [] : [{ kind: 'change-category', category }]
}
