import { setTimeout as sleep } from 'node:timers/promises'

/** A running platform, and the key of its demo environment. */
export interface Platform {
  readonly url: string
  readonly apikey: string
}

const patienceMs = 120_000
const pauseMs = 500

/** Calls the API with the key. Throws when it refuses. */
export async function call<Reply>(
  platform: Platform,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Reply> {
  const response = await fetch(`${platform.url}/4.0${path}`, {
    method,
    headers: { apikey: platform.apikey, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok)
    throw new Error(`${method} ${path} was answered with ${response.status}: ${text.slice(0, 300)}`)
  return JSON.parse(text) as Reply
}

/** Asks again until the answer will do, or the demo's patience ends; the last answer in either case. */
export async function untilGood<Answer>(
  ask: () => Promise<Answer>,
  isGood: (answer: Answer) => boolean,
): Promise<Answer> {
  const end = performance.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (isGood(answer) || performance.now() > end) return answer
    await sleep(pauseMs)
  }
}
