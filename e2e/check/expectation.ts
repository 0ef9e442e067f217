import { alpha3 } from './countries.ts'

/** A row of the export by column. */
export type SourceRow = Record<string, string>

/** What the API must say: the path inside the document, and the value; null means that nothing may be there. */
export type Expectation = Record<string, unknown>

/** Raised for a row that cannot be migrated; the message says which column is at fault, never its value. */
export class UnusableRow extends Error {}

type Reading = (value: string, row: SourceRow, column: string) => unknown
type Rule = readonly [column: string, path: string, read?: Reading]

const text: Reading = (value) => value
const number: Reading = (value) => Number(value)
const words: Reading = (value) => value.split(/\s+/).filter(Boolean)
const yes: Reading = (value) => value === 'Y'

/** DD/MM/YYYY to YYYY-MM-DD; a day that no calendar has makes the row unusable. */
const day: Reading = (value, _row, column) => {
  const [, dd = '', mm = '', yyyy = ''] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(value) ?? []
  const iso = `${yyyy}-${mm}-${dd}`
  const date = new Date(`${iso}T00:00:00Z`)
  const isReal = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso)
  if (!isReal) throw new UnusableRow(`${column} is no day`)
  return iso
}

const country: Reading = (value, _row, column) => {
  const code = alpha3(value)
  if (code === null) throw new UnusableRow(`${column} is no country`)
  return code
}

const person: readonly Rule[] = [
  ['title', 'personal_details.name.title'],
  ['first_names', 'personal_details.name.given_names', words],
  ['last_name', 'personal_details.name.family_name'],
  ['birth_date', 'personal_details.dob', day],
  ['nationality', 'personal_details.nationality', country],
  ['sex', 'personal_details.gender'],
  ['national_id', 'personal_details.national_identity_number', nationalId],
  ['email', 'contact_details.email'],
  ['phone', 'contact_details.phone_number'],
  ...address('address_history.0.address'),
]

const company: readonly Rule[] = [
  ['name', 'metadata.name'],
  ['registration_no', 'metadata.number'],
  ['country', 'metadata.country_of_incorporation', country],
  ['state', 'metadata.state_of_incorporation'],
  ['legal_form', 'metadata.company_type'],
  ['incorporated_on', 'metadata.incorporation_date', day],
  ['active', 'metadata.is_active', yes],
  ['vat_no', 'metadata.tax_ids.0.value'],
  ['vat_no', 'metadata.tax_ids.0.tax_id_type', () => 'VAT'],
  ['vat_no', 'metadata.tax_ids.length', () => 1],
  ['website', 'metadata.contact_details.url'],
  ['phone', 'metadata.contact_details.phone_number'],
  ['email', 'metadata.contact_details.email'],
  ['country', 'metadata.addresses.length', () => 1],
  ['country', 'metadata.addresses.0.type', () => 'registered_address'],
  ...address('metadata.addresses.0.address'),
]

const individualOnly: readonly Rule[] = [['country', 'address_history.length', () => 1]]

const tenure: readonly Rule[] = [
  ['role', 'original_role'],
  ['since', 'appointed_on', day],
  ['until', 'resigned_on', day],
]

const holding: readonly Rule[] = [
  ['share_percent', 'total_percentage', number],
  ['share_percent', 'shareholdings.0.percentage', number],
  ['share_class', 'shareholdings.0.share_class'],
  ['shares', 'shareholdings.0.amount', number],
  ['share_class', 'shareholdings.length', () => 1],
]

const roles: Record<string, { list: string; ended?: string; rules: readonly Rule[] }> = {
  Director: { list: 'officers.directors', ended: 'officers.resigned', rules: tenure },
  Secretary: { list: 'officers.secretaries', ended: 'officers.resigned', rules: tenure },
  Shareholder: { list: 'ownership_structure.shareholders', rules: holding },
  'Beneficial owner': {
    list: 'ownership_structure.beneficial_owners',
    rules: [['share_percent', 'total_percentage', number]],
  },
  'Authorised signatory': { list: 'authorized_persons', rules: tenure },
}

/** Every classic list that may hold associates; an entry in one that the source does not fill is a stray. */
export const associateLists = [
  ...new Set(
    Object.values(roles).flatMap(({ list, ended }) => (ended === undefined ? [list] : [list, ended])),
  ),
  'officers.partners',
  'officers.trustees',
  'officers.other',
  'unauthorized_persons',
]

function address(at: string): readonly Rule[] {
  return [
    ['country', `${at}.type`, () => 'STRUCTURED'],
    ['country', `${at}.country`, country],
    ['street', `${at}.route`],
    ['house_no', `${at}.street_number`],
    ['town', `${at}.locality`],
    ['county', `${at}.county`],
    ['postcode', `${at}.postal_code`],
  ]
}

function nationalId(value: string, row: SourceRow, column: string): unknown {
  return { [String(country(row.country ?? '', row, column))]: value }
}

function apply(rules: readonly Rule[], row: SourceRow): Expectation {
  const expectation: Expectation = {}
  for (const [column, path, read = text] of rules) {
    const value = row[column] ?? ''
    expectation[path] = value === '' ? null : read(value, row, column)
  }
  return expectation
}

function demand(row: SourceRow, columns: readonly string[]): void {
  if (Object.values(row).some((value) => value.includes('\uFFFD'))) {
    throw new UnusableRow('the row is not valid UTF-8')
  }
  for (const column of columns) if ((row[column] ?? '') === '') throw new UnusableRow(`${column} is empty`)
}

/** What the API must hold of an individual, client or associate (R50 to R55). Raises UnusableRow. */
export function expectIndividual(row: SourceRow, ref: string): Expectation {
  demand(row, ['first_names', 'last_name', 'birth_date', 'country'])
  return { entity_type: 'INDIVIDUAL', customer_ref: ref, ...apply([...person, ...individualOnly], row) }
}

/** What the API must hold of a company (R57 to R60). Raises UnusableRow. */
export function expectCompany(row: SourceRow, ref: string): Expectation {
  demand(row, ['name', 'registration_no', 'country'])
  return { entity_type: 'COMPANY', customer_ref: ref, ...apply(company, row) }
}

/** What the document that holds a scan must say. Raises UnusableRow. */
export function expectDocument(row: SourceRow): Expectation {
  const isProof = row.kind === 'proof_of_address'
  return {
    category: isProof ? 'PROOF_OF_ADDRESS' : 'PROOF_OF_IDENTITY',
    document_type: isProof ? 'UTILITY_BILL' : 'PASSPORT',
    ...apply([['issued', 'extracted_data.issued', day]], row),
  }
}

/** The list a relation belongs in, and what its entry must say. Raises UnusableRow. */
export function expectLink(row: SourceRow): { list: string; expectation: Expectation } {
  demand(row, ['company_no', 'party_no', 'role'])
  const role = roles[row.role ?? '']
  if (role === undefined) throw new UnusableRow('role is not known')
  const hasEnded = role.ended !== undefined && (row.until ?? '') !== ''
  return { list: hasEnded ? (role.ended ?? role.list) : role.list, expectation: apply(role.rules, row) }
}
