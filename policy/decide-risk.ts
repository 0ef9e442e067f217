import type { Action } from './action.ts'
import type { CaseApplication, CaseRisk } from './case.ts'
import { riskModelOf } from './look-up.ts'
import { scoreRisk } from './risk.ts'
import { isEnded } from './status.ts'
import type { CaseView } from './view.ts'

/** The risk of every application that has not ended, where it is another than was last computed (1.8). */
export function riskActions(view: CaseView): Action[] {
  const known = new Map<string, CaseRisk>()
  return view.subject.applications
    .filter((application) => !isEnded(application))
    .flatMap((application) => {
      const risk = currentRisk(view, application, known)
      if (risk?.level === application.risk?.level && risk?.score === application.risk?.score) return []
      return [{ kind: 'set-risk' as const, applicationId: application.id, risk }]
    })
}

function currentRisk(
  view: CaseView,
  application: CaseApplication,
  known: Map<string, CaseRisk>,
): CaseRisk | null {
  const { subject, policy, now } = view
  const model = riskModelOf(policy, application.productId, subject.entityType)
  if (!model) return null
  const before = known.get(model.alias)
  if (before) return before
  const { level, score } = scoreRisk(subject, model, now)
  known.set(model.alias, { level, score })
  return { level, score }
}
