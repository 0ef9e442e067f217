import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { countryFromName } from '@drawbridge/schema/countries.ts'
import { parse } from 'csv-parse/sync'

/** A profile as a faultless migration leaves it; `path` is where the bytes of a scan lie. */
export interface HeldProfile {
  id: string
  role: string
  tags: { id: string; name: string }[]
  collected_data: Record<string, unknown>
  linked_to: { id: string }[]
  images: { id: string; image_type: string; path: string }[]
  files: { id: string; name: string; path: string }[]
}

/** Everything a faultless migration leaves: in the API, and on the migrating side the list of uploaded files. */
export interface MigratedBank {
  profiles: HeldProfile[]
  uploads: { owner_no: string; path: string; profile_id: string; file_id: string }[]
}

type Row = Record<string, string>

function rowsOf(directory: string, file: string): Row[] {
  return parse(readFileSync(join(directory, file)), { columns: true, delimiter: ';' })
}

function isoDay(day = ''): string | undefined {
  return day === '' ? undefined : day.split('/').reverse().join('-')
}

/** Takes out what has no value, as the API does. */
function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''))
}

function alpha3(name = ''): string | undefined {
  return countryFromName(name)?.alpha3
}

function address(row: Row): Record<string, unknown> {
  return present({
    type: 'STRUCTURED',
    country: alpha3(row.country),
    route: row.street,
    street_number: row.house_no,
    locality: row.town,
    county: row.county,
    postal_code: row.postcode,
  })
}

function individual(row: Row, ref: string): Record<string, unknown> {
  const identity = row.national_id ? { [alpha3(row.country) ?? '']: row.national_id } : undefined
  const name = present({
    title: row.title,
    given_names: row.first_names?.split(/\s+/),
    family_name: row.last_name,
  })
  return {
    entity_type: 'INDIVIDUAL',
    customer_ref: ref,
    personal_details: present({
      name,
      dob: isoDay(row.birth_date),
      nationality: alpha3(row.nationality),
      gender: row.sex,
      national_identity_number: identity,
    }),
    address_history: [{ address: address(row) }],
    contact_details: present({ email: row.email, phone_number: row.phone }),
  }
}

function company(row: Row, ref: string): Record<string, unknown> {
  const contact = present({ url: row.website, phone_number: row.phone, email: row.email })
  const metadata = present({
    name: row.name,
    number: row.registration_no,
    country_of_incorporation: alpha3(row.country),
    state_of_incorporation: row.state,
    company_type: row.legal_form,
    incorporation_date: isoDay(row.incorporated_on),
    is_active: row.active === 'Y',
    tax_ids: row.vat_no ? [{ tax_id_type: 'VAT', value: row.vat_no }] : undefined,
    contact_details: contact,
    addresses: [{ type: 'registered_address', address: address(row) }],
  })
  return {
    entity_type: 'COMPANY',
    customer_ref: ref,
    metadata,
    officers: { directors: [], secretaries: [], resigned: [] },
    ownership_structure: { shareholders: [], beneficial_owners: [] },
    authorized_persons: [],
  }
}

function entry(row: Row, linked: HeldProfile): Record<string, unknown> {
  const percentage = row.share_percent ? Number(row.share_percent) : undefined
  const isHolding = row.role === 'Shareholder'
  const isOffice = !isHolding && row.role !== 'Beneficial owner'
  return present({
    resolver_id: randomUUID(),
    entity_type: linked.collected_data.entity_type,
    linked_profile: { id: linked.id, collected_data: linked.collected_data.entity_type },
    original_role: isOffice ? row.role : undefined,
    appointed_on: isoDay(row.since),
    resigned_on: isoDay(row.until),
    total_percentage: percentage,
    shareholdings: isHolding
      ? [{ share_class: row.share_class, amount: Number(row.shares), percentage }]
      : undefined,
  })
}

/** The list of a company that a relation belongs in, by the words of the export. */
function listFor(data: Record<string, unknown>, row: Row): unknown {
  const officers: unknown = data.officers
  const ownership: unknown = data.ownership_structure
  const within = (group: unknown, name: string): unknown => Reflect.get(Object(group), name)
  if (row.until) return within(officers, 'resigned')
  if (row.role === 'Director') return within(officers, 'directors')
  if (row.role === 'Secretary') return within(officers, 'secretaries')
  if (row.role === 'Shareholder') return within(ownership, 'shareholders')
  if (row.role === 'Beneficial owner') return within(ownership, 'beneficial_owners')
  return data.authorized_persons
}

function addParties(bank: MigratedBank, directory: string, file: string, broken: Set<number>): void {
  for (const [index, row] of rowsOf(directory, file).entries()) {
    if (broken.has(index)) continue
    const ref = row.client_no ?? row.company_no ?? row.person_no ?? ''
    const kind = file === 'companies.csv' ? 'COMPANY' : 'INDIVIDUAL'
    const isClient = row.client_no !== undefined || row.is_client === 'Y'
    const labels = ['migrated', ...(row.labels ?? '').split('|').filter(Boolean)]
    bank.profiles.push({
      id: randomUUID(),
      role: `${kind}_${isClient ? 'CUSTOMER' : 'ASSOCIATED'}`,
      tags: labels.map((name) => ({ id: randomUUID(), name })),
      collected_data: kind === 'COMPANY' ? company(row, ref) : individual(row, ref),
      linked_to: [],
      images: [],
      files: [],
    })
  }
}

function addRelations(profiles: Map<unknown, HeldProfile>, directory: string): void {
  for (const row of rowsOf(directory, 'relations.csv')) {
    const owner = profiles.get(row.company_no)
    const linked = profiles.get(row.party_no)
    if (owner === undefined || linked === undefined) continue
    const list = listFor(owner.collected_data, row)
    if (Array.isArray(list)) list.push(entry(row, linked))
    if (!linked.linked_to.some(({ id }) => id === owner.id)) linked.linked_to.push({ id: owner.id })
  }
}

function addScan(bank: MigratedBank, owner: HeldProfile, directory: string, row: Row): void {
  const id = randomUUID()
  const path = join(directory, row.path ?? '')
  if (row.kind === 'evidence') {
    owner.files.push({ id, name: row.title ?? '', path })
    const owner_no = row.owner_no ?? ''
    bank.uploads.push({ owner_no, path: row.path ?? '', profile_id: owner.id, file_id: id })
    return
  }
  owner.images.push({ id, image_type: row.kind === 'passport_back' ? 'BACK' : 'FRONT', path })
  const isProof = row.kind === 'proof_of_address'
  const document = {
    id: randomUUID(),
    category: isProof ? 'PROOF_OF_ADDRESS' : 'PROOF_OF_IDENTITY',
    document_type: isProof ? 'UTILITY_BILL' : 'PASSPORT',
    images: [{ id }],
    extracted_data: { issued: isoDay(row.issued) },
  }
  const documents = owner.collected_data.documents
  owner.collected_data.documents = [...(Array.isArray(documents) ? documents : []), document]
}

/** What a faultless migration of an export leaves; `broken` says which rows (from 0) of a file it leaves out. */
export function migrateFaultlessly(directory: string, broken: (file: string) => Set<number>): MigratedBank {
  const bank: MigratedBank = { profiles: [], uploads: [] }
  for (const file of ['individuals.csv', 'companies.csv', 'persons.csv']) {
    addParties(bank, directory, file, broken(file))
  }
  const byRef = new Map(bank.profiles.map((profile) => [profile.collected_data.customer_ref, profile]))
  addRelations(byRef, directory)
  for (const row of rowsOf(directory, 'documents.csv')) {
    const owner = byRef.get(row.owner_no)
    if (owner !== undefined && existsSync(join(directory, row.path ?? '')))
      addScan(bank, owner, directory, row)
  }
  return bank
}
