import { type ErrorReason, errors } from '@drawbridge/schema/errors.ts'

/** What a refusal says besides its reason. */
export interface FaultOptions {
  /** Words for the customer; the catalogue's title when absent. Never holds what another customer may not see. */
  readonly message?: string
  /** RFC 6901 pointer to the field in the request. */
  readonly pointer?: string
  /** Further facts for the customer's program, such as the id of the profile that holds a reference. */
  readonly info?: Record<string, unknown>
  readonly retryAfterSeconds?: number
  /** The current document and its ETag, where the refusal shows them instead of an error body (412). */
  readonly current?: { body: unknown; etag: string }
  /** Headers of the reply, such as what is left of a rate limit. */
  readonly headers?: Record<string, string>
  /** Words for the log only. */
  readonly cause?: unknown
}

/** The one error class: a refusal with a reason from the catalogue. */
export class Fault extends Error {
  readonly reason: ErrorReason
  readonly pointer: string | undefined
  readonly info: Record<string, unknown>
  readonly retryAfterSeconds: number | undefined
  readonly current: { body: unknown; etag: string } | undefined
  readonly headers: Record<string, string>

  constructor(reason: ErrorReason, options: FaultOptions = {}) {
    super(options.message ?? errors[reason].title, { cause: options.cause })
    this.name = 'Fault'
    this.reason = reason
    this.pointer = options.pointer
    this.info = options.info ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds
    this.current = options.current
    this.headers = options.headers ?? {}
  }
}

/** Several faults of one request, told together. */
export class Faults extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(faults.map((fault) => fault.message).join('; '))
    this.name = 'Faults'
    this.faults = faults
  }
}
