import type { Action } from './action.ts'
import type { CaseApplication, CaseTask } from './case.ts'
import { riskModelOf } from './look-up.ts'
import { approvalBlockers, categoryOf, flagOf, isPassed, isWaitingForChecks } from './status.ts'
import { type CaseView, isUndecided, versionsOf, walkIn } from './view.ts'

/**
 * Rejects what the policy rejects outright: a risk level that it names, or a walk that ends at rejection. Only from
 * APPLIED, and before anything is asked or paid for; there is no automatic cancel (1.2).
 */
export function rejectionActions(view: CaseView): Action[] {
  return view.subject.applications.flatMap((application) => {
    if (application.status !== 'APPLIED' || application.isHeldByPerson) return []
    const because = rejectedBecause(view, application)
    if (!because) return []
    return [
      { kind: 'change-status' as const, applicationId: application.id, status: 'REJECTED' as const, because },
    ]
  })
}

function rejectedBecause(
  view: CaseView,
  application: CaseApplication,
): 'RISK_LEVEL' | 'REJECTION_OUTCOME' | null {
  const model = riskModelOf(view.policy, application.productId, view.subject.entityType)
  if (model?.rejects.some((level) => level === application.risk?.level)) return 'RISK_LEVEL'
  return walkIn(view, application).outcome === 'REJECT' ? 'REJECTION_OUTCOME' : null
}

/** Approves what nothing stands against, and looks again at what was approved and has an open task (1.2). */
export function statusActions(view: CaseView): Action[] {
  return view.subject.applications.flatMap((application): Action[] => {
    const change = { kind: 'change-status' as const, applicationId: application.id }
    if (application.status === 'APPROVED' && isOpen(view, application))
      return [{ ...change, status: 'IN_REVIEW' as const, because: 'TASK_OPEN' as const }]
    if (isApprovable(view, application))
      return [{ ...change, status: 'APPROVED' as const, because: 'AUTOMATIC_APPROVAL' as const }]
    return []
  })
}

function isOpen(view: CaseView, application: CaseApplication): boolean {
  return application.requiredVariants.some((variantId) => !isPassed(view.subject, variantId))
}

function isApprovable(view: CaseView, application: CaseApplication): boolean {
  if (!isUndecided(application) || application.isHeldByPerson) return false
  return (
    view.index.productById.get(application.productId)?.automatically_approve === true &&
    walkIn(view, application).outcome === 'APPROVE' &&
    approvalBlockers(view.subject, application, view.policy).length === 0
  )
}

/** The badges, the category of the profile, and who is told that a person is needed. */
export function badgeActions(view: CaseView): Action[] {
  const { subject, policy, now } = view
  const flags = subject.applications.flatMap((application) => {
    const flag = flagOf(subject, application, policy, now)
    if (flag === application.flag) return []
    return [{ kind: 'change-flag' as const, applicationId: application.id, flag }]
  })
  const category = categoryOf(subject.applications.map((application) => application.status))
  return [
    ...flags,
    ...(category === subject.category ? [] : [{ kind: 'change-category' as const, category }]),
    ...subject.applications.flatMap((application) => manualAction(view, application)),
  ]
}

/**
 * A person is needed exactly when an application is not decided and nothing is left for automation: no data is waited
 * for and no check of its tasks runs (R24). Asked when nothing else is due.
 */
function manualAction(view: CaseView, application: CaseApplication): Action[] {
  const isNeeded =
    isUndecided(application) &&
    view.subject.openCollectionSteps === 0 &&
    !isWaitingForChecks(view.subject, tasksOf(view, application))
  if (isNeeded === application.isManualActionRaised) return []
  const kind = isNeeded ? ('raise-manual-action' as const) : ('clear-manual-action' as const)
  return [{ kind, applicationId: application.id }]
}

function tasksOf(view: CaseView, application: CaseApplication): CaseTask[] {
  return application.requiredVariants.flatMap((variantId) => versionsOf(view, variantId))
}
