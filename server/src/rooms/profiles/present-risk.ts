import type { Case, CaseApplication } from '@drawbridge/policy/case.ts'
import { riskModelOf } from '@drawbridge/policy/look-up.ts'
import type { Policy, RiskModel } from '@drawbridge/policy/policy.ts'
import { type FactorScore, scoreRisk } from '@drawbridge/policy/risk.ts'
import { isEnded } from '@drawbridge/policy/status.ts'
import type { RiskOverview } from '@drawbridge/schema/risk.ts'

interface Scored {
  readonly application: CaseApplication
  readonly model: RiskModel
}

/** The risk of a profile in the older place: that of its newest application that goes on and has a risk model. */
export function presentRisk(subject: Case, policy: Policy, now: Date): { risk?: RiskOverview } {
  const scored = scoredApplication(subject, policy)
  if (!scored) return {}
  const { application, model } = scored
  const breakdown = scoreRisk(subject, model, now)
  const score = application.risk?.score ?? null
  return {
    risk: {
      components: breakdown.factors.map(presentFactor),
      is_pending: application.risk === null,
      missing_required_components: [...breakdown.missing],
      overall_risk: {
        category: application.risk?.level ?? 'UNDETERMINED',
        ...(score === null ? {} : { score }),
      },
    },
  }
}

function scoredApplication(subject: Case, policy: Policy): Scored | undefined {
  const scored = subject.applications.flatMap((application) => {
    const model = riskModelOf(policy, application.productId, subject.entityType)
    return model ? [{ application, model }] : []
  })
  const goesOn = scored.filter(({ application }) => !isEnded(application))
  return goesOn.at(-1) ?? scored.at(-1)
}

function presentFactor({ name, value, score, rule, isRequired }: FactorScore) {
  const shown = value === null ? undefined : [value].flat().join(', ')
  return {
    name,
    required: isRequired,
    ...(shown === undefined ? {} : { input_value: shown, raw_value: shown }),
    ...(rule === null ? {} : { matched_rule_name: rule }),
    risk_level: score === null ? {} : { score },
  }
}
