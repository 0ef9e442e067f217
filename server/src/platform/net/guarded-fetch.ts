import { lookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import { rootCertificates, type TLSSocket } from 'node:tls'
import { Agent, buildConnector, type Dispatcher, request } from 'undici'
import { Fault } from '../fault.ts'
import type { Log } from '../log.ts'
import { type AddressRules, addressRules, normalAddress, parseNetworks } from './addresses.ts'
import { OutboundError, outboundErrorOf } from './outbound-error.ts'
import { type CheckedUrl, checkUrl, type UrlRules } from './url-rules.ts'

const DNS_MS = 2_000
const CONNECT_MS = 5_000
const TOTAL_MS = 20_000
const REPLY_BYTES_MAX = 16 * 1024
const USER_AGENT = 'Drawbridge/1'
const HTTPS_PORTS = [443, 8443]
/** Headers that describe the connection are ours to set; a caller who could would speak past the guard. */
const OWN_HEADERS =
  /^(host|connection|content-length|cookie|expect|keep-alive|te|trailer|transfer-encoding|upgrade|user-agent|proxy-.*)$/i

/** What the operator opens and closes. */
export interface GuardedFetchOptions {
  /** Private networks that may be reached, as CIDR; there also by plain HTTP, at any port, by an internal name. */
  readonly allowNetworks: readonly string[]
  /** Public networks that must not be reached, such as the operator's own, as CIDR. */
  readonly denyNetworks?: readonly string[]
  /** Plain HTTP to public addresses, at port 80. Off when absent. */
  readonly allowHttp?: boolean
  /** Ports of public addresses; 443 and 8443 when absent. */
  readonly ports?: readonly number[]
  /** Own public host names, which are never called from inside. */
  readonly ownHosts?: readonly string[]
  /** Certificates (PEM) of private authorities, trusted beside the public ones. */
  readonly authorities?: readonly string[]
  /** All addresses of a name; the system's resolver when absent. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
  readonly log: Pick<Log, 'warn'>
}

/** One request to the outside. */
export interface OutboundRequest {
  readonly method?: Dispatcher.HttpMethod
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | null
  /** For everything from the name's resolution to the last byte of the reply; 20 s when absent. */
  readonly timeoutMs?: number
  /** The reply is cut off here; 16 kB when absent. */
  readonly maxReplyBytes?: number
  readonly signal?: AbortSignal
}

/** What the outside answered. */
export interface OutboundReply {
  readonly status: number
  /** Names in lower case; several values of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** True when the reply was longer than `maxReplyBytes`. */
  readonly truncated: boolean
}

/** Sends one request and reads its reply. Raises `OutboundError`, whatever the reason. */
export type GuardedFetch = (url: string, request?: OutboundRequest) => Promise<OutboundReply>

/** The guarded fetch, and the check that goes before saving an address. */
export interface OutboundGuard {
  readonly guardedFetch: GuardedFetch
  /** For saving a setting: `request.invalid-field` at `pointer` when the URL may not be called, or not be found. */
  readonly assertAllowedUrl: (url: string, pointer?: string) => Promise<void>
}

async function resolveBySystem(host: string): Promise<string[]> {
  return (await lookup(host, { all: true, order: 'verbatim' })).map((entry) => entry.address)
}

/** Waits for a promise that cannot be stopped, no longer than the signal allows. */
async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

class Guard {
  readonly #options: GuardedFetchOptions
  readonly #urlRules: UrlRules
  readonly #addresses: AddressRules
  readonly #hasNamed: boolean

  constructor(options: GuardedFetchOptions) {
    this.#options = options
    this.#urlRules = {
      allowHttp: options.allowHttp ?? false,
      ports: new Set(options.ports ?? HTTPS_PORTS),
      ownHosts: new Set(options.ownHosts?.map((host) => host.toLowerCase())),
    }
    this.#hasNamed = options.allowNetworks.length > 0
    this.#addresses = addressRules(
      parseNetworks(options.allowNetworks),
      parseNetworks(options.denyNetworks ?? []),
    )
  }

  /** The URL, and the only addresses that may be used for it. */
  async check(text: string, signal: AbortSignal): Promise<CheckedUrl & { addresses: string[] }> {
    const checked = checkUrl(text, this.#urlRules)
    if (checked.onlyNamed && !this.#hasNamed) throw new OutboundError('refused', checked.onlyNamed)
    const found = checked.isLiteral ? [checked.host] : await this.#resolve(checked.host, signal)
    const addresses = found.map(normalAddress)
    if (!addresses.every((address) => this.#addresses.allows(address))) {
      throw new OutboundError('refused', 'The host is, or its name leads to, an address that is not allowed')
    }
    if (checked.onlyNamed && !addresses.every((address) => this.#addresses.isNamed(address))) {
      throw new OutboundError('refused', checked.onlyNamed)
    }
    return { ...checked, addresses }
  }

  async #resolve(host: string, signal: AbortSignal): Promise<readonly string[]> {
    const resolve = this.#options.resolve ?? resolveBySystem
    try {
      const found = await within(AbortSignal.any([signal, AbortSignal.timeout(DNS_MS)]), resolve(host))
      if (found.length === 0) throw new Error('no address')
      return found
    } catch (cause) {
      if (signal.aborted) throw cause
      throw new OutboundError('dns', 'The name of the host cannot be resolved', cause)
    }
  }

  async send(text: string, outbound: OutboundRequest): Promise<OutboundReply> {
    const total = AbortSignal.timeout(outbound.timeoutMs ?? TOTAL_MS)
    const signal = outbound.signal ? AbortSignal.any([outbound.signal, total]) : total
    try {
      const { url, addresses } = await this.check(text, signal)
      const agent = this.#agentFor(addresses)
      try {
        return await exchange(agent, url, outbound, signal)
      } finally {
        await agent.destroy()
      }
    } catch (error) {
      const outboundError = outboundErrorOf(error, signal, total)
      if (outboundError.kind === 'refused') this.#options.log.warn('outbound.refused')
      throw outboundError
    }
  }

  /** An agent for one request, whose connections can only go to the addresses that have been checked. */
  #agentFor(addresses: readonly string[]): Agent {
    const pinned = addresses.map((address) => ({ address, family: isIP(address) }))
    const pinnedLookup: LookupFunction = (_host, options, callback) => {
      if (options.all) callback(null, pinned)
      else callback(null, pinned[0]?.address ?? '', pinned[0]?.family)
    }
    const { authorities } = this.#options
    const connect = buildConnector({
      lookup: pinnedLookup,
      timeout: CONNECT_MS,
      allowH2: false,
      ...(authorities ? { ca: [...rootCertificates, ...authorities] } : {}),
    })
    return new Agent({
      connections: 1,
      pipelining: 0,
      allowH2: false,
      connect: (options, callback) =>
        connect(options, (error, socket) => {
          if (error) return callback(error, null)
          const remote = normalAddress(socket.remoteAddress ?? '')
          if (addresses.includes(remote)) return callback(null, socket as TLSSocket)
          socket.destroy()
          callback(
            new OutboundError('refused', 'The connection went to another address than the one checked'),
            null,
          )
        }),
    })
  }
}

function headersOf(outbound: OutboundRequest): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': USER_AGENT, 'accept-encoding': 'identity' }
  for (const [name, value] of Object.entries(outbound.headers ?? {})) {
    if (OWN_HEADERS.test(name)) throw new OutboundError('refused', `The header ${name} cannot be set`)
    headers[name.toLowerCase()] = value
  }
  return headers
}

async function exchange(
  agent: Agent,
  url: URL,
  outbound: OutboundRequest,
  signal: AbortSignal,
): Promise<OutboundReply> {
  const reply = await request(url, {
    dispatcher: agent,
    method: outbound.method ?? 'GET',
    headers: headersOf(outbound),
    body: outbound.body ?? null,
    signal,
    reset: true,
  })
  const { body, truncated } = await readBody(reply.body, outbound.maxReplyBytes ?? REPLY_BYTES_MAX)
  const headers = Object.entries(reply.headers).map(([name, value]) => [name, [value].flat().join(', ')])
  return { status: reply.statusCode, headers: Object.fromEntries(headers), body, truncated }
}

async function readBody(
  stream: AsyncIterable<Buffer>,
  bytesMax: number,
): Promise<{ body: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    size += chunk.length
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > bytesMax) return { body: Buffer.concat(chunks, bytesMax), truncated: true }
  }
  return { body: Buffer.concat(chunks, size), truncated: false }
}

/**
 * The only way out of the server (reliability-security.md F.6): the URL is checked, its name resolved once, every
 * address checked, the connection pinned to those, its far end compared. No redirects, no proxy from the
 * environment, no cookies, no decompression; one total time; a capped reply. Loopback and private addresses only
 * inside `allowNetworks`. Raises an `Error` at once when a network is not written as CIDR.
 */
export function createGuardedFetch(options: GuardedFetchOptions): OutboundGuard {
  const guard = new Guard(options)
  return {
    guardedFetch: (url, outbound = {}) => guard.send(url, outbound),
    assertAllowedUrl: async (url, pointer) => {
      try {
        await guard.check(url, AbortSignal.timeout(TOTAL_MS))
      } catch (error) {
        if (!(error instanceof OutboundError)) throw error
        const where = pointer === undefined ? {} : { pointer }
        throw new Fault('request.invalid-field', { message: error.message, cause: error, ...where })
      }
    },
  }
}
