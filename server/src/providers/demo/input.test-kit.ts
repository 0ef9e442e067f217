/** A person whose given names hold these words. */
export function individualInput(words: string): Readonly<Record<string, unknown>> {
  return {
    entity_type: 'INDIVIDUAL',
    personal_details: {
      name: { given_names: ['Ada', ...words.split(' ')].filter(Boolean), family_name: 'Quillmarsh' },
      dob: '1984-07-31',
      nationality: 'GBR',
      gender: 'F',
    },
    address_history: [
      { address: { type: 'STRUCTURED', country: 'DEU', locality: 'Beispielstadt', postal_code: '01234' } },
    ],
    contact_details: { email: 'ada@example.org' },
    banking_details: {
      bank_accounts: [
        { type: 'UK_ACCOUNT', country: 'GBR', sort_code: '010203', account_number: '12345678' },
      ],
    },
    documents: [
      {
        id: '22222222-2222-4222-8222-222222222222',
        category: 'PROOF_OF_IDENTITY',
        document_type: 'PASSPORT',
        images: [{ id: '33333333-3333-4333-8333-333333333333', image_type: 'FRONT' }],
      },
    ],
    documents_metadata: [{ document_type: 'PASSPORT', number: 'D1234567', country_code: 'GBR' }],
    device_metadata: { token: 'device-token' },
    external_refs: { generic: 'token-1' },
  }
}

/** A company whose name holds these words. */
export function companyInput(words: string): Readonly<Record<string, unknown>> {
  return {
    entity_type: 'COMPANY',
    metadata: {
      name: `Larkfen ${words} Ltd`,
      number: '01234567',
      country_of_incorporation: 'GBR',
      addresses: [
        { type: 'registered_address', address: { type: 'STRUCTURED', country: 'GBR', locality: 'Demoford' } },
      ],
    },
    documents: [
      {
        id: '22222222-2222-4222-8222-222222222222',
        category: 'PROOF_OF_ADDRESS',
        document_type: 'BANK_STATEMENT',
        images: [{ id: '33333333-3333-4333-8333-333333333333', image_type: 'FRONT' }],
      },
    ],
  }
}
