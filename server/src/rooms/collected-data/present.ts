import type { EntityData } from '@drawbridge/schema/collected-data.ts'
import type { IndexedProfile } from '../../platform/vault/index.ts'

type Person = Extract<EntityData, { entity_type: 'INDIVIDUAL' }>

function nameParts(person: Person): string[] {
  const name = person.personal_details?.name
  return [...(name?.given_names ?? []), name?.family_name ?? ''].filter((part) => part !== '')
}

/** Given names and family name, or the company's name; empty while neither is known. */
export function displayName(data: EntityData): string {
  return data.entity_type === 'INDIVIDUAL' ? nameParts(data).join(' ') : (data.metadata?.name ?? '')
}

/** What a profile is found by. */
export function indexedProfile(data: EntityData): IndexedProfile {
  const references = data.customer_ref === undefined ? [] : [data.customer_ref]
  if (data.entity_type === 'INDIVIDUAL') {
    const { personal_details: details, contact_details: contact } = data
    return {
      names: [...nameParts(data).reverse(), ...(details?.name?.alt_family_names ?? [])],
      references,
      email: contact?.email,
      phone: contact?.phone_number,
      dob: details?.dob,
      nationality: details?.nationality,
    }
  }
  const { metadata } = data
  return {
    names: [metadata?.name ?? '', ...(metadata?.previous_names ?? []).map((previous) => previous.name ?? '')],
    references,
    email: metadata?.contact_details?.email,
    phone: metadata?.contact_details?.phone_number,
    dob: metadata?.incorporation_date,
    nationality: metadata?.country_of_incorporation,
    number: metadata?.number,
  }
}

/** The country a profile is listed under: of the address without an end, or of incorporation. */
export function countryOf(data: EntityData): string | null {
  if (data.entity_type === 'COMPANY') return data.metadata?.country_of_incorporation ?? null
  const history = data.address_history ?? []
  const current = history.find((dated) => dated.end_date === undefined) ?? history.at(-1)
  return current?.address.country ?? null
}
