import type { Case } from '@drawbridge/policy/case.ts'
import { notificationMs } from '@drawbridge/policy/expiry.ts'
import { findTaskVariant, riskModelOf } from '@drawbridge/policy/look-up.ts'
import type { Policy } from '@drawbridge/policy/policy.ts'
import { isEnded } from '@drawbridge/policy/status.ts'

/** When a settled case must be looked at again though nobody does anything: the next instant after `now`, or null. */
export function nextDue(subject: Case, policy: Policy, now: Date): Date | null {
  const instants = [...taskInstants(subject, policy), ...birthdays(subject, policy, now)]
  const coming = instants.map((instant) => instant.getTime()).filter((time) => time > now.getTime())
  return coming.length === 0 ? null : new Date(Math.min(...coming))
}

function ongoing(subject: Case) {
  return subject.applications.filter((application) => !isEnded(application))
}

/** The ends of tasks, and the beginnings of their last days. */
function taskInstants(subject: Case, policy: Policy): Date[] {
  const required = new Set(ongoing(subject).flatMap((application) => application.requiredVariants))
  return subject.tasks.flatMap((task) => {
    if (task.expiresAt === null || task.isExpired || !required.has(task.variantId)) return []
    const variant = findTaskVariant(policy, { id: task.variantId })
    if (task.isSucceeded || !variant) return [task.expiresAt]
    return [new Date(task.expiresAt.getTime() - notificationMs(variant)), task.expiresAt]
  })
}

/** The next birthday, in UTC, where an application's risk depends on the age. */
function birthdays(subject: Case, policy: Policy, now: Date): Date[] {
  const dependsOnAge = ongoing(subject).some(({ productId }) =>
    riskModelOf(policy, productId, subject.entityType)?.factors.some(
      (factor) => factor.property.of === 'age',
    ),
  )
  const born = dependsOnAge ? birthOf(subject) : undefined
  if (born === undefined) return []
  const [month, day] = born
  const year = now.getUTCFullYear()
  // A day that the month does not have this year is the first of the next.
  return [year, year + 1].map(
    (candidate) => new Date(Math.min(Date.UTC(candidate, month - 1, day), Date.UTC(candidate, month, 1))),
  )
}

/** Month and day of birth; of one known to the month or year, the last that it may be, as ages are told. */
function birthOf({ data }: Case): readonly [number, number] | undefined {
  const details = data.personal_details
  const dob = typeof details === 'object' && details !== null && 'dob' in details ? details.dob : undefined
  if (typeof dob !== 'string') return undefined
  const [year, month = 12, day = 31] = dob.split('-').map(Number)
  return [year, month, day].some(Number.isNaN) ? undefined : [month, day]
}
