import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** How far the clocks of platform and integration may be apart (provider protocol 1.7). */
export const CLOCK_SECONDS_MAX = 30
/** How long a signed address may be opened (1.8). */
const URL_SECONDS = 300
const KEY_BYTES = 32
const KEY_ID_LENGTH = 8

/** A key for signing: what names it on the wire, and the bytes that sign. */
export interface SigningKey {
  readonly keyId: string
  readonly bytes: Buffer
}

/**
 * The signing key of an integration's secret (32 random bytes in padded base64, 44 characters): named by its first
 * 8 characters. Raises an `Error` when the text is not such a secret; the message does not repeat it.
 */
export function signingKeyOf(secret: string): SigningKey {
  const bytes = Buffer.from(secret, 'base64')
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== secret)
    throw new Error('The shared secret must be 32 bytes in base64: 44 characters that end in "="')
  return { keyId: secret.slice(0, KEY_ID_LENGTH), bytes }
}

/** The value of a `Digest` header for the exact bytes of a body. */
export function digestOf(body: string | Uint8Array): string {
  return `SHA-256=${createHash('sha256').update(body).digest('base64')}`
}

/** A signature in the padded base64 of the `Authorization` header. */
export function signatureOf(key: SigningKey, text: string): string {
  return createHmac('sha256', key.bytes).update(text).digest('base64')
}

/** A request as it will go out. */
export interface UnsignedRequest {
  readonly method: string
  readonly url: string
  /** The exact text that is sent; null for a request without a body. */
  readonly body: string | null
  readonly date: Date
}

/**
 * The headers that sign a request, in the order and spelling of the protocol (1.7): Authorization, Date, and Digest
 * when there is a body. The Host header must go out as the URL says it, with the port when it is not the usual one.
 */
export function signRequest(key: SigningKey, request: UnsignedRequest): Record<string, string> {
  const url = new URL(request.url)
  const date = request.date.toUTCString()
  const digest = request.body === null ? null : digestOf(request.body)
  const lines = [
    `(request-target): ${request.method.toLowerCase()} ${url.pathname}${url.search}`,
    `host: ${url.host}`,
    `date: ${date}`,
    ...(digest === null ? [] : [`digest: ${digest}`]),
  ]
  const names = lines.map((line) => line.slice(0, line.indexOf(': '))).join(' ')
  const signature = signatureOf(key, lines.join('\n'))
  return {
    authorization: `Signature keyId="${key.keyId}",algorithm="hs2019",signature="${signature}",headers="${names}"`,
    date,
    ...(digest === null ? {} : { digest }),
  }
}

/** Where a person may open a page of the provider's: what the address must carry (1.8). */
export interface UrlOrder {
  /** The user or API key that opens it. */
  readonly auditeeId: string
  readonly now: Date
  readonly customData?: string
}

/**
 * An external address of an integration, signed for 300 seconds: its parameters in the one order that peers accept,
 * the signature padded and percent-encoded (1.8).
 */
export function signUrl(key: SigningKey, url: string, order: UrlOrder): string {
  const validUntil = Math.floor(order.now.getTime() / 1000) + URL_SECONDS
  const custom = order.customData === undefined ? '' : `custom_data=${encodeURIComponent(order.customData)}&`
  const parameters = `${custom}version=1&valid_until=${validUntil}&auditee_id=${order.auditeeId}`
  return withSignature(key, `${url}${url.includes('?') ? '&' : '?'}${parameters}`)
}

/** Appends the signature over a whole address (1.8). */
export function withSignature(key: SigningKey, url: string): string {
  const signature = signatureOf(key, url).replaceAll('+', '-').replaceAll('/', '_')
  return `${url}&signature=${encodeURIComponent(signature)}`
}

/** True when two texts are the same; takes as long whatever differs. */
export function isSameText(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}
