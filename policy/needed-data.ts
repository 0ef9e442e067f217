import type { CheckType } from '@drawbridge/schema/check.ts'
import { type CheckFamily, checkTypes } from './check-types.ts'
import { valuesAt } from './data-path.ts'

/** Each list names paths of which one must have a value. */
const needed: Readonly<Partial<Record<CheckFamily, readonly (readonly string[])[]>>> = {
  identity: [
    ['personal_details.name.given_names'],
    ['personal_details.name.family_name'],
    ['address_history.address.country'],
  ],
  screening: [['personal_details.name.family_name', 'metadata.name']],
  'bank-account': [['banking_details.bank_accounts.account_number']],
  'company-data': [['metadata.name', 'metadata.number'], ['metadata.country_of_incorporation']],
  charities: [['metadata.name', 'metadata.number']],
  geocoding: [['address_history.address.country']],
}

/** Whether collected data lacks what checks of a type cannot do without (product behaviour 1.5). */
export function isDataMissing(data: Readonly<Record<string, unknown>>, checkType: CheckType): boolean {
  const groups = needed[checkTypes[checkType].family] ?? []
  return groups.some((paths) => paths.every((path) => valuesAt(data, path).length === 0))
}
