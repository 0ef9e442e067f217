import { randomUUID } from 'node:crypto'

/** What came back from a call. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** What a call carries besides method and path. */
export interface Carried {
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Calls the API with one key. */
export type Call = (method: string, path: string, carried?: Carried) => Promise<Answer>

/** A caller for this address and key; the key may be left out. */
export function callerFor(url: string, apikey: string | null): Call {
  return async (method, path, { body, headers } = {}) => {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(apikey === null ? {} : { apikey }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await reply.text()
    return { status: reply.status, headers: reply.headers, body: text === '' ? null : JSON.parse(text) }
  }
}

/** Calls and demands the status; raises an Error with the answer otherwise, so that no seed silently fails. */
export async function demand(
  call: Call,
  status: number,
  method: string,
  path: string,
  carried?: Carried,
): Promise<Answer> {
  const answer = await call(method, path, carried)
  if (answer.status === status) return answer
  throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
}

/** A key that no request had before. */
export function freshKey(): Record<string, string> {
  return { 'idempotency-key': randomUUID() }
}
