import { createHash } from 'node:crypto'

/**
 * Everything that is seeded holds one of these, and nothing else in the world does: letters for what is text,
 * digits for what is a number. Six letters, since the blind index knows prefixes of six.
 */
export const letters = 'zvqxkw'
export const digits = '8390517264'
/** Nobody else in the data was born on this day. */
export const birthday = '1911-08-27'

let counted = 0

/** A word that nobody else has: the mark and a running end. */
export function word(): string {
  counted += 1
  const end = createHash('sha256').update(String(counted)).digest('hex').replace(/\d/g, '').slice(0, 5)
  return `${letters.slice(0, 1).toUpperCase()}${letters.slice(1)}${end}`
}

/** A number that nobody else has. */
export function number(): string {
  counted += 1
  return `${digits}${counted}`
}

function address(): Record<string, unknown> {
  return {
    type: 'STRUCTURED',
    country: 'GBR',
    route: `${word()} Street`,
    street_number: number(),
    locality: word(),
    county: word(),
    postal_code: number(),
    premise: word(),
    original_freeform_address: `${word()}, ${number()}`,
  }
}

/** A person with a mark in every field that takes free text. */
export function markedPerson(reference = `REF-${word()}`): Record<string, unknown> {
  return {
    entity_type: 'INDIVIDUAL',
    customer_ref: reference,
    external_refs: { [word()]: word() },
    personal_details: {
      name: { title: word(), given_names: [word(), word()], family_name: word(), alt_family_names: [word()] },
      dob: birthday,
      nationality: 'GBR',
      national_identity_number: { GBR: number() },
    },
    address_history: [
      { address: address(), start_date: '2001-01' },
      { address: { type: 'FREEFORM', country: 'FRA', text: `${word()} 12, ${word()}` } },
    ],
    contact_details: { email: `${word()}@${word()}.example`, phone_number: `+44${number()}` },
    ip_location: { ip_address: `${word()}`, city: word(), region: word() },
    banking_details: {
      bank_accounts: [
        {
          type: 'UK_ACCOUNT',
          country: 'GBR',
          sort_code: '112233',
          account_number: digits.slice(0, 8),
          holder: word(),
        },
      ],
    },
    documents_metadata: [{ document_type: 'PASSPORT', number: number(), country_code: 'GBR' }],
    custom_data: { [word()]: { value: word() } },
    [word()]: { [word()]: [word(), number()] },
  }
}

/** A company with marks, an associate by details alone, and others that are profiles. */
export function markedCompany(
  directors: readonly string[],
  reference = `REF-${word()}`,
): Record<string, unknown> {
  return {
    entity_type: 'COMPANY',
    customer_ref: reference,
    metadata: {
      name: `${word()} Limited`,
      number: number(),
      country_of_incorporation: 'GBR',
      company_type_description: word(),
      description: `${word()} ${'and more '.repeat(400)}${word()}`,
      addresses: [{ type: 'registered_address', address: address() }],
      contact_details: {
        email: `info@${word()}.example`,
        url: `https://${word()}.example/`,
        phone_number: number(),
      },
      tax_ids: [{ tax_id_type: 'VAT', value: number() }],
      previous_names: [{ name: word() }],
    },
    officers: {
      directors: [
        ...directors.map((id) => ({
          entity_type: 'INDIVIDUAL',
          linked_profile: { id },
          original_role: word(),
          provider_name: word(),
        })),
        { entity_type: 'INDIVIDUAL', immediate_data: markedPerson(''), original_role: word() },
      ],
    },
    ownership_structure: {
      shareholders: [
        {
          entity_type: 'COMPANY',
          immediate_data: { entity_type: 'COMPANY', metadata: { name: word(), number: number() } },
          shareholdings: [{ share_class: word(), amount: 4, percentage: 10 }],
        },
      ],
    },
  }
}
