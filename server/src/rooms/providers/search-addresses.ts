import type { StructuredAddress } from '@drawbridge/schema/address.ts'
import type { Input, Output } from '@drawbridge/schema/operation.ts'
import type { FormatAddress, SearchAddresses } from '@drawbridge/schema/search.ts'
import { Fault } from '../../platform/fault.ts'
import { type Engine, type Opening, withScope } from '../../platform/scope.ts'
import type { AddressProvider } from '../../provider-kit/address-provider.ts'
import { demoAddresses } from '../../providers/demo-addresses/index.ts'
import { environmentOf } from '../accounts/index.ts'
import { substringsOf } from './rules-search.ts'

const searchMsMax = 10_000

/** The source of addresses: the one that comes along, in the demo environment. Raises `address-search.not-configured`. */
async function sourceOf(engine: Engine, opening: Opening): Promise<AddressProvider> {
  const environment = await withScope(engine, opening, (scope) => environmentOf(scope))
  if (environment !== 'demo') throw new Fault('address-search.not-configured')
  return demoAddresses
}

/** Addresses that fit what somebody has typed, and where. Raises `address-search.not-configured`. */
export async function searchAddresses(
  engine: Engine,
  opening: Opening,
  { address, country_code, limit }: Input<typeof SearchAddresses>,
): Promise<Output<typeof SearchAddresses>> {
  const source = await sourceOf(engine, opening)
  const asked = { text: address, country: country_code, limit }
  const found = await source.search(asked, AbortSignal.timeout(searchMsMax))
  const results = found
    .slice(0, limit)
    .map(({ id, text }) => ({ id, text, query_substrings: substringsOf(text, address) }))
  return { count: results.length, results }
}

/** An address that was found, in its parts. Raises `address-search.not-configured`, `address.unknown`. */
export async function formatAddress(
  engine: Engine,
  opening: Opening,
  { id, country_code }: Input<typeof FormatAddress>,
): Promise<StructuredAddress> {
  const source = await sourceOf(engine, opening)
  const address = await source.format({ id, country: country_code }, AbortSignal.timeout(searchMsMax))
  if (address === null) throw new Fault('address.unknown')
  return address
}
