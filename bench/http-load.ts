import { Pool } from 'undici'

/** One request of a benchmark. */
export interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** How a number of requests went: seconds for all, and milliseconds of each in the order they ended. */
export interface LoadTimes {
  readonly seconds: number
  readonly milliseconds: readonly number[]
}

/** Connections that stay open, each with one request at a time. */
export class HttpLoad {
  readonly #pool: Pool
  readonly #connections: number
  readonly #headers: Readonly<Record<string, string>>

  constructor(url: string, apiKey: string, connections: number) {
    this.#pool = new Pool(url, {
      connections,
      pipelining: 1,
      keepAliveTimeout: 60_000,
      headersTimeout: 120_000,
    })
    this.#connections = connections
    this.#headers = { apikey: apiKey, 'content-type': 'application/json' }
  }

  /** Sends every call, each connection taking the next when it is free. Raises when an answer is not 200. */
  async run(calls: readonly Call[]): Promise<LoadTimes> {
    const milliseconds: number[] = []
    const started = performance.now()
    await inParallel(this.#connections, calls, async (call) => {
      const sent = performance.now()
      await this.send(call)
      milliseconds.push(performance.now() - sent)
    })
    return { seconds: (performance.now() - started) / 1000, milliseconds }
  }

  /** Sends one call and returns the answer's text. Raises when it is not 200. */
  async send(call: Call): Promise<string> {
    const { statusCode, body } = await this.#pool.request({
      method: call.method,
      path: call.path,
      headers: { ...this.#headers, ...call.headers },
      ...(call.body === undefined ? {} : { body: call.body }),
    })
    const text = await body.text()
    if (statusCode !== 200)
      throw new Error(`${call.method} ${call.path} was answered ${statusCode}: ${text.slice(0, 300)}`)
    return text
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }
}

/** Works through a list with so many workers at a time. Raises what the first failing work raised. */
export async function inParallel<T>(
  workers: number,
  list: readonly T[],
  work: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  const entries = list.entries()
  const worker = async () => {
    for (const [index, item] of entries) await work(item, index)
  }
  await Promise.all(Array.from({ length: Math.min(workers, list.length) }, worker))
}

/** The value that this share of the values (0 to 1) does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
