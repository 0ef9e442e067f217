import type { Case } from '@drawbridge/policy/case.ts'
import { expiresAfter, levelsOf } from '@drawbridge/policy/expiry.ts'
import { findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy } from '@drawbridge/policy/policy.ts'

/** When the live passed tasks whose days depend on the risk end by their period, by task id. */
export function expiriesByRisk(subject: Case, policy: Policy): Map<string, Date> {
  const ends = new Map<string, Date>()
  for (const task of subject.tasks) {
    if (task.isExpired || task.passedAt === null) continue
    const variant = findTaskVariant(policy, { id: task.variantId })
    if (Object.keys(variant?.expiry?.days_by_risk ?? {}).length === 0) continue
    const end = expiresAfter(variant, task.passedAt, levelsOf(subject, task.variantId))
    if (end !== null) ends.set(task.id, end)
  }
  return ends
}
