import { CLOCK_SECONDS_MAX, digestOf, isSameText, type SigningKey, signatureOf } from './signing.ts'

const HEADER_LENGTH_MAX = 4096
const ALGORITHMS = new Set(['hs2019', 'hmac-sha256'])
/** `name="value"` with what follows it; the last value may lack its closing quote, as older peers send it. */
const PARAMETER = /^\s*([A-Za-z]+)="([^"]*)(?:"\s*(?:,|$)|$)/
/** RFC 7231 IMF-fixdate; some peers write UTC for GMT. */
const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (GMT|UTC)$/

/** A request as it came in. */
export interface SignedRequest {
  readonly method: string
  /** Path with query, as it stood in the request line. */
  readonly target: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The exact bytes of the body; empty when there is none. */
  readonly body: Uint8Array
}

/** Why a request is not believed. */
export type SignatureProblem =
  | 'unsigned'
  | 'malformed'
  | 'unknown-key'
  | 'unknown-algorithm'
  | 'not-all-signed'
  | 'stale'
  | 'wrong-digest'
  | 'wrong-signature'

interface Signature {
  readonly keyId: string
  readonly algorithm: string
  readonly signature: string
  readonly names: readonly string[]
}

/** The key that a request names, to look its secret up; null when it names none in the form of the protocol. */
export function keyIdOf(headers: SignedRequest['headers']): string | null {
  const read = readSignature(headers.authorization)
  return typeof read === 'string' ? null : read.keyId
}

/**
 * Tells whether a request was signed with this key within the last or next 30 seconds, over its target, its date and
 * its body (provider protocol 1.7): null when it was, else why not. Parameters may come in any order, the host need
 * not be signed, both algorithm labels are taken. Never raises.
 */
export function verifyRequest(key: SigningKey, request: SignedRequest, now: Date): SignatureProblem | null {
  const read = readSignature(request.headers.authorization)
  if (typeof read === 'string') return read
  if (!isSameText(read.keyId, key.keyId)) return 'unknown-key'
  if (!ALGORITHMS.has(read.algorithm.toLowerCase())) return 'unknown-algorithm'
  const hasBody = request.body.length > 0
  const wanted = ['(request-target)', 'date', ...(hasBody ? ['digest'] : [])]
  if (!wanted.every((name) => read.names.includes(name))) return 'not-all-signed'
  const text = signedText(request, read.names)
  if (text === null) return 'malformed'
  if (!isSameText(read.signature, signatureOf(key, text))) return 'wrong-signature'
  if (isStale(one(request.headers.date), now)) return 'stale'
  const digest = one(request.headers.digest)
  if (digest !== null && !isSameText(digest, digestOf(request.body))) return 'wrong-digest'
  return null
}

function one(value: string | readonly string[] | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function readSignature(header: string | readonly string[] | undefined): Signature | 'unsigned' | 'malformed' {
  if (header === undefined) return 'unsigned'
  if (typeof header !== 'string' || header.length > HEADER_LENGTH_MAX) return 'malformed'
  const scheme = /^Signature\s+/i.exec(header)
  if (!scheme) return 'unsigned'
  const parameters = readParameters(header.slice(scheme[0].length))
  const [keyId, algorithm, signature, headers] = ['keyid', 'algorithm', 'signature', 'headers'].map((name) =>
    parameters?.get(name),
  )
  if (!keyId || !algorithm || !signature || !headers) return 'malformed'
  return { keyId, algorithm, signature, names: headers.toLowerCase().split(' ') }
}

function readParameters(text: string): Map<string, string> | null {
  const parameters = new Map<string, string>()
  let rest = text
  while (rest.trim() !== '') {
    const [whole, name, value] = PARAMETER.exec(rest) ?? []
    if (whole === undefined || name === undefined || value === undefined) return null
    if (parameters.has(name.toLowerCase())) return null
    parameters.set(name.toLowerCase(), value)
    rest = rest.slice(whole.length)
  }
  return parameters
}

function signedText(request: SignedRequest, names: readonly string[]): string | null {
  const lines: string[] = []
  for (const name of names) {
    const value =
      name === '(request-target)'
        ? `${request.method.toLowerCase()} ${request.target}`
        : one(Object.hasOwn(request.headers, name) ? request.headers[name] : undefined)
    if (value === null) return null
    lines.push(`${name}: ${value}`)
  }
  return lines.join('\n')
}

function isStale(text: string | null, now: Date): boolean {
  if (text === null || !DATE.test(text)) return true
  const at = Date.parse(text.replace('UTC', 'GMT'))
  // Not a comparison with the limit the other way round: an unreadable date is NaN, and must count as stale.
  return !(Math.abs(now.getTime() - at) <= CLOCK_SECONDS_MAX * 1000)
}
