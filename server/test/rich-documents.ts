/** A person with something in most fields of the contract (public API 4.0, 4). */
export const richPerson = {
  entity_type: 'INDIVIDUAL',
  customer_ref: 'crm-rich',
  personal_details: {
    name: { title: 'Ms', given_names: ['Mira', 'Jane'], family_name: 'Oduya' },
    dob: '1984-07',
    nationality: 'GBR',
    gender: 'F',
    national_identity_number: { GBR: 'QQ123456C' },
  },
  contact_details: { email: 'mira@example.test', phone_number: '+44 20 7946 0000' },
  address_history: [
    {
      address: { type: 'FREEFORM', country: 'GBR', text: '5 Quay Road, Leeds, LS1 0AA' },
      start_date: '2015-02',
    },
    {
      address: {
        type: 'STRUCTURED',
        country: 'DEU',
        route: 'Lange Str.',
        street_number: '5',
        postal_code: '10115',
      },
      start_date: '2010-01',
      end_date: '2015-02',
    },
  ],
  bank_accounts: [{ bban: '12345678', iban: 'GB33BUKB20201555555555', currency: 'GBP' }],
  documents: [
    { category: 'PROOF_OF_IDENTITY', document_type: 'PASSPORT', extracted_data: { number: '123' } },
  ],
  custom: { segment: 'retail' },
  x_legacy_code: { branch: [1, 2, { deep: true }] },
}

/** A company with officers, owners and both ways to name them. */
export const richCompany = {
  entity_type: 'COMPANY',
  customer_ref: 'crm-rich-company',
  metadata: {
    name: 'NORTH QUAY TRADING LTD',
    number: '09990001',
    country_of_incorporation: 'GBR',
    incorporation_date: '2019-04-01',
    is_active: true,
    contact_information: { email: 'office@example.test', url: 'https://example.test' },
    addresses: [
      {
        type: 'registered_address',
        address: {
          type: 'STRUCTURED',
          country: 'GBR',
          locality: 'Leeds',
          postal_code: 'LS1 0AA',
          route: 'Quay Road',
        },
      },
    ],
  },
  officers: {
    directors: [
      {
        entity_type: 'INDIVIDUAL',
        appointed_on: '2019-04-01',
        original_role: 'Director',
        immediate_data: { entity_type: 'INDIVIDUAL', personal_details: { name: { family_name: 'Oduya' } } },
      },
    ],
    secretaries: [
      { entity_type: 'COMPANY', immediate_data: { entity_type: 'COMPANY', metadata: { name: 'SEC LTD' } } },
    ],
  },
  ownership_structure: {
    share_classes: [{ name: 'Ordinary', currency: 'GBP', value: 1, votes: 1 }],
    shareholders: [
      {
        entity_type: 'INDIVIDUAL',
        immediate_data: {
          entity_type: 'INDIVIDUAL',
          personal_details: { name: { given_names: ['Mira'], family_name: 'Oduya' } },
        },
        total_percentage: 60,
        shareholdings: [{ share_class: 'Ordinary', amount: 60, percentage: 60, currency: 'GBP' }],
      },
    ],
  },
}
