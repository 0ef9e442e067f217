import type {
  CheckTemplate,
  ProviderAnswer,
  ProviderFailure,
  ProviderOutput,
} from '../../provider-kit/provider.ts'
import type { RunRow } from '../checks/index.ts'
import { merged } from './rules.ts'

/** What came of a call to a provider. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: ProviderAnswer }
  /** The provider knows that a callback may come, or does not care. */
  | { readonly kind: 'readied' }
  | { readonly kind: 'failure'; readonly failure: Pick<ProviderFailure, 'kind' | 'message'> }

/** How a run goes on: changed, or with a last answer. */
export type Next =
  | { readonly kind: 'goes-on'; readonly run: RunRow }
  | { readonly kind: 'ends'; readonly run: RunRow; readonly output: ProviderOutput }

/** Calls that reached nobody are made again until the check's deadline; others so often. */
const attemptsMax = 3
const backoffMsMax = 5 * 60_000

/** How long to wait before a call is made again: 1 s, then twice as long each time, to 5 minutes. */
export function backoffMs(attempts: number): number {
  return Math.min(1_000 * 2 ** Math.max(0, attempts - 1), backoffMsMax)
}

/** A run that is over, with a last answer. */
export function ended(run: RunRow, output: ProviderOutput): Next {
  return { kind: 'ends', run: { ...run, state: 'ENDED' }, output }
}

/** A run that is over, since something could not be done. */
export function broken(run: RunRow, type: string, message: string): Next {
  const nothing = { output: null, result: null, warnings: [], charges: [], externalResources: [] }
  return ended(run, { ...nothing, errors: [{ type, message }] })
}

/** How a run goes on after a call. `hasNext`: another provider takes over where this one cannot be reached. */
export function afterCall(
  run: RunRow,
  outcome: Outcome,
  at: { readonly template: CheckTemplate; readonly now: Date; readonly hasNext: boolean },
): Next {
  if (outcome.kind === 'failure') return afterFailure(run, outcome.failure, at)
  if (outcome.kind === 'readied') return awaiting(run, at)
  const { answer } = outcome
  if (answer.state === 'final') return ended(run, answer)
  if (answer.state === 'started') return afterStart(run, answer, at)
  return afterPending(run, answer.customData, at)
}

function afterFailure(
  run: RunRow,
  failure: Pick<ProviderFailure, 'kind' | 'message'>,
  at: { readonly template: CheckTemplate; readonly now: Date; readonly hasNext: boolean },
): Next {
  // An integration need not know the call, and calls back all the same.
  if (run.step === 'READY') return awaiting(run, at)
  const attempts = run.attempts + 1
  const nextAt = new Date(at.now.getTime() + backoffMs(attempts))
  const mayAgain =
    failure.kind === 'connection'
      ? !at.hasNext || attempts < attemptsMax
      : (failure.kind === 'timeout' || failure.kind === 'status') && attempts < attemptsMax
  if (mayAgain && nextAt < run.deadlineAt)
    return { kind: 'goes-on', run: { ...run, state: 'DUE', attempts, nextAt } }
  return broken(run, 'PROVIDER_CONNECTION', failure.message)
}

function awaiting(run: RunRow, at: { readonly template: CheckTemplate; readonly now: Date }): Next {
  const { template, now } = at
  if (template.type !== 'ONE_TIME_CALLBACK')
    return broken(run, 'INTEGRATION', 'The provider was to call back, but no longer says so')
  const nextAt = new Date(now.getTime() + template.callbackTimeoutSeconds * 1_000)
  return { kind: 'goes-on', run: { ...run, state: 'AWAITING_CALLBACK', attempts: 0, nextAt } }
}

function afterStart(
  run: RunRow,
  started: Extract<ProviderAnswer, { state: 'started' }>,
  at: { readonly template: CheckTemplate; readonly now: Date },
): Next {
  const { template, now } = at
  if (run.step !== 'START' || template.type === 'ONE_TIME_SYNCHRONOUS')
    return broken(run, 'INTEGRATION', 'The provider began a check where it was to answer one')
  const { providerId, reference, customData } = started
  const known = {
    ...run,
    state: 'DUE' as const,
    attempts: 0,
    conversation: { providerId, reference, customData },
  }
  if (template.type === 'ONE_TIME_CALLBACK')
    return { kind: 'goes-on', run: { ...known, step: 'READY', nextAt: now } }
  const nextAt = new Date(now.getTime() + template.polling.initialIntervalSeconds * 1_000)
  return { kind: 'goes-on', run: { ...known, step: 'POLL', polls: 0, nextAt } }
}

function afterPending(
  run: RunRow,
  customData: Readonly<Record<string, unknown>>,
  at: { readonly template: CheckTemplate; readonly now: Date },
): Next {
  const { template, now } = at
  if (run.step !== 'POLL' || run.conversation === null || !('polling' in template))
    return broken(run, 'INTEGRATION', 'The provider has no result where it was to have one')
  const polls = run.polls + 1
  if (polls >= template.polling.pollsMax)
    return broken(run, 'PROVIDER_CONNECTION', `The provider had no result after ${polls} questions`)
  const nextAt = new Date(now.getTime() + template.polling.pollingIntervalSeconds * 1_000)
  const conversation = { ...run.conversation, customData: merged(run.conversation.customData, customData) }
  return { kind: 'goes-on', run: { ...run, state: 'DUE', attempts: 0, polls, nextAt, conversation } }
}

/** A run whose provider has called back: what it announced is to be fetched now. Whoever else was at it is late. */
export function afterCallback(run: RunRow, customData: Readonly<Record<string, unknown>>, now: Date): RunRow {
  if (run.conversation === null || run.step === 'COMPLETE' || run.step === 'POLL') return run
  const conversation = { ...run.conversation, customData: merged(run.conversation.customData, customData) }
  return {
    ...run,
    state: 'DUE',
    step: 'COMPLETE',
    attempts: 0,
    epoch: run.epoch + 1,
    nextAt: now,
    conversation,
  }
}
