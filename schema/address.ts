import { z } from 'zod'
import { ApproxDate, CountryCode, LongText, Text } from './scalars.ts'

const parts = {
  country: CountryCode,
  state_province: Text.optional(),
  county: Text.optional(),
  postal_code: Text.optional(),
  locality: Text.optional(),
  postal_town: Text.optional(),
  route: Text.optional(),
  street_number: Text.optional(),
  premise: Text.optional(),
  subpremise: Text.optional(),
  address_lines: z.array(Text).max(20).optional(),
  /** The text that was sent, when the address came as one text. */
  original_freeform_address: LongText.optional(),
  /** Deprecated by the contract; kept when sent. */
  original_structured_address: z.looseObject({}).optional(),
  longitude: z.number().min(-180).max(180).optional(),
  latitude: z.number().min(-90).max(90).optional(),
}

/**
 * An address in parts; every part is text, numbers too. `state_province` is the part of the ISO 3166-2 code
 * after the hyphen. It is not demanded for USA and CAN, since a country alone is enough for many checks (R54).
 */
export const StructuredAddress = z.looseObject({ type: z.literal('STRUCTURED'), ...parts })
export type StructuredAddress = z.infer<typeof StructuredAddress>

/** An address as one text, with the parts that are known besides. It is stored in parts: see `structuredAddress`. */
export const FreeformAddress = z.looseObject({ type: z.literal('FREEFORM'), ...parts, text: LongText.min(1) })
export type FreeformAddress = z.infer<typeof FreeformAddress>

/** An address, in parts or as one text. */
export const Address = z
  .discriminatedUnion('type', [StructuredAddress, FreeformAddress])
  .meta({ id: 'Address' })
export type Address = z.infer<typeof Address>

/** Where somebody lived, and from which month to which. */
export const DatedAddress = z.looseObject({
  address: Address,
  start_date: ApproxDate.optional(),
  end_date: ApproxDate.optional(),
})
export type DatedAddress = z.infer<typeof DatedAddress>

/** Addresses over time, ordered by start, then end; an undated entry is the current one and comes last. */
export const AddressHistory = z.array(DatedAddress).max(200)
export type AddressHistory = z.infer<typeof AddressHistory>
