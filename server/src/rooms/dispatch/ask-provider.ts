import { setTimeout as sleep } from 'node:timers/promises'
import type { PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import type { Log } from '../../platform/log.ts'
import { ProviderFailure, type ProviderOrder } from '../../provider-kit/provider.ts'
import type { CheckContent, CheckRow, RunRow } from '../checks/index.ts'
import type { ConfiguredProvider } from '../providers/index.ts'
import { providerInput } from './rules.ts'
import type { Outcome } from './rules-run.ts'

/** One call to a provider, with all that it says. */
export interface Call {
  readonly run: RunRow
  readonly provider: ConfiguredProvider
  readonly order: ProviderOrder
  readonly input: Readonly<Record<string, unknown>>
}

/** What is said in the call that a run has to make. */
export function callOf(
  check: CheckRow,
  run: RunRow,
  content: CheckContent,
  variant: PolicyCheckVariant,
  provider: ConfiguredProvider,
): Call {
  const { data, extra } = content.input
  const wished = typeof extra.demo_result === 'string' ? extra.demo_result : null
  // A demo check says so by its demo result; the provider in this process is steered by the words of the name.
  const demoResult = provider.isDemo ? (wished ?? (provider.provider.isLocal ? null : 'ANY')) : null
  const order: ProviderOrder = {
    checkId: check.id,
    demoResult,
    relationship: provider.relationship,
    config: { ...provider.config, ...variant.providers[run.place]?.config },
    credentials: provider.credentials,
  }
  return { run, provider, order, input: providerInput(check.checkType, data, extra) }
}

/** Makes the call. Never raises: whatever goes wrong is an outcome. `signal` ends it. */
export async function ask(call: Call, signal: AbortSignal, log: Log): Promise<Outcome> {
  try {
    const timeout = AbortSignal.timeout(call.provider.timeoutSeconds * 1_000)
    return await Promise.race([say(call, AbortSignal.any([signal, timeout])), givenUp(call, signal)])
  } catch (error) {
    if (error instanceof ProviderFailure) return { kind: 'failure', failure: error }
    log.error('check.provider-failed', { error })
    const message = 'The provider could not be understood'
    return { kind: 'failure', failure: { kind: 'reply', message } }
  }
}

async function say({ run, provider, order, input }: Call, signal: AbortSignal): Promise<Outcome> {
  const { provider: asked } = provider
  if (run.step === 'START') return { kind: 'answer', answer: await asked.start({ ...order, input }, signal) }
  if (run.conversation === null) throw new Error('A check was begun without the provider naming it')
  const started = { ...order, ...run.conversation }
  if (run.step === 'READY') {
    await asked.ready(started, signal)
    return { kind: 'readied' }
  }
  const answer = await (run.step === 'POLL' ? asked.poll(started, signal) : asked.complete(started, signal))
  return { kind: 'answer', answer }
}

/** A provider that does not heed the signal is left alone a second after its time. */
async function givenUp({ provider }: Call, signal: AbortSignal): Promise<Outcome> {
  await sleep((provider.timeoutSeconds + 1) * 1_000, undefined, { signal, ref: false }).catch(() => undefined)
  return { kind: 'failure', failure: { kind: 'timeout', message: 'The provider did not answer in time' } }
}
