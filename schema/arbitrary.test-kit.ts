import fc from 'fast-check'
import { countries } from './countries.ts'

/** Text as clients type it: words, numbers, spaces, commas, line ends, other alphabets. */
const typedText = fc
  .array(
    fc.constantFrom(
      'Flat 2',
      '5',
      '14b',
      'Quay Road',
      'Straße',
      'Leeds',
      'LS1 0AA',
      '10115',
      'IL 62704',
      '南京',
      ',',
      '\n',
      ' ',
      '  ',
      ';',
      'UK',
      'Deutschland',
      'ß\u0301',
      "O'Neil",
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(' '))

const country = fc.oneof(
  fc.constantFrom('GBR', 'USA', 'DEU', 'FRA', 'CAN', 'AUS', 'NLD', 'IRL', 'CHN', 'XXX'),
  fc.constantFrom(...countries.map((one) => one.alpha3)),
)

const month = fc.record({
  year: fc.integer({ min: 1900, max: 2026 }),
  month: fc.integer({ min: 1, max: 12 }),
})
const approxDate = month.map((date) => `${date.year}-${String(date.month).padStart(2, '0')}`)

const freeform = fc.record({ type: fc.constant('FREEFORM' as const), country, text: typedText })
const structured = fc.record(
  { type: fc.constant('STRUCTURED' as const), country, route: typedText, locality: typedText },
  { requiredKeys: ['type', 'country'] },
)
const address = fc.oneof(freeform, structured)

/** Fields that the contract does not know. */
const unknownFields = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 3,
})

const given = fc.array(fc.oneof(typedText, fc.constantFrom('Mira Jane', '  Ana ', '')), { maxLength: 3 })

const individualFields = fc.record(
  {
    customer_ref: fc.string({ maxLength: 20 }),
    personal_details: fc.record(
      {
        name: fc.record({ given_names: given, family_name: typedText }, { requiredKeys: [] }),
        dob: approxDate,
        national_identity_number: fc.constantFrom(
          { BRA: '123.456.789-09' },
          { ESP: '12345678z', GBR: ' QQ 12 34 56 C ' },
        ),
      },
      { requiredKeys: [] },
    ),
    address_history: fc.array(
      fc.record({ address, start_date: approxDate, end_date: approxDate }, { requiredKeys: ['address'] }),
      { maxLength: 4 },
    ),
    contact_details: fc.record({ email: fc.constantFrom(' mira@example.test ', 'a@b.test') }),
    banking_details: fc.constant({
      bank_accounts: [
        { type: 'UK_ACCOUNT' as const, country: 'GBR', sort_code: '12-34-56', account_number: '01234567' },
      ],
    }),
  },
  { requiredKeys: [] },
)

const individual = fc
  .tuple(unknownFields, individualFields)
  .map(([unknown, fields]) => ({ ...unknown, ...fields, entity_type: 'INDIVIDUAL' as const }))

const associate = fc
  .tuple(
    unknownFields,
    fc.oneof(
      fc.record({ immediate_data: individual }),
      fc.record({
        linked_profile: fc.record({ id: fc.uuid(), display_name: typedText }, { requiredKeys: ['id'] }),
      }),
    ),
  )
  .map(([unknown, who]) => ({ ...unknown, ...who, entity_type: 'INDIVIDUAL' as const }))

const associates = fc.array(associate, { maxLength: 2 })

const company = fc
  .tuple(
    unknownFields,
    fc.record(
      {
        customer_reference: fc.string({ maxLength: 20 }),
        metadata: fc.record(
          { name: typedText, addresses: fc.array(fc.record({ address }), { maxLength: 2 }) },
          { requiredKeys: [] },
        ),
        officers: fc.record({ directors: associates, resigned: associates }, { requiredKeys: [] }),
        ownership_structure: fc.record({ shareholders: associates }, { requiredKeys: [] }),
        authorized_persons: associates,
        associated_entities: associates,
      },
      { requiredKeys: [] },
    ),
  )
  .map(([unknown, fields]) => ({ ...unknown, ...fields, entity_type: 'COMPANY' as const }))

/** Any document that the contract takes, as untidy as clients send it, as it comes out of JSON. */
export const anyEntityData: fc.Arbitrary<unknown> = fc
  .oneof(individual, company)
  .map((data): unknown => JSON.parse(JSON.stringify(data)))
