import type { Operation } from '@drawbridge/schema/operation.ts'
import { ApiError, type Outcome, reasonOf } from './api-error.ts'
import { type Faults, readFaults } from './faults.ts'
import { type Received, type ReplyHeaders, reachOf } from './transport.ts'

/** What a reply says: a result, or the error to throw. */
export type Verdict = { readonly body: unknown } | ApiError

/**
 * Reads a reply as one of E.1's three outcomes. Unknown fields, unknown enum values and missing fields are no
 * fault, since the API grows by additions; a reply of another kind altogether is not the API's, so its outcome is
 * unknown.
 */
export function classify(operation: Operation, received: Received, now: Date): Verdict {
  const { status } = received
  const parsed = parse(received.text)
  const faults = readFaults(parsed)
  if (status >= 200 && status < 300) return readResult(operation, received, parsed, faults)
  const error = {
    operation: operation.name,
    status,
    errors: faults,
    ...waitOf(received.headers, now),
    ...(received.cause === undefined ? {} : { cause: received.cause }),
  }
  if (status < 400)
    return new ApiError({ ...error, outcome: 'known-no', retryable: false, why: 'was redirected' })
  const outcome = outcomeOf(status, faults)
  const retryable = outcome === 'unknown' || status === 429 || status === 408
  const why = outcome === 'unknown' ? 'failed' : 'was refused'
  const current = { body: parsed, etag: received.headers.get('etag') }
  return new ApiError({ ...error, outcome, retryable, why, ...(status === 412 ? { current } : {}) })
}

/** A refusal is a fact when the API itself speaks; a server's fault or a proxy's timeout says nothing of the effect. */
function outcomeOf(status: number, faults: Faults): Outcome {
  if (status >= 500 || reasonOf(faults) === 'idempotency-key.in-progress') return 'unknown'
  return status === 408 && faults.length === 0 ? 'unknown' : 'known-no'
}

function readResult(operation: Operation, received: Received, parsed: unknown, faults: Faults): Verdict {
  const { status, cause } = received
  const base = { operation: operation.name, status, ...(cause === undefined ? {} : { cause }) }
  if (faults.length > 0 && !showsErrors(operation))
    return new ApiError({
      ...base,
      errors: faults,
      outcome: 'known-no',
      retryable: false,
      why: 'was refused',
    })
  const body = received.text === '' && kindOf(operation) === 'empty' ? {} : parsed
  if (fits(operation, body)) return { body }
  const why =
    received.text === undefined ? 'was answered in part' : 'was answered with something else than promised'
  return new ApiError({ ...base, errors: [], outcome: 'unknown', retryable: true, why })
}

/** The error of a request that got no reply. Only a request of which no byte was sent is certain to have done nothing. */
export function classifyThrown(operation: Operation, thrown: unknown, timedOut: boolean): ApiError {
  const base = { operation: operation.name, status: null, errors: [], cause: thrown }
  if (timedOut)
    return new ApiError({ ...base, outcome: 'unknown', retryable: true, why: 'got no reply in time' })
  switch (reachOf(thrown)) {
    case 'never-connected':
      return new ApiError({
        ...base,
        outcome: 'known-no',
        retryable: true,
        why: 'found no server at the address',
      })
    case 'never-trusted':
      return new ApiError({
        ...base,
        outcome: 'known-no',
        retryable: false,
        why: 'was not sent: the certificate of the server is not trusted',
      })
    case 'perhaps-sent':
      return new ApiError({ ...base, outcome: 'unknown', retryable: true, why: 'lost the connection' })
  }
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Kind = 'list' | 'text' | 'empty' | 'object'

function kindOf({ output }: Operation): Kind {
  if (output.type === 'array') return 'list'
  if (output.type === 'enum' || output.type === 'string') return 'text'
  return 'shape' in output && Object.keys(Object(output.shape)).length === 0 ? 'empty' : 'object'
}

function fits(operation: Operation, body: unknown): boolean {
  switch (kindOf(operation)) {
    case 'list':
      return Array.isArray(body)
    case 'text':
      return typeof body === 'string'
    case 'empty':
      return body !== undefined
    case 'object':
      return typeof body === 'object' && body !== null && !Array.isArray(body)
  }
}

/** Whether `errors` belong to the result, as they do to a check's. */
function showsErrors({ output }: Operation): boolean {
  return 'shape' in output && Object.hasOwn(Object(output.shape), 'errors')
}

/** How long the server asks to wait: `X-RateLimit-Reset-Secs`, else `Retry-After` in seconds or as a date. */
function waitOf(headers: ReplyHeaders, now: Date): { retryAfterSeconds?: number; soonestSeconds?: number } {
  const soonest = retryAfter(headers.get('retry-after'), now)
  const wait = secondsIn(headers.get('x-ratelimit-reset-secs')) ?? soonest
  return {
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    ...(soonest === undefined ? {} : { soonestSeconds: soonest }),
  }
}

function retryAfter(header: string | null, now: Date): number | undefined {
  const date = Date.parse(header ?? '')
  return secondsIn(header) ?? (Number.isNaN(date) ? undefined : Math.max(0, (date - now.getTime()) / 1000))
}

function secondsIn(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}(\.\d+)?$/.test(header.trim()) ? Number(header) : undefined
}
