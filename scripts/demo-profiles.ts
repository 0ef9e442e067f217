import type { ProfileResource, ProfileSearchResults } from '../schema/profile.ts'
import { call, type Platform } from './demo-platform.ts'

/** A demo profile: the words of its name, and what they are to show. */
export interface Wish {
  readonly words: string
  readonly isCompany?: boolean
}

/** What the demo shows, one profile each. */
export const wishes: readonly Wish[] = [
  { words: '' },
  { words: '1+1' },
  { words: 'FAIL' },
  { words: 'PEP' },
  { words: 'SANCTION MEDIA' },
  { words: 'REFER' },
  { words: 'ERROR' },
  { words: 'TIMEOUT' },
  { words: 'MONITOR-PEP' },
  { words: 'SHAREHOLDERS', isCompany: true },
  { words: 'INACTIVE', isCompany: true },
  { words: 'NODATA', isCompany: true },
]

/** The reference of the profile with these words. */
export const refOf = (words: string) =>
  `demo-${(words || 'plain').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`

/** The profile with a reference, as lists show it. */
export async function find(platform: Platform, customerRef: string) {
  const found = await call<ProfileSearchResults>(platform, 'GET', `/profiles?q=${customerRef}&limit=50`)
  return found.results.find((profile) => profile.collected_data?.customer_ref === customerRef)
}

/** The profile of a wish: made now, or found from an earlier demo. */
export async function profileOf(platform: Platform, { words, isCompany = false }: Wish): Promise<string> {
  const customer_ref = refOf(words)
  const before = await find(platform, customer_ref)
  if (before) return before.id
  const data = isCompany ? company(words) : person(words)
  const role = isCompany ? 'COMPANY_CUSTOMER' : 'INDIVIDUAL_CUSTOMER'
  const body = { role, collected_data: { customer_ref, ...data } }
  return (await call<ProfileResource>(platform, 'POST', '/profiles', body)).id
}

function person(words: string) {
  const address = {
    type: 'STRUCTURED',
    country: 'GBR',
    street_number: '10',
    route: 'Quay Street',
    locality: 'Bristol',
    postal_code: 'BS1 4XX',
  }
  return {
    entity_type: 'INDIVIDUAL',
    personal_details: {
      name: { given_names: ['Mira', ...words.split(' ').filter(Boolean)], family_name: 'Oduya' },
      dob: '1980-02-28',
      nationality: 'GBR',
    },
    address_history: [{ address }],
  }
}

function company(words: string) {
  const metadata = {
    name: `North Quay ${words} Ltd`,
    number: `0999${String(words.length).padStart(4, '0')}`,
    country_of_incorporation: 'GBR',
  }
  return { entity_type: 'COMPANY', metadata }
}
