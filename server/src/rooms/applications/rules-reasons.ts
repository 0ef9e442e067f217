import type { DecisionReason, Policy, Product } from '@drawbridge/policy/policy.ts'
import type { ApplicationRow } from './queries.ts'

type Status = ApplicationRow['status']

const typeOf: Partial<Record<Status, DecisionReason['type']>> = {
  APPROVED: 'APPROVAL',
  REJECTED: 'REJECTION',
  CANCELLED: 'CANCELLATION',
}

/** The reasons that a decision to this status about an application for the product may name. */
export function reasonsFor(policy: Policy, product: Pick<Product, 'alias'> | undefined, status: Status) {
  const type = typeOf[status]
  return policy.decision_reasons.filter(
    (reason) =>
      reason.type === type &&
      !reason.is_disabled &&
      (reason.products.length === 0 || (product !== undefined && reason.products.includes(product.alias))),
  )
}
