import type { z } from 'zod'
import type { DecisionReason } from './policy.ts'

type Reason = z.input<typeof DecisionReason>

const made: readonly [type: Reason['type'], alias: string, name: string][] = [
  ['APPROVAL', 'requirements_met', 'All requirements are met'],
  ['APPROVAL', 'risk_accepted', 'The risk is known and accepted'],
  ['REJECTION', 'identity_not_verified', 'The identity could not be verified'],
  ['REJECTION', 'sanctions_match', 'There is a sanctions match'],
  ['REJECTION', 'outside_risk_appetite', 'The risk is greater than we take'],
  ['REJECTION', 'suspected_fraud', 'There are signs of fraud'],
  ['REJECTION', 'missing_information', 'Information that was asked for did not come'],
  ['REJECTION', 'not_eligible', 'The applicant may not have the product'],
  ['REJECTION', 'withdrawn', 'The applicant does not want the product any more'],
  ['CANCELLATION', 'closed_by_customer', 'The customer closed the account'],
  ['CANCELLATION', 'closed_for_risk', 'The risk has become greater than we take'],
  ['CANCELLATION', 'inactive', 'The account has not been used'],
  ['CANCELLATION', 'deceased', 'The customer has died'],
]

/** Why applications are decided, for every product. */
export const defaultReasons: Reason[] = made.map(([type, alias, name], at) => ({
  id: `7e8f9001-4c5d-4e6f-8091-${String(at + 1).padStart(12, '0')}`,
  alias,
  name,
  type,
}))
