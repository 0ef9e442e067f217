/** As much of `fetch` as the client needs: the global one fits, and undici's own with a dispatcher of choice. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchReply>

/** What the client hands to `fetch`. */
export interface FetchInit {
  method: string
  headers: Record<string, string>
  body?: string
  signal: AbortSignal
  redirect: 'manual'
}

/** The headers of a reply, by name in any case. */
export interface ReplyHeaders {
  get(name: string): string | null
}

/** What the client needs of a reply. */
export interface FetchReply {
  readonly status: number
  readonly headers: ReplyHeaders
  readonly body: ByteStream | null
}

interface ByteStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
    cancel(reason?: unknown): Promise<void>
  }
}

/** A reply as far as it arrived. */
export interface Received {
  readonly status: number
  readonly headers: ReplyHeaders
  /** Undefined when the reply broke off, took too long or is larger than any reply of the API. */
  readonly text: string | undefined
  /** What broke it off. */
  readonly cause?: unknown
}

/** The largest reply read: a file of 50 MB as Base64 in JSON, with room to spare. */
const replyBytesMax = 128 * 1024 * 1024

/** Sends one request and reads the reply. Throws what `fetch` throws when no reply begins. */
export async function exchange(fetch: Fetch, url: string, init: FetchInit): Promise<Received> {
  const { status, headers, body } = await fetch(url, init)
  try {
    return { status, headers, text: await readText(body) }
  } catch (cause) {
    return { status, headers, text: undefined, cause }
  }
}

async function readText(body: ByteStream | null): Promise<string> {
  if (body === null) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done || value === undefined) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > replyBytesMax) {
      await reader.cancel()
      throw new RangeError(`The reply is larger than ${replyBytesMax} bytes`)
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** What the systems below say when no connection was made, so that not one byte of the request was sent. */
const beforeConnection = new Set(['connect', 'getaddrinfo'])
const certificateCode = /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_)/

/** How far a request came that got no reply. */
export type Reach = 'never-connected' | 'never-trusted' | 'perhaps-sent'

/** Reads from a thrown value of `fetch` whether the request can have reached the server. */
export function reachOf(thrown: unknown): Reach {
  if (typeof thrown !== 'object' || thrown === null) return 'perhaps-sent'
  if (thrown instanceof AggregateError && thrown.errors.length > 0) {
    const reaches = new Set(thrown.errors.map(reachOf))
    return reaches.size === 1 ? ([...reaches][0] ?? 'perhaps-sent') : 'perhaps-sent'
  }
  const code = 'code' in thrown ? String(thrown.code) : ''
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'never-connected'
  if (certificateCode.test(code)) return 'never-trusted'
  if ('syscall' in thrown && beforeConnection.has(String(thrown.syscall))) return 'never-connected'
  return 'cause' in thrown ? reachOf(thrown.cause) : 'perhaps-sent'
}
