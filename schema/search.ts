import { z } from 'zod'
import { StructuredAddress } from './address.ts'
import { ApiError } from './error-body.ts'
import { operation } from './operation.ts'
import { queryNumber } from './query.ts'
import { CountryCode } from './scalars.ts'

/** A company that a source found. */
export const FoundCompany = z
  .looseObject({
    name: z.string(),
    number: z.string(),
    country: z.string(),
    state: z.string().optional(),
  })
  .meta({ id: 'FoundCompany' })
export type FoundCompany = z.infer<typeof FoundCompany>

export const SearchCompanies = operation({
  name: 'SearchCompanies',
  summary: 'Finds companies by name or number at the provider that the policy names',
  method: 'GET',
  path: '/4.0/search/companies',
  may: 'PROVIDER_DATA_SEARCH',
  mayBeMissing: true,
  query: z.object({
    country: CountryCode,
    query: z.string().trim().min(1).max(200),
    /** Where companies are registered by state, such as `DE` in the USA. */
    state: z.string().trim().min(1).max(10).optional(),
    /** Deprecated: the policy says whom to ask. */
    provider: z.string().max(200).optional(),
  }),
  output: z.object({ companies: z.array(FoundCompany), errors: z.array(ApiError) }),
})

/** An address that fits, and which parts of its text fit: places from, inclusive, and to, exclusive. */
export const FoundAddress = z
  .object({
    id: z.string(),
    text: z.string(),
    query_substrings: z.array(z.tuple([z.int().min(0), z.int().min(0)])),
  })
  .meta({ id: 'FoundAddress' })
export type FoundAddress = z.infer<typeof FoundAddress>

export const SearchAddresses = operation({
  name: 'SearchAddresses',
  summary: 'Finds addresses that fit what somebody has typed so far',
  method: 'GET',
  path: '/4.0/address/search',
  may: 'PROVIDER_DATA_SEARCH',
  mayBeMissing: true,
  query: z.object({
    address: z.string().trim().min(1).max(200),
    country_code: CountryCode,
    limit: queryNumber(1, 100).default(7),
  }),
  output: z.object({ count: z.int(), results: z.array(FoundAddress) }),
})

export const FormatAddress = operation({
  name: 'FormatAddress',
  summary: 'Gets an address that was found, in its parts',
  method: 'GET',
  path: '/4.0/address/format',
  may: 'PROVIDER_DATA_SEARCH',
  mayBeMissing: true,
  query: z.object({ id: z.string().min(1).max(200), country_code: CountryCode }),
  output: StructuredAddress,
})
