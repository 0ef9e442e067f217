import { z } from 'zod'
import { AddressHistory } from './address.ts'
import { entityDataBase } from './entity-data-base.ts'
import { PersonalDetails } from './personal-details.ts'
import { CountryCode, Text } from './scalars.ts'

/** A bank account in the United Kingdom. The sort code is stored as six digits, `NN-NN-NN` is taken too. */
export const BankAccount = z.looseObject({
  type: z.literal('UK_ACCOUNT'),
  country: CountryCode,
  sort_code: z.string().regex(/^(\d{6}|\d{2}-\d{2}-\d{2})$/, 'must be six digits, or NN-NN-NN'),
  account_number: z.string().regex(/^\d{8}$/, 'must be eight digits'),
})
export type BankAccount = z.infer<typeof BankAccount>

/** How a person can be reached. */
export const IndividualContactDetails = z.looseObject({
  phone_number: Text.optional(),
  email: Text.optional(),
})
export type IndividualContactDetails = z.infer<typeof IndividualContactDetails>

/** From where a person came over the internet. */
export const IpLocation = z.looseObject({
  ip_address: Text,
  country: CountryCode.optional(),
  continent: z.enum(['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA']).optional(),
  region: Text.optional(),
  city: Text.optional(),
  coordinates: z
    .looseObject({ longitude: z.number(), latitude: z.number(), name: Text.optional() })
    .optional(),
  proxy: z.enum(['ANONYMOUS']).optional(),
})
export type IpLocation = z.infer<typeof IpLocation>

/** What identifies a document without the document itself. */
export const DocumentMetadata = z.looseObject({
  document_type: z.enum([
    'PASSPORT',
    'PASSPORT_CARD',
    'DRIVING_LICENCE',
    'STATE_ID',
    'VOTER_ID',
    'BIOMETRIC_STATE_ID',
    'HEALTHCARE_ID',
    'TAX_ID',
    'RESIDENCE_ID',
    'RESIDENCE_OTHER',
    'VISA',
  ]),
  number: Text,
  country_code: CountryCode,
  issuing_state: Text.optional(),
  version: Text.optional(),
})
export type DocumentMetadata = z.infer<typeof DocumentMetadata>

/** All facts held about a person. Fields that the contract does not know are kept. */
export const IndividualData = z
  .looseObject({
    entity_type: z.literal('INDIVIDUAL'),
    ...entityDataBase,
    personal_details: PersonalDetails.optional(),
    address_history: AddressHistory.optional(),
    contact_details: IndividualContactDetails.optional(),
    ip_location: IpLocation.optional(),
    banking_details: z.looseObject({ bank_accounts: z.array(BankAccount).min(1).max(1) }).optional(),
    documents_metadata: z.array(DocumentMetadata).max(100).optional(),
  })
  .meta({ id: 'IndividualData' })
export type IndividualData = z.infer<typeof IndividualData>
