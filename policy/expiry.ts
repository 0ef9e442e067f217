import type { RiskLevelCategory } from '@drawbridge/schema/risk.ts'
import type { Case } from './case.ts'
import type { PolicyTaskVariant } from './policy.ts'
import { isEnded } from './status.ts'

const dayMs = 24 * 60 * 60 * 1000
/** Where a variant sets no period of its own and an end was set by hand (product behaviour 1.4). */
const notificationDaysDefault = 30

/** How long before the end of a version the next one is made, in milliseconds. */
export function notificationMs(variant: PolicyTaskVariant): number {
  return (variant.expiry?.notification_days ?? notificationDaysDefault) * dayMs
}

/**
 * When a task that passed at an instant ends by its variant's period; null when it does not. Of several applications
 * with different levels of risk the shortest period counts.
 */
export function expiresAfter(
  variant: PolicyTaskVariant | undefined,
  passedAt: Date,
  levels: readonly RiskLevelCategory[],
): Date | null {
  const expiry = variant?.expiry
  if (!expiry) return null
  const days = levels.map((level) => expiry.days_by_risk[level] ?? expiry.days)
  return new Date(passedAt.getTime() + Math.min(...(days.length > 0 ? days : [expiry.days])) * dayMs)
}

/** The levels of the running applications that ask for a task. */
export function levelsOf(subject: Case, variantId: string): RiskLevelCategory[] {
  return subject.applications.flatMap((application) =>
    application.risk && !isEnded(application) && application.requiredVariants.includes(variantId)
      ? [application.risk.level]
      : [],
  )
}
