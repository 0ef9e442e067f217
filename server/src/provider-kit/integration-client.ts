import { parseJson } from '../platform/json/index.ts'
import { type GuardedFetch, OutboundError, type OutboundReply } from '../platform/net/index.ts'
import { ProviderFailure } from './provider.ts'
import { type SigningKey, signRequest } from './signing.ts'

/** A reply of JSON may have this many bytes. */
export const REPLY_BYTES_MAX = 2 * 1024 * 1024
/** A downloaded file may have this many bytes. */
export const FILE_BYTES_MAX = 50 * 1024 * 1024

/** Where an integration is, and how it knows that it is us. */
export interface IntegrationAddress {
  /** The base address; paths are relative to it, whether or not it ends in `/`. */
  readonly url: string
  readonly key: SigningKey
  /** The one guarded way out of the server. */
  readonly fetch: GuardedFetch
}

/** One call of an integration. */
export interface IntegrationCall {
  readonly method: 'GET' | 'POST'
  /** Below the base address, without a leading slash. */
  readonly path: string
  /** Sent as JSON; without one no body is sent. */
  readonly body?: unknown
  readonly timeoutSeconds: number
  readonly bytesMax?: number
  readonly signal?: AbortSignal
  /** Metadata is asked for without a signature. */
  readonly isUnsigned?: boolean
}

/** The address of a path of an integration. Raises `ProviderFailure` of kind `refused` when the base is no URL. */
export function addressOf(base: string, path: string): string {
  const url = URL.parse(base)
  if (url === null) throw new ProviderFailure('refused', 'The base address of the integration is not a URL')
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  url.search = ''
  url.hash = ''
  return url.href
}

function failureOf(error: unknown): ProviderFailure {
  if (!(error instanceof OutboundError))
    return new ProviderFailure('connection', 'The integration cannot be called', { cause: error })
  const { kind, message } = error
  if (kind === 'refused' || kind === 'timeout' || kind === 'reply')
    return new ProviderFailure(kind, message, { cause: error })
  if (kind === 'aborted') return new ProviderFailure('timeout', message, { cause: error })
  return new ProviderFailure('connection', message, { cause: error })
}

/**
 * Calls an integration, signed, and returns its reply of at most `bytesMax` bytes, whatever its status. Raises
 * `ProviderFailure`: connection, timeout, refused (an address that must not be called) or too-large.
 */
export async function callIntegration(
  { url, key, fetch }: IntegrationAddress,
  call: IntegrationCall,
): Promise<OutboundReply> {
  const target = addressOf(url, call.path)
  const body = call.body === undefined ? null : JSON.stringify(call.body)
  const signed = call.isUnsigned
    ? {}
    : signRequest(key, { method: call.method, url: target, body, date: new Date() })
  const reply = await fetch(target, {
    method: call.method,
    headers: { ...signed, ...(body === null ? {} : { 'content-type': 'application/json' }) },
    body,
    timeoutMs: Math.ceil(call.timeoutSeconds * 1000),
    maxReplyBytes: call.bytesMax ?? REPLY_BYTES_MAX,
    ...(call.signal ? { signal: call.signal } : {}),
  }).catch((error: unknown) => {
    throw failureOf(error)
  })
  if (!reply.truncated) return reply
  const limit = call.bytesMax ?? REPLY_BYTES_MAX
  throw new ProviderFailure('too-large', `The reply to ${nameOf(call)} has more than ${limit} bytes`)
}

/** How a call is named in messages. */
export function nameOf({ method, path }: Pick<IntegrationCall, 'method' | 'path'>): string {
  return `${method} /${path.replace(/[0-9a-f-]{36}/, '{id}')}`
}

/** Raises `ProviderFailure` of kind `status` unless the status is one of success: any 2xx (provider protocol 1.1). */
export function requireSuccess(reply: OutboundReply, call: Pick<IntegrationCall, 'method' | 'path'>): void {
  if (reply.status >= 200 && reply.status < 300) return
  const hint = reply.status >= 300 && reply.status < 400 ? '; redirects are not followed' : ''
  throw new ProviderFailure('status', `The integration answered ${nameOf(call)} with ${reply.status}${hint}`)
}

/**
 * The JSON of a reply, whatever its media type says. Raises `ProviderFailure` of kind `reply` when it is none, or is
 * nested too deeply.
 */
export function readJson(body: Buffer, call: Pick<IntegrationCall, 'method' | 'path'>): unknown {
  const hasMark = body.length >= 3 && body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
  try {
    return parseJson(hasMark ? body.subarray(3) : body)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it is not JSON'
    throw new ProviderFailure('reply', `The reply to ${nameOf(call)} cannot be read: ${why}`, { cause })
  }
}

/** Calls an integration and reads the JSON that it answers with any 2xx. Raises `ProviderFailure` of every kind. */
export async function askIntegration(address: IntegrationAddress, call: IntegrationCall): Promise<unknown> {
  const reply = await callIntegration(address, call)
  requireSuccess(reply, call)
  return readJson(reply.body, call)
}
