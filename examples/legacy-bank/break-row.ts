import type { DirtKind } from './dirt.ts'
import type { Row } from './people.ts'

/** Text that is the same in Latin-1 and ASCII but for these fields, which hold umlauts. */
const latin1Individual: Row = {
  first_names: 'Jürgen',
  last_name: 'Gößmann',
  street: 'Lange Straße',
  town: 'Lünen',
}
const latin1Company: Row = {
  name: 'Bäckerei Gößmann GmbH',
  legal_form: 'GmbH',
  street: 'Lange Straße',
  town: 'Lünen',
}

/**
 * Breaks a whole row of individuals or companies in one way. `earlier` is the reference of a whole row before it
 * in the same file. Kinds that belong to other files leave the row as it is.
 */
export function breakRow(row: Row, kind: DirtKind, earlier: string): Row {
  const isCompany = row.company_no !== undefined
  switch (kind) {
    case 'impossible_date':
      return isCompany ? { ...row, incorporated_on: '31/02/1980' } : { ...row, birth_date: '31/02/1980' }
    case 'latin1_bytes':
      return { ...row, ...(isCompany ? latin1Company : latin1Individual) }
    case 'missing_last_name':
      return { ...row, last_name: '' }
    case 'missing_registration_no':
      return { ...row, registration_no: '' }
    case 'missing_country':
      return { ...row, country: '' }
    case 'unknown_country':
      return { ...row, country: 'Yugoslawia' }
    case 'duplicate_reference':
      return isCompany ? { ...row, company_no: earlier } : { ...row, client_no: earlier }
    default:
      return row
  }
}
