import type { CallInput, Operation, Output } from '@drawbridge/schema/operation.ts'
import { ApiError } from './api-error.ts'
import { classify, classifyThrown } from './classify.ts'
import { baseAddress, headerValue, type Prepared, prepareRequest } from './request.ts'
import { pauseBeforeRetry, type RetryRule } from './retry.ts'
import { exchange, type Fetch, type Received, type ReplyHeaders } from './transport.ts'

/** Where and as whom to call, and how patiently. */
export interface ClientOptions {
  /** The server's address, with or without `/4.0`. */
  readonly url: string
  /** Sent in the header `apikey`; kept out of addresses, errors and logs. */
  readonly apikey: string
  readonly userAgent?: string
  /** The global `fetch` unless given; undici's own with a dispatcher: `(url, init) => fetch(url, { ...init, dispatcher })`. */
  readonly fetch?: Fetch
  /** The most time for one attempt, from its beginning to the last byte of the reply; 65 seconds unless given. */
  readonly timeoutMs?: number
  /** How often a call is sent again at most, 4 unless given; 0 leaves that to the caller. */
  readonly retries?: number
  /** The first pause is a random part of this, each later one of twice as much; half a second unless given. */
  readonly retryBaseMs?: number
  /** A longer pause than this, asked for by the server, is the caller's to make; five minutes unless given. */
  readonly patienceMs?: number
}

/** How one call is sent. */
export interface CallOptions {
  /** 1 to 255 visible ASCII characters that name the effect: the same key is the same effect, however often sent. */
  readonly idempotencyKey?: string
  /** Gives the call up; what had been sent stays sent. */
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

/** The result of a call. */
export interface Answer<O extends Operation> {
  readonly status: number
  /** As it came: a newer server may send fields and enum values that the type does not know. */
  readonly body: Output<O>
  readonly etag: string | null
  readonly headers: ReplyHeaders
  /** True when the server had done it for an earlier request with the same idempotency key. */
  readonly replayed: boolean
}

/** Calls the operations of the contract on one server with one key. */
export interface Client {
  /**
   * Calls an operation. Sends again what certainly did nothing (429, no connection), and what may have been done
   * when it is a read or carries an idempotency key. Raises `ApiError`, and `UnsendableError` for what cannot be
   * written as a request.
   */
  call<O extends Operation>(operation: O, input: CallInput<O>, options?: CallOptions): Promise<Answer<O>>
}

interface Connection {
  readonly base: string
  readonly apikey: string
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: Fetch
  readonly timeoutMs: number
  readonly rule: RetryRule
}

/** Opens nothing yet: connections are made as calls need them. Raises `UnsendableError` for options that cannot work. */
export function createClient(options: ClientOptions): Client {
  const connection: Connection = {
    base: baseAddress(options.url),
    apikey: headerValue('apikey', options.apikey),
    headers: { 'user-agent': headerValue('userAgent', options.userAgent ?? 'drawbridge-client') },
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    timeoutMs: options.timeoutMs ?? 65_000,
    rule: {
      retries: options.retries ?? 4,
      baseMs: options.retryBaseMs ?? 500,
      pauseMsMax: 20_000,
      patienceMs: options.patienceMs ?? 300_000,
    },
  }
  return {
    call: async (operation, input, callOptions = {}) =>
      callOperation(connection, operation, input, callOptions),
  }
}

async function callOperation<O extends Operation>(
  connection: Connection,
  operation: O,
  input: CallInput<O>,
  options: CallOptions,
): Promise<Answer<O>> {
  const prepared = prepareRequest(operation, input, options.idempotencyKey)
  for (let attempt = 1; ; attempt += 1) {
    const reply = await attemptCall(connection, operation, prepared, options)
    if (!(reply instanceof ApiError)) return answer(reply.received, reply.body as Output<O>)
    const sent = { attempt, method: operation.method, hasKey: options.idempotencyKey !== undefined }
    const pause = pauseBeforeRetry(reply, sent, connection.rule, Math.random())
    if (pause === undefined || options.signal?.aborted) throw reply
    if (await isGivenUp(pause, options.signal)) throw reply
  }
}

function answer<O extends Operation>({ status, headers }: Received, body: Output<O>): Answer<O> {
  const replayed = headers.get('idempotency-replayed') === 'true'
  return { status, body, etag: headers.get('etag'), headers, replayed }
}

async function attemptCall(
  connection: Connection,
  operation: Operation,
  prepared: Prepared,
  options: CallOptions,
): Promise<{ received: Received; body: unknown } | ApiError> {
  if (options.signal?.aborted) return notSent(operation, options.signal.reason)
  const limit = AbortSignal.timeout(options.timeoutMs ?? connection.timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit
  const { apikey, headers } = connection
  try {
    const received = await exchange(connection.fetch, connection.base + prepared.target, {
      method: operation.method,
      headers: { ...headers, ...prepared.headers, apikey },
      ...(prepared.body === undefined ? {} : { body: prepared.body }),
      signal,
      redirect: 'manual',
    })
    const verdict = classify(operation, received, new Date())
    if (verdict instanceof ApiError) return withoutKey(verdict, operation, received, apikey)
    return { received, body: verdict.body }
  } catch (thrown) {
    return classifyThrown(operation, thrown, limit.aborted)
  }
}

/** A proxy may show the request's headers in its error pages: the refusal is read again without the key. */
function withoutKey(error: ApiError, operation: Operation, received: Received, apikey: string): ApiError {
  if (!received.text?.includes(apikey)) return error
  const verdict = classify(operation, { ...received, text: received.text.replaceAll(apikey, '') }, new Date())
  return verdict instanceof ApiError ? verdict : error
}

function notSent(operation: Operation, cause: unknown): ApiError {
  const known = { operation: operation.name, status: null, errors: [], cause }
  return new ApiError({
    ...known,
    outcome: 'known-no',
    retryable: true,
    why: 'was given up before it was sent',
  })
}

/** Waits; true when the caller gave up meanwhile. */
async function isGivenUp(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve(signal?.aborted ?? false)
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}
