import { errors as catalogue } from '@drawbridge/schema/errors.ts'
import type { Faults } from './faults.ts'

/**
 * What is known of a call that brought no result (reliability-security E.1): `known-no` changed nothing; `unknown`
 * may or may not have been done, and is safe to send again only with the same idempotency key.
 */
export type Outcome = 'known-no' | 'unknown'

/** What a 412 shows: the document as it is now, and its ETag for the next `If-Match`. */
export interface Current {
  readonly body: unknown
  readonly etag: string | null
}

/** What is known of a call that failed. */
export interface ApiErrorDetails {
  readonly operation: string
  /** The HTTP status; null when no reply came. */
  readonly status: number | null
  readonly errors: Faults
  readonly outcome: Outcome
  /** Whether the same request can have another outcome later. */
  readonly retryable: boolean
  /** What happened, in words that hold nothing of the request and nothing of the reply's data. */
  readonly why: string
  readonly retryAfterSeconds?: number
  readonly soonestSeconds?: number
  readonly current?: Current
  readonly cause?: unknown
}

/**
 * A call that brought no result. `message` names the operation, the status and the reason, never a value that was
 * sent nor the API key, so it may be logged; `errors` hold the server's own words, one entry for each fault.
 */
export class ApiError extends Error {
  readonly operation: string
  readonly status: number | null
  readonly errors: Faults
  readonly outcome: Outcome
  readonly retryable: boolean
  /** How long the server asks to wait: until its limit is whole again where it says that, else `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** What `Retry-After` alone says: from then on a single call may pass. */
  readonly soonestSeconds?: number
  /** With status 412. */
  readonly current?: Current

  constructor(details: ApiErrorDetails) {
    super(messageOf(details), details.cause === undefined ? {} : { cause: details.cause })
    this.name = 'ApiError'
    this.operation = details.operation
    this.status = details.status
    this.errors = details.errors
    this.outcome = details.outcome
    this.retryable = details.retryable
    if (details.retryAfterSeconds !== undefined) this.retryAfterSeconds = details.retryAfterSeconds
    if (details.soonestSeconds !== undefined) this.soonestSeconds = details.soonestSeconds
    if (details.current !== undefined) this.current = details.current
  }

  /** The reason of the first fault, as in the catalogue of errors, where the server is one that says it. */
  get reason(): string | undefined {
    return reasonOf(this.errors)
  }
}

/** The reason of the first fault: `profile.unknown`. Undefined from a server that knows no reasons. */
export function reasonOf(faults: Faults): string | undefined {
  const info = faults[0]?.info
  if (typeof info !== 'object' || info === null || !('reason' in info)) return undefined
  return typeof info.reason === 'string' ? info.reason : undefined
}

function messageOf({ operation, status, errors, why }: ApiErrorDetails): string {
  const reason = reasonOf(errors)
  const title = reason !== undefined && isKnown(reason) ? `: ${catalogue[reason].title} (${reason})` : ''
  const code = title === '' && errors[0] ? ` (code ${errors[0].code})` : ''
  const rest = errors.length > 1 ? `, and ${errors.length - 1} more` : ''
  return `${operation} ${why}${status === null ? '' : ` with status ${status}`}${title}${code}${rest}`
}

function isKnown(reason: string): reason is keyof typeof catalogue {
  return Object.hasOwn(catalogue, reason)
}
