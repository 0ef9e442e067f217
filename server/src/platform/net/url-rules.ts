import { isIP } from 'node:net'
import { OutboundError } from './outbound-error.ts'

const HOST_LENGTH_MAX = 253
const ALWAYS_REFUSED = new Set(['metadata.google.internal', 'metadata.goog', 'metadata'])
const INTERNAL_NAME = /(^|\.)(localhost|local|internal|localdomain|home\.arpa)$/

/** What a URL may say. */
export interface UrlRules {
  readonly allowHttp: boolean
  readonly ports: ReadonlySet<number>
  /** Own public host names, which must not be reached from inside. */
  readonly ownHosts: ReadonlySet<string>
}

/** A URL that has passed everything that can be told without resolving its name. */
export interface CheckedUrl {
  readonly url: URL
  /** The name without brackets and trailing dot. */
  readonly host: string
  readonly isLiteral: boolean
  /**
   * Set when the URL is only allowed inside networks that the operator has named: plain HTTP, another port, an
   * internal name. The words say which rule it is.
   */
  readonly onlyNamed: string | null
}

function refused(message: string): OutboundError {
  return new OutboundError('refused', message)
}

function parsed(text: string): URL {
  const url = URL.parse(text)
  if (!url) throw refused('The address is not a URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refused('The address must begin with https://')
  if (url.username || url.password) throw refused('The address must not contain a user name or password')
  return url
}

function reservationOf(url: URL, host: string, rules: UrlRules): string | null {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const plainPort = url.protocol === 'http:' && rules.allowHttp && port === 80
  if (url.protocol === 'http:' && !rules.allowHttp) return 'The address must begin with https://'
  if (!plainPort && !rules.ports.has(port)) return `Port ${port} is not allowed`
  if (INTERNAL_NAME.test(host) || (!isIP(host) && !host.includes('.'))) return 'The name is an internal one'
  return null
}

/**
 * Everything about a URL that can be decided without DNS (reliability-security.md F.6 point 1). `new URL()` has
 * already turned `2130706433`, `0x7f.1` and the like into plain addresses. Raises `OutboundError` `refused`.
 */
export function checkUrl(text: string, rules: UrlRules): CheckedUrl {
  const url = parsed(text)
  const bare = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isLiteral = isIP(bare) !== 0
  const host = isLiteral ? bare : bare.replace(/\.$/, '')
  if (host === '' || host.length > HOST_LENGTH_MAX || host.endsWith('.'))
    throw refused('The host name is not valid')
  if (ALWAYS_REFUSED.has(host) || rules.ownHosts.has(host)) throw refused('The host is not allowed')
  if (!isLiteral) url.hostname = host
  url.hash = ''
  return { url, host, isLiteral, onlyNamed: reservationOf(url, host, rules) }
}
