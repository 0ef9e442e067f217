import type { StructuredAddress } from '@drawbridge/schema/address.ts'

/** An address that a source knows. */
export interface KnownAddress {
  /** The source's own name for it. */
  readonly id: string
  /** The whole address on one line. */
  readonly text: string
}

/** A source of addresses, for people who type one. Its methods may raise `ProviderFailure`; `signal` ends them. */
export interface AddressProvider {
  /** The addresses that fit what was typed, best first. */
  search(
    asked: { readonly text: string; readonly country: string; readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly KnownAddress[]>
  /** An address in its parts; null when the source knows none of this id in this country. */
  format(
    asked: { readonly id: string; readonly country: string },
    signal: AbortSignal,
  ): Promise<StructuredAddress | null>
}
