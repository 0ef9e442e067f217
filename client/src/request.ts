import type { Operation } from '@drawbridge/schema/operation.ts'

/** A request, ready to be sent, except for what is the same in all requests. */
export interface Prepared {
  /** From the first slash: path and query, encoded. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** A call that cannot be written as a request. Its message holds no value that was passed. */
export class UnsendableError extends TypeError {
  override readonly name = 'UnsendableError'
}

/**
 * Writes the call of an operation as a request: path parameters and query encoded, lists joined by commas, the
 * body as JSON, `if_match` and the key as headers. Raises `UnsendableError`.
 */
export function prepareRequest(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  idempotencyKey: string | undefined,
): Prepared {
  const headers: Record<string, string> = { accept: 'application/json' }
  const body = input.body === undefined ? undefined : writeBody(input.body)
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (input.if_match !== undefined) headers['if-match'] = headerValue('if_match', input.if_match)
  if (idempotencyKey !== undefined) headers['idempotency-key'] = quoteKey(idempotencyKey)
  return { target: pathOf(operation, input) + queryOf(operation, input), headers, body }
}

function pathOf(operation: Operation, input: Readonly<Record<string, unknown>>): string {
  return operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = String(input[name] ?? '')
    // URLs take these for steps up the path, also when they are encoded (WHATWG URL, 4.4).
    if (value === '' || value === '.' || value === '..' || !value.isWellFormed())
      throw new UnsendableError(`\`${name}\` of ${operation.name} cannot be part of an address`)
    return encodeURIComponent(value)
  })
}

function queryOf(operation: Operation, input: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams()
  for (const name of Object.keys(operation.query.shape)) {
    const value = input[name]
    if (value !== undefined && value !== null)
      query.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  return query.size === 0 ? '' : `?${query}`
}

function writeBody(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch (cause) {
    throw new UnsendableError('The body cannot be written as JSON', { cause })
  }
}

/** Visible ASCII and spaces: what every HTTP stack passes on as it is. Raises `UnsendableError`. */
export function headerValue(name: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value))
    throw new UnsendableError(`\`${name}\` must be visible ASCII characters`)
  return value
}

/** An Idempotency-Key is a string of RFC 8941. */
function quoteKey(key: string): string {
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new UnsendableError('An idempotency key must be 1 to 255 visible ASCII characters')
  return `"${key.replace(/["\\]/g, '\\$&')}"`
}

/**
 * The address that paths are added to: without a trailing slash, and without the `/4.0` that every path begins
 * with. Raises `UnsendableError`.
 */
export function baseAddress(url: string): string {
  // URL.parse would do it in one step, but does not exist in Node 20.
  const base = URL.canParse(url) ? new URL(url) : undefined
  if (base === undefined || !['http:', 'https:'].includes(base.protocol))
    throw new UnsendableError('`url` must be an http or https address')
  if (base.username !== '' || base.password !== '' || base.search !== '' || base.hash !== '')
    throw new UnsendableError('`url` must have no user name, query or fragment')
  return `${base.origin}${base.pathname.replace(/\/+$/, '').replace(/\/4\.0$/, '')}`
}
