import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Network = [Address, number]

/**
 * Ranges that `ipaddr.js` counts as unicast and that still must not be reached: the virtual public address of
 * Azure's host agent, and IPv4 addresses written as IPv6 ones in the way RFC 4291 gave up.
 */
const ALSO_DENIED = ['168.63.129.16/32', '::/96'].map((text) => ipaddr.parseCIDR(text))

function isWithin(address: Address, networks: readonly Network[]): boolean {
  return networks.some(
    ([base, bits]) => address.kind() === base.kind() && address.match([base, bits] as never),
  )
}

/** Which addresses may be reached. Pure: it decides from the address alone. */
export interface AddressRules {
  /** True for a public unicast address outside the denied networks, and for one in an allowed network. */
  readonly allows: (address: string) => boolean
  /** True for an address in a network that the operator has named. */
  readonly isNamed: (address: string) => boolean
}

/**
 * Reads networks written as CIDR (`10.0.0.0/8`, `fd00::/8`). Raises an `Error` that names the one that is not.
 */
export function parseNetworks(texts: readonly string[]): Network[] {
  return texts.map((text) => {
    if (!ipaddr.isValidCIDR(text)) throw new Error(`"${text}" is not a network such as 10.0.0.0/8`)
    return ipaddr.parseCIDR(text)
  })
}

/** The rules of reliability-security.md F.6 point 4, with the operator's allowed and denied networks. */
export function addressRules(allowed: readonly Network[], denied: readonly Network[]): AddressRules {
  const isNamed = (text: string) => ipaddr.isValid(text) && isWithin(ipaddr.process(text), allowed)
  const allows = (text: string) => {
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    if (isWithin(address, denied)) return false
    if (isWithin(address, allowed)) return true
    return address.range() === 'unicast' && !isWithin(address, ALSO_DENIED)
  }
  return { allows, isNamed: (text) => isNamed(text) && allows(text) }
}

/** One spelling for an address: `::ffff:10.0.0.1` and `10.0.0.1` are the same place. */
export function normalAddress(text: string): string {
  return ipaddr.isValid(text) ? ipaddr.process(text).toNormalizedString() : text
}
