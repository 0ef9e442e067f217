import { z } from 'zod'
import { nationalIdentityNumberFault } from './national-identity-number.ts'
import { CountryCode, IcaoCode, PartialDate, Text } from './scalars.ts'

/** A person's name. Given names are stored one word each, trimmed. */
export const FullName = z.looseObject({
  title: Text.optional(),
  given_names: z.array(Text).max(50).optional(),
  family_name: Text.optional(),
  alt_family_names: z.array(Text).max(50).optional(),
})
export type FullName = z.infer<typeof FullName>

/** Numbers by country, alpha-3 code to number. The formats of ESP, BRA, CAN and MEX are checked, others are free. */
export const NationalIdentityNumber = z.record(CountryCode, Text).superRefine((numbers, ctx) => {
  for (const [country, number] of Object.entries(numbers)) {
    const fault = nationalIdentityNumberFault(country, number)
    if (fault !== undefined) ctx.addIssue({ code: 'custom', message: fault, path: [country] })
  }
})
export type NationalIdentityNumber = z.infer<typeof NationalIdentityNumber>

/** Who a person is. `gender` is absent where it is neither or not known. */
export const PersonalDetails = z.looseObject({
  name: FullName.optional(),
  dob: PartialDate.optional(),
  nationality: IcaoCode.optional(),
  gender: z.enum(['M', 'F']).optional(),
  national_identity_number: NationalIdentityNumber.optional(),
})
export type PersonalDetails = z.infer<typeof PersonalDetails>
