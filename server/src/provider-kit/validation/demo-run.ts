import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GuardedFetch, OutboundReply } from '../../platform/net/index.ts'
import { createHttpProvider } from '../http-provider.ts'
import { readJson } from '../integration-client.ts'
import {
  type DataProvider,
  type ProviderAnswer,
  ProviderFailure,
  type ProviderOrder,
  type ProviderOutput,
  type ProviderStarted,
  type StartedOrder,
  type StartOrder,
} from '../provider.ts'
import type { Examination } from './examination.ts'
import { sampleInput } from './sample-input.ts'

/** One demo check, from its start to its end. */
export interface DemoRun {
  /** The final answer; null when there is none. */
  readonly answer: ProviderOutput | null
  /** The JSON of the last reply, as it came. */
  readonly raw: unknown
  /** The names of a check that went on; null when it was answered at once. */
  readonly started: ProviderStarted | null
  readonly polls: number
  readonly milliseconds: number
  /** Why there is no final answer; empty when there is one. */
  readonly problem: string
}

/** Which demo check is wished for. */
export interface DemoWish {
  readonly demoResult: string
  readonly relationship?: ProviderOrder['relationship']
}

function recording(fetch: GuardedFetch): { fetch: GuardedFetch; replies: OutboundReply[] } {
  const replies: OutboundReply[] = []
  return {
    replies,
    fetch: async (url, request) => {
      const reply = await fetch(url, request)
      replies.push(reply)
      return reply
    },
  }
}

function rawOf(reply: OutboundReply | undefined): unknown {
  try {
    return reply ? readJson(reply.body, { method: 'POST', path: 'checks' }) : undefined
  } catch {
    return undefined
  }
}

/** What orders of the suite have in common; credentials that were not given are made up. */
export function demoOrder(
  { description, credentials, config }: Examination,
  { demoResult, relationship = 'DIRECT' }: DemoWish,
): ProviderOrder {
  const invented = (description?.credentialFields ?? []).map(({ name }) => [name, 'example'])
  return {
    checkId: randomUUID(),
    demoResult,
    relationship,
    config,
    credentials: relationship === 'DIRECT' ? { ...Object.fromEntries(invented), ...credentials } : null,
  }
}

async function pollToEnd(
  provider: DataProvider,
  order: StartedOrder,
  examination: Examination,
): Promise<{ answer: ProviderAnswer; polls: number }> {
  const { template } = provider.description
  if (template.type !== 'ONE_TIME_POLLING' && template.type !== 'MONITORED_POLLING')
    return { answer: await provider.complete(order, examination.signal), polls: 0 }
  const { initialIntervalSeconds, pollingIntervalSeconds, pollsMax } = template.polling
  const wait = (seconds: number) =>
    sleep(Math.min(seconds, examination.waitSecondsMax) * 1000, undefined, { signal: examination.signal })
  await wait(initialIntervalSeconds)
  let { customData } = order
  for (let polls = 1; polls <= pollsMax; polls++) {
    const answer = await provider.poll({ ...order, customData }, examination.signal)
    if (answer.state !== 'pending') return { answer, polls }
    customData = answer.customData
    await wait(pollingIntervalSeconds)
  }
  throw new ProviderFailure('reply', `The check was still pending after ${pollsMax} polls`)
}

/**
 * Runs one demo check as the platform runs it: start, then polls or `/complete` as the template says. Raises only
 * when the examination has no description, or is stopped.
 */
export async function runDemo(examination: Examination, wish: DemoWish): Promise<DemoRun> {
  const { description, url, secret, signal } = examination
  if (description === null) throw new Error('There is no description to run a check by')
  const { fetch, replies } = recording(examination.fetch)
  const provider = createHttpProvider({ url, secret, description, fetch })
  const order: StartOrder = { ...demoOrder(examination, wish), input: sampleInput(description) }
  const began = performance.now()
  let started: ProviderStarted | null = null
  let polls = 0
  let problem = ''
  let answer: ProviderAnswer | null = null
  try {
    answer = await provider.start(order, signal)
    if (answer.state === 'started') {
      started = answer
      const ended = await pollToEnd(provider, { ...order, ...started }, examination)
      answer = ended.answer
      polls = ended.polls
    }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    problem = error.message
  }
  const milliseconds = Math.round(performance.now() - began)
  const final = problem === '' && answer?.state === 'final' ? answer : null
  return { answer: final, raw: rawOf(replies.at(-1)), started, polls, milliseconds, problem }
}
