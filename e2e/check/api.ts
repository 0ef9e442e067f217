import { setTimeout as sleep } from 'node:timers/promises'
import { listAt, textAt } from './values.ts'

const attemptsMax = 6
const callMs = 60_000
const pageSize = 200
/** Calls in flight: fewer than a server must bear, so that a check disturbs nobody. */
const callsAtOnce = 4

/** Where the API is and the key for it. */
export interface Target {
  /** Without `/4.0`, e.g. `http://127.0.0.1:4000`. */
  url: string
  apikey: string
}

/** One GET; null for 404. Waits and repeats on 429 and 5xx; raises an Error that names path and status else. */
export async function get(target: Target, path: string): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await fetch(new URL(path, target.url), {
      headers: { apikey: target.apikey },
      signal: AbortSignal.timeout(callMs),
    })
    if (reply.ok) return reply.json()
    await reply.body?.cancel()
    if (reply.status === 404) return null
    const isPassing = reply.status === 429 || reply.status >= 500
    if (!isPassing || attempt === attemptsMax) {
      throw new Error(`GET ${path.split('?')[0]} answered ${reply.status}: check the address and the key`)
    }
    await sleep(1000 * waitSeconds(reply.headers, attempt))
  }
}

function waitSeconds(headers: Headers, attempt: number): number {
  const said = Number(headers.get('retry-after') ?? headers.get('x-ratelimit-reset-secs') ?? Number.NaN)
  return Number.isFinite(said) ? Math.min(said, 60) : attempt / 4
}

/**
 * All profiles that a search finds, page by page: by the server's cursor where it gives one, else by offset. Ends
 * with the cursor or at an empty page, since a server may give fewer than were asked for.
 */
export async function* listProfiles(target: Target, query: Record<string, string>): AsyncGenerator<string[]> {
  let place: Record<string, string> = { offset: '0' }
  for (let read = 0; ; ) {
    const parameters = new URLSearchParams({ ...query, limit: String(pageSize), ...place })
    const page = await get(target, `/4.0/profiles?${parameters}`)
    const ids = listAt(page, 'results').map((profile) => textAt(profile, 'id'))
    if (ids.length === 0) return
    yield ids
    read += ids.length
    const after = textAt(page, 'after')
    if (after === '' && place.after !== undefined) return
    place = after === '' ? { offset: String(read) } : { after }
  }
}

/** Does something for each item, a few at a time; stops at the first error. */
export async function forEachAtOnce<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: callsAtOnce }, worker))
}
