import { randomUUID } from 'node:crypto'
import type { ProviderDescription } from '../provider.ts'
import { entityTypeOf } from '../read-output.ts'

/** The invented company that the suite asks about. */
export const sampleCompany = { name: 'Kestrel Lane Bakery Ltd', number: '09990001' } as const

const placeholder = (id: string) => ({
  id,
  category: 'PROOF_OF_IDENTITY',
  document_type: 'UNKNOWN',
  images: [],
})

function individual(country: string) {
  return {
    entity_type: 'INDIVIDUAL',
    personal_details: {
      name: { given_names: ['Tamsin', 'Ada'], family_name: 'Quillfeather' },
      dob: '1984-02-29',
      nationality: country,
    },
    address_history: [
      {
        address: {
          type: 'STRUCTURED',
          country,
          street_number: '7',
          route: 'Kestrel Lane',
          locality: 'Millhaven',
          postal_code: 'MH1 2AB',
        },
      },
    ],
    contact_details: { email: 'tamsin@millhaven.example', phone_number: '+441632960000' },
  }
}

function company(country: string) {
  return {
    entity_type: 'COMPANY',
    metadata: {
      ...sampleCompany,
      country_of_incorporation: country,
      addresses: [
        {
          type: 'registered_address',
          address: { type: 'STRUCTURED', country, route: 'Kestrel Lane', locality: 'Millhaven' },
        },
      ],
    },
  }
}

/** Data of an invented person or company in a country of the integration's, in the shape that its check type asks for. */
export function sampleInput({ checkType, supportedCountries }: ProviderDescription): Record<string, unknown> {
  const country = supportedCountries.includes('GBR') ? 'GBR' : (supportedCountries[0] ?? 'GBR')
  const base = entityTypeOf(checkType) === 'COMPANY' ? company(country) : individual(country)
  if (checkType === 'DOCUMENT_FETCH')
    return {
      ...base,
      external_refs: { generic: 'example-reference' },
      documents: [placeholder(randomUUID())],
    }
  if (checkType === 'DOCUMENT_VERIFICATION' || checkType === 'COMPANY_DOCUMENT_VERIFICATION')
    return { ...base, documents: [{ ...placeholder(randomUUID()), document_type: 'PASSPORT' }] }
  if (checkType === 'VISA_CHECK')
    return {
      ...base,
      document_metadata: { document_type: 'PASSPORT', number: 'X0000000', country_code: country },
    }
  if (checkType === 'CRA_BANK_ACCOUNT_VERIFICATION') {
    const account = { type: 'UK_ACCOUNT', country: 'GBR', sort_code: '010203', account_number: '00000000' }
    return { ...base, banking_details: { bank_accounts: [account] } }
  }
  if (checkType === 'DEVICE_FRAUD_DETECTION') return { ...base, device_metadata: { token: 'example-token' } }
  return base
}
