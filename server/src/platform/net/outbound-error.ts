import { errorCode } from '../error-code.ts'

/**
 * What stopped an outbound request: our own guard, or the step that failed. After `refused`, `dns`, `connect` and
 * `tls` nothing has been sent; after the others the receiver may have acted on the request.
 */
export type OutboundKind = 'refused' | 'dns' | 'connect' | 'tls' | 'reset' | 'timeout' | 'aborted' | 'reply'

/**
 * An outbound request that got no usable reply. It is the caller's to translate: an integration shows it to its
 * administrator, a job retries. `message` names the rule or the step, never an address that was found by DNS.
 */
export class OutboundError extends Error {
  readonly kind: OutboundKind

  constructor(kind: OutboundKind, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'OutboundError'
    this.kind = kind
  }
}

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/
const CONNECT_CODE = /^(ECONNREFUSED|EHOST|ENET|EADDR|UND_ERR_CONNECT)/
const RESET_CODE = /^(ECONN|ETIMEDOUT|EPIPE|UND_ERR_SOCKET)/

/** Sorts what a socket or `undici` threw into the kinds of `OutboundError`. */
export function outboundErrorOf(error: unknown, stopped: AbortSignal, total: AbortSignal): OutboundError {
  if (error instanceof OutboundError) return error
  if (total.aborted)
    return new OutboundError('timeout', 'The receiver did not answer within the total time', error)
  if (stopped.aborted) return new OutboundError('aborted', 'The request was stopped', error)
  const code = errorCode(error)
  if (TLS_CODE.test(code)) return new OutboundError('tls', `The secure connection failed (${code})`, error)
  if (CONNECT_CODE.test(code)) return new OutboundError('connect', `The connection failed (${code})`, error)
  if (RESET_CODE.test(code)) return new OutboundError('reset', `The connection broke (${code})`, error)
  if (/TIMEOUT/.test(code)) return new OutboundError('timeout', `The receiver took too long (${code})`, error)
  return new OutboundError('reply', `The reply cannot be read (${code || 'unknown'})`, error)
}
