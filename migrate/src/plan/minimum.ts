import { type Json, showPath, type TargetPath, valueAt } from '../mapping/target-path.ts'
import type { Fault } from '../sources/csv-source.ts'

/** How much of an address must be there: all of it (R53) or the country (R54). */
export type AddressRule = 'full' | 'country'

/** Data that a project demands beyond the minimum, and why (R62 to R64). */
export interface Required {
  path: TargetPath
  because: string
}

/**
 * Whether mapped data has the minimum of R50 to R60 and what the project demands besides; null when it has.
 * Where several things are missing, the fault names all of them under the code of the first.
 */
export function minimumFault(data: Json, address: AddressRule, required: readonly Required[]): Fault | null {
  const missing = data.entity_type === 'COMPANY' ? missingOfCompany(data) : missingOfIndividual(data, address)
  for (const { path, because } of required) {
    if (!isEmpty(valueAt(data, path))) continue
    const name = showPath(path)
    missing.push(
      lack(
        'MISSING_REQUIRED',
        `There is no ${name}, which the project demands: ${because}`,
        `Fill in ${name}`,
      ),
    )
  }
  const [first] = missing
  if (first === undefined) return null
  return {
    code: first.code,
    reason: missing.map((one) => one.reason).join('; '),
    suggestion: missing.map((one) => one.suggestion).join('; '),
  }
}

function missingOfIndividual(data: Json, rule: AddressRule): Fault[] {
  const missing: Fault[] = []
  const details = objectAt(data, 'personal_details')
  const name = objectAt(details, 'name')
  if (isEmpty(name.given_names) || isEmpty(name.family_name)) {
    const what = [
      isEmpty(name.given_names) ? 'given names' : '',
      isEmpty(name.family_name) ? 'family name' : '',
    ]
    const words = what.filter((word) => word !== '').join(' and ')
    missing.push(lack('MISSING_NAME', `The full name lacks ${words} (R50)`, `Fill in ${words}`))
  }
  if (isEmpty(details.dob)) {
    missing.push(lack('MISSING_DOB', 'There is no date of birth (R51)', 'Fill in the date of birth'))
  }
  const history = Array.isArray(data.address_history) ? data.address_history : []
  missing.push(...missingOfAddress(objectAt((history[0] ?? {}) as Json, 'address'), rule))
  return [...missing, ...missingReference(data, 'R55')]
}

function missingOfAddress(address: Json, rule: AddressRule): Fault[] {
  if (isEmpty(address.country)) {
    return [
      lack('MISSING_COUNTRY', 'The address has no country (R52, R54)', 'Fill in the country of the address'),
    ]
  }
  if (rule === 'country' || !isEmpty(address.text)) return []
  const street = !isEmpty(address.route) || !isEmpty(address.premise)
  const place = !isEmpty(address.locality) || !isEmpty(address.postal_code)
  if (street && place) return []
  const words = [street ? '' : 'a street', place ? '' : 'a town or postal code'].filter((word) => word !== '')
  return [
    lack(
      'INCOMPLETE_ADDRESS',
      `The address lacks ${words.join(' and ')} (R53)`,
      'Complete it, or set "minimum: { address: country }" if no electronic identity check or KYC refresh is wanted',
    ),
  ]
}

function missingOfCompany(data: Json): Fault[] {
  const metadata = objectAt(data, 'metadata')
  const missing: Fault[] = []
  if (isEmpty(metadata.name))
    missing.push(lack('MISSING_NAME', 'The company has no name (R57)', 'Fill in the name'))
  if (isEmpty(metadata.number)) {
    missing.push(
      lack('MISSING_NUMBER', 'There is no registration number (R58)', 'Fill in the registration number'),
    )
  }
  if (isEmpty(metadata.country_of_incorporation)) {
    missing.push(
      lack(
        'MISSING_COUNTRY',
        'There is no country of incorporation (R59)',
        'Fill in the country of incorporation',
      ),
    )
  }
  return [...missing, ...missingReference(data, 'R60')]
}

function missingReference(data: Json, rule: string): Fault[] {
  if (!isEmpty(data.customer_ref)) return []
  return [
    lack(
      'MISSING_REFERENCE',
      `The row has no reference of its own (${rule})`,
      'Fill in the number the old system has for it',
    ),
  ]
}

function lack(code: string, reason: string, suggestion: string): Fault {
  return { code, reason, suggestion }
}

function objectAt(holder: Json, key: string): Json {
  const value = holder[key]
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}
