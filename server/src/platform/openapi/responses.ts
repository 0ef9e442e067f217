import { NoFields, Nothing, type Operation } from '@drawbridge/schema/operation.ts'
import { limitedOperations } from '../http/rate.ts'
import type { JsonObject } from './json-schema.ts'
import { takesIfMatch } from './parameters.ts'

/** Every refusal that operations share, by status. */
const refusals = {
  400: ['Malformed', 'The request is not as the operation takes it; one entry for each fault.'],
  401: ['Unauthenticated', 'There is no API key, or it is not valid.'],
  403: ['Denied', 'The API key may not do that.'],
  404: ['Unknown', 'There is no such thing in this environment.'],
  408: ['Slow', 'The request was not received in time.'],
  409: [
    'Conflict',
    'What is stored does not allow it, or a request with the same Idempotency-Key is still running.',
  ],
  413: ['TooLarge', 'The body or the file is larger than the operation takes.'],
  415: ['UnsupportedType', 'The body is not JSON, or the file is of a type that is not taken.'],
  422: ['KeyReused', 'The Idempotency-Key was used with another request.'],
  429: ['TooMany', 'Too many calls. Wait as long as Retry-After says.'],
  500: ['Failed', 'Something failed on our side. Send it again with the same Idempotency-Key.'],
  503: ['Unavailable', 'The service is busy or unavailable, or cannot tell whether the change was kept.'],
} as const

type Refusal = keyof typeof refusals

/** The shared replies, under `components.responses`. */
export function sharedResponses(): JsonObject {
  const written = Object.entries(refusals).map(([status, [name, description]]): [string, JsonObject] => {
    const headers = headersFor(Number(status))
    return [name, { description, ...headers, content: json({ $ref: '#/components/schemas/ErrorBody' }) }]
  })
  return Object.fromEntries(written)
}

function headersFor(status: number): JsonObject {
  return status === 429 || status === 503 || status === 409 ? { headers: refer('RetryAfter') } : {}
}

/** What an operation answers: its result, and the refusals that it can meet. `shown` is the schema of the result. */
export function responsesOf(operation: Operation, shown: JsonObject): JsonObject {
  const headers = {
    ...(operation.etag ? refer('Etag') : {}),
    ...(operation.method === 'GET' ? {} : refer('IdempotencyReplayed')),
    ...(limitedOperations.has(operation.name)
      ? refer('XRateLimitRemaining', 'XRateLimitResetSecs', 'XRateLimitReset')
      : {}),
  }
  const result = { description: 'Done.', headers, content: json(shown) }
  const stale = {
    description: 'The document has changed; this is the current one.',
    headers: refer('Etag'),
    content: json(shown),
  }
  return {
    200: result,
    ...(takesIfMatch(operation) ? { 412: stale } : {}),
    ...Object.fromEntries(refusalsOf(operation).map((status) => [status, responseRef(status)])),
  }
}

function responseRef(status: Refusal): JsonObject {
  return { $ref: `#/components/responses/${refusals[status][0]}` }
}

function refusalsOf(operation: Operation): Refusal[] {
  const writes = operation.method !== 'GET'
  const hasBody = operation.body !== Nothing
  const hasFields = operation.query !== NoFields
  const possible: [Refusal, boolean][] = [
    [400, writes || hasFields || operation.params !== NoFields],
    [401, operation.may !== 'PUBLIC'],
    [403, operation.may !== 'PUBLIC'],
    [404, operation.params !== NoFields || operation.mayBeMissing],
    [408, hasBody],
    [409, writes],
    [413, hasBody],
    [415, hasBody],
    [422, writes],
    [429, true],
    [500, true],
    [503, true],
  ]
  return possible.filter(([, can]) => can).map(([status]) => status)
}

/** A body of JSON. */
export function json(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } }
}

function refer(...names: (keyof typeof sharedHeaders)[]): JsonObject {
  return Object.fromEntries(
    names.map((name) => [sharedHeaders[name].name, { $ref: `#/components/headers/${name}` }]),
  )
}

const sharedHeaders = {
  Etag: { name: 'Etag', description: 'The version of the document, for If-Match.', type: 'string' },
  IdempotencyReplayed: {
    name: 'Idempotency-Replayed',
    description: '`true` when this is the reply to an earlier request with the same Idempotency-Key.',
    type: 'string',
  },
  RetryAfter: { name: 'Retry-After', description: 'Seconds to wait.', type: 'integer' },
  XRateLimitRemaining: {
    name: 'X-RateLimit-Remaining',
    description: 'Calls left, where the environment limits them.',
    type: 'integer',
  },
  XRateLimitResetSecs: {
    name: 'X-RateLimit-Reset-Secs',
    description: 'Seconds until all calls are there again, where the environment limits them.',
    type: 'integer',
  },
  XRateLimitReset: {
    name: 'X-RateLimit-Reset',
    description: 'The same as a date (RFC 2822), where the environment limits calls.',
    type: 'string',
  },
} as const

/** The shared response headers, under `components.headers`. */
export function headerComponents(): JsonObject {
  return Object.fromEntries(
    Object.entries(sharedHeaders).map(([name, { description, type }]) => [
      name,
      { description, schema: { type } },
    ]),
  )
}
