import type { Address, DatedAddress } from './address.ts'
import type { AssociateLike } from './associate-lists.ts'
import { mapAssociates } from './associate-lists.ts'
import type { CompanyData, EntityData } from './collected-data.ts'
import type { CompanyMetadata } from './company-metadata.ts'
import type { Document } from './document.ts'
import type { BankAccount, IndividualData } from './individual.ts'
import { normaliseNationalIdentityNumber } from './national-identity-number.ts'
import type { PersonalDetails } from './personal-details.ts'
import { structuredAddress } from './structured-address.ts'

/**
 * Whether a company's `customer_ref` and `customer_reference` were both sent and differ: two names of one value.
 * The caller answers `collected-data.customer-ref-conflict`.
 */
export function customerReferencesDiffer(data: EntityData): boolean {
  if (data.entity_type !== 'COMPANY') return false
  const { customer_ref, customer_reference } = data
  return customer_ref !== undefined && customer_reference !== undefined && customer_ref !== customer_reference
}

/**
 * The document as it is stored; the argument is not changed, unknown fields stay. Given names become one word
 * each; FREEFORM addresses become STRUCTURED with the text kept; address histories are ordered; a company's
 * `customer_reference` becomes `customer_ref`; sort codes become six digits; e-mail addresses lose the space
 * around them; national identity numbers take their country's form; a linked profile keeps its id alone.
 * Doing it twice changes nothing more.
 */
export function normaliseCollectedData(data: EntityData): EntityData {
  return data.entity_type === 'INDIVIDUAL' ? normaliseIndividual(data) : normaliseCompany(data)
}

function normaliseIndividual(data: IndividualData): IndividualData {
  return {
    ...data,
    ...changed('personal_details', data.personal_details, normalisePersonalDetails),
    ...changed('address_history', data.address_history, normaliseAddressHistory),
    ...changed('contact_details', data.contact_details, withTrimmedEmail),
    ...changed('banking_details', data.banking_details, (details) => ({
      ...details,
      bank_accounts: details.bank_accounts.map(normaliseBankAccount),
    })),
    ...changed('documents', data.documents, normaliseDocuments),
  }
}

function normaliseCompany(data: CompanyData): CompanyData {
  const { customer_reference, ...rest } = mapAssociates(data, normaliseAssociate)
  const reference = rest.customer_ref ?? customer_reference
  return {
    ...rest,
    ...(reference === undefined ? {} : { customer_ref: reference }),
    ...changed('metadata', rest.metadata, normaliseMetadata),
    ...changed('documents', rest.documents, normaliseDocuments),
  }
}

/** The field under its key with `how` applied; nothing where the field is absent. */
function changed<K extends string, V>(
  key: K,
  value: V | undefined,
  how: (value: V) => V,
): { [key in K]?: V } {
  if (value === undefined) return {}
  const field: { [key in K]?: V } = {}
  field[key] = how(value)
  return field
}

function normaliseAssociate<A extends AssociateLike>(associate: A): A {
  const { linked_profile, immediate_data } = associate
  return {
    ...associate,
    ...(linked_profile === undefined ? {} : { linked_profile: { id: linked_profile.id } }),
    ...(immediate_data === undefined ? {} : { immediate_data: normaliseCollectedData(immediate_data) }),
  }
}

function normaliseMetadata(metadata: CompanyMetadata): CompanyMetadata {
  return {
    ...metadata,
    ...changed('addresses', metadata.addresses, (addresses) => addresses.map(withStructuredAddress)),
    ...changed('contact_details', metadata.contact_details, withTrimmedEmail),
    ...changed('contact_information', metadata.contact_information, withTrimmedEmail),
  }
}

function normalisePersonalDetails(details: PersonalDetails): PersonalDetails {
  return {
    ...details,
    ...changed('name', details.name, (name) => ({
      ...name,
      ...changed('given_names', name.given_names, separateWords),
    })),
    ...changed('national_identity_number', details.national_identity_number, (numbers) =>
      Object.fromEntries(
        Object.entries(numbers).map(([country, number]) => [
          country,
          normaliseNationalIdentityNumber(country, number),
        ]),
      ),
    ),
  }
}

function separateWords(names: readonly string[]): string[] {
  return names.flatMap((name) => name.split(/\s+/)).filter((word) => word !== '')
}

function normaliseDocuments(documents: readonly Document[]): Document[] {
  return documents.map((document) => ({
    ...document,
    ...changed('extracted_data', document.extracted_data, (data) => ({
      ...data,
      ...changed('personal_details', data.personal_details, normalisePersonalDetails),
      ...changed('address_history', data.address_history, normaliseAddressHistory),
    })),
  }))
}

function normaliseBankAccount(account: BankAccount): BankAccount {
  return { ...account, sort_code: account.sort_code.replaceAll('-', '') }
}

function withTrimmedEmail<C extends { email?: string | undefined }>(contact: C): C {
  return { ...contact, ...changed('email', contact.email, (email) => email.trim()) }
}

function withStructuredAddress<A extends { address: Address }>(holder: A): A {
  return { ...holder, address: structuredAddress(holder.address) }
}

function normaliseAddressHistory(history: readonly DatedAddress[]): DatedAddress[] {
  return history.map(withStructuredAddress).sort(byStartThenEnd)
}

/** No start is before all others where there is an end; where there is neither, the address is the current one. */
function byStartThenEnd(one: DatedAddress, other: DatedAddress): number {
  return compared(startOf(one), startOf(other)) || compared(one.end_date ?? last, other.end_date ?? last)
}

const last = '9999-99'

function startOf(entry: DatedAddress): string {
  return entry.start_date ?? (entry.end_date === undefined ? last : '')
}

function compared(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
