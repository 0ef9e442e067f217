import { checkTypes } from '@drawbridge/policy/check-types.ts'
import { findCheckVariant } from '@drawbridge/policy/look-up.ts'
import { plainQuery } from '../../platform/account-transaction.ts'
import { isLockTimeout } from '../../platform/db/index.ts'
import { Fault } from '../../platform/fault.ts'
import { type Engine, type Scope, thePlatform, withScope } from '../../platform/scope.ts'
import { type ProviderAnswer, ProviderFailure } from '../../provider-kit/provider.ts'
import { carryWorkClass } from '../checks/index.ts'
import { contentText, takeMatches } from '../events/index.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { type ConfiguredProvider, endPlace, takePlace, usableProvider } from '../providers/index.ts'
import { instructAgain } from './instruct-again.ts'
import {
  changeMonitoredRow,
  claimLook,
  type DueMonitored,
  deleteMonitored,
  type MonitoredRow,
  selectDueMonitored,
  selectMonitored,
} from './queries-monitored.ts'
import { afterFailure, backgroundClass } from './rules.ts'

/** A call to a provider that watches; it is made outside every transaction. */
interface Call {
  readonly accountId: string
  readonly row: MonitoredRow
  readonly provider: ConfiguredProvider
  readonly config: Readonly<Record<string, unknown>>
}

/** What came of a call: `begun` when the provider has been told to watch. */
type Outcome =
  | { readonly kind: 'begun' }
  | { readonly kind: 'answer'; readonly answer: ProviderAnswer }
  | { readonly kind: 'failure'; readonly error: unknown }

const dueMax = 200
const atOnce = 4
/** A node that died in a call leaves the relation alone for so long after the call's time. */
const leaseMarginMs = 30_000

/**
 * Looks once at everything that is due, in every account: providers in this process within the transaction that keeps
 * their answer, others outside, with a lease. Many nodes may do so at once. Returns how many profiles were looked at.
 */
export async function lookDue(engine: Engine, signal: AbortSignal): Promise<number> {
  const due = await selectDueMonitored(plainQuery(engine.pool), engine.clockOffsetMs(), dueMax)
  const waiting = [...due]
  let looked = 0
  const looker = async () => {
    for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift())
      if (await lookAt(engine, next, signal)) looked += 1
  }
  await Promise.all(Array.from({ length: atOnce }, looker))
  return looked
}

/** False where somebody else is at it: then it is still due, and met again. */
async function lookAt(engine: Engine, due: DueMonitored, signal: AbortSignal): Promise<boolean> {
  try {
    const calls = await claimDue(engine, due)
    for (const call of calls ?? []) await makeCall(engine, call, signal)
    return calls !== undefined
  } catch (error) {
    if (isLockTimeout(error)) return false
    engine.log.error('monitoring.look-failed', { error })
    await restAfterFault(engine, due)
    return true
  }
}

const openingOf = (accountId: string) => ({ accountId, actor: thePlatform })

/** What failed for a reason of ours is left alone for a time, so that it does not hold up the others. */
async function restAfterFault(engine: Engine, { accountId, profileId }: DueMonitored): Promise<void> {
  await withScope(engine, openingOf(accountId), async (scope) => {
    const profile = await lockProfile(scope, profileId)
    for (const row of await dueRows(scope, profile)) await keepFailure(scope, profile, row)
  })
}

const dueRows = async (scope: Scope, profile: ProfileRoot): Promise<MonitoredRow[]> =>
  (await selectMonitored(scope, profile)).filter((row) => row.state === 'ACTIVE' && row.nextAt <= scope.now)

/** Asks the providers in this process, and claims the calls to others. Undefined where another node is at it. */
async function claimDue(engine: Engine, { accountId, profileId }: DueMonitored): Promise<Call[] | undefined> {
  return withScope(engine, openingOf(accountId), async (scope) => {
    if (!(await claimLook(scope, profileId))) return undefined
    const profile = await lockedOrGone(scope, profileId)
    if (!profile) return []
    carryWorkClass(scope, backgroundClass)
    const calls: Call[] = []
    for (const row of await dueRows(scope, profile)) {
      const provider = await usableProvider(scope, row.provider, row.checkType)
      if (!provider) {
        engine.log.warn('monitoring.provider-missing', { count: row.failures + 1 })
        await keepFailure(scope, profile, row)
        continue
      }
      const call = { accountId, row, provider, config: await configOf(scope, row, provider) }
      if (provider.provider.isLocal) await keep(engine, scope, profile, call, await ask(call, localSignal()))
      else calls.push({ ...call, row: await lease(scope, profile, call) })
    }
    return calls
  })
}

const localSignal = () => new AbortController().signal

async function lockedOrGone(scope: Scope, profileId: string): Promise<ProfileRoot | undefined> {
  try {
    return await lockProfile(scope, profileId)
  } catch (error) {
    if (!(error instanceof Fault) || error.reason !== 'profile.unknown') throw error
    await deleteMonitored(scope, profileId)
    return undefined
  }
}

async function configOf(scope: Scope, row: MonitoredRow, provider: ConfiguredProvider) {
  const policy = await currentPolicy(scope)
  const variant = row.variantId === null ? undefined : findCheckVariant(policy, { id: row.variantId })
  const own = variant?.providers.find((candidate) => candidate.provider === row.provider)
  return { ...provider.config, ...own?.config }
}

async function lease(scope: Scope, profile: ProfileRoot, { row, provider }: Call): Promise<MonitoredRow> {
  const until = scope.now.getTime() + provider.timeoutSeconds * 1000 + leaseMarginMs
  const leased = { ...row, epoch: row.epoch + 1, nextAt: new Date(until) }
  await changeMonitoredRow(scope, profile, leased)
  return leased
}

/** Makes a claimed call and keeps its answer, while it is the one that is waited for. */
async function makeCall(engine: Engine, call: Call, signal: AbortSignal): Promise<void> {
  const opening = openingOf(call.accountId)
  const place = await takePlace(engine, opening, call.provider, backgroundClass)
  if ('retryAt' in place) return postpone(engine, call, place.retryAt)
  const timeout = AbortSignal.timeout(call.provider.timeoutSeconds * 1000)
  const outcome = await ask(call, AbortSignal.any([signal, timeout]))
  const ended = signal.aborted ? 'abandoned' : outcome.kind === 'failure' ? 'failed' : 'answered'
  await endPlace(engine, opening, place.leaseId, ended)
  await withClaimed(engine, call, (scope, profile, row) =>
    keep(engine, scope, profile, { ...call, row }, outcome),
  )
}

async function postpone(engine: Engine, call: Call, until: Date): Promise<void> {
  await withClaimed(engine, call, (scope, profile, row) =>
    changeMonitoredRow(scope, profile, { ...row, nextAt: until }),
  )
}

async function withClaimed(
  engine: Engine,
  { accountId, row: claimed }: Call,
  work: (scope: Scope, profile: ProfileRoot, row: MonitoredRow) => Promise<void>,
): Promise<void> {
  await withScope(engine, openingOf(accountId), async (scope) => {
    const profile = await lockedOrGone(scope, claimed.profileId)
    if (!profile) return
    carryWorkClass(scope, backgroundClass)
    const row = (await selectMonitored(scope, profile)).find(({ id }) => id === claimed.id)
    if (row?.epoch === claimed.epoch && row.state === 'ACTIVE') await work(scope, profile, row)
  })
}

/** Makes the call; never raises. A relation begins with being told so, and is asked about after that. */
async function ask({ row, provider, config }: Call, signal: AbortSignal): Promise<Outcome> {
  const { providerId, reference, customData } = row.relation
  const order = {
    demoResult: provider.isDemo && !provider.provider.isLocal ? 'ANY' : null,
    relationship: provider.relationship,
    config,
    credentials: provider.credentials,
    providerId,
    reference,
    customData,
  }
  try {
    if (row.isBegun) return { kind: 'answer', answer: await provider.provider.pollMonitored(order, signal) }
    await provider.provider.monitor(order, signal)
    return { kind: 'begun' }
  } catch (error) {
    return { kind: 'failure', error }
  }
}

async function keep(
  engine: Engine,
  scope: Scope,
  profile: ProfileRoot,
  { row, provider }: Call,
  outcome: Outcome,
): Promise<void> {
  const usual = new Date(scope.now.getTime() + row.intervalSeconds * 1000)
  if (outcome.kind === 'begun')
    return changeMonitoredRow(scope, profile, { ...row, isBegun: true, nextAt: usual, failures: 0 })
  const answer = outcome.kind === 'answer' ? outcome.answer : undefined
  if (answer?.state === 'pending')
    return changeMonitoredRow(scope, profile, {
      ...row,
      relation: { ...row.relation, customData: answer.customData },
      nextAt: afterFailure(scope.now, 1, row.intervalSeconds),
    })
  if (answer?.state !== 'final' || answer.errors.length > 0) {
    const reason =
      outcome.kind === 'failure' && outcome.error instanceof ProviderFailure ? outcome.error.kind : 'reply'
    engine.log.warn('monitoring.no-answer', { reason, count: row.failures + 1 })
    return keepFailure(scope, profile, row)
  }
  const text = `${profile.id}\n${row.id}\n${contentText(answer.output ?? {})}`
  const answerToken = scope.vault.token('monitored-answer', text)
  const looked = { ...row, answerToken, lastLookedAt: scope.now, nextAt: usual, failures: 0 }
  await changeMonitoredRow(scope, profile, looked)
  if (answerToken !== row.answerToken) await takeNews(scope, profile, row, provider, answer.output)
}

async function keepFailure(scope: Scope, profile: ProfileRoot, row: MonitoredRow): Promise<void> {
  const failures = row.failures + 1
  const nextAt = afterFailure(scope.now, failures, row.intervalSeconds)
  await changeMonitoredRow(scope, profile, { ...row, failures, nextAt })
}

/** Other content: matches become events; what is no screening is asked anew, so that tasks go by a whole check. */
async function takeNews(
  scope: Scope,
  profile: ProfileRoot,
  row: MonitoredRow,
  provider: ConfiguredProvider,
  output: unknown,
): Promise<void> {
  const { family } = checkTypes[row.checkType]
  const source = { provider: row.provider, providerName: provider.name, checkId: row.checkId }
  if (family === 'screening' || family === 'fraud') {
    await takeMatches(scope, profile, source, output)
    return
  }
  const policy = await currentPolicy(scope)
  const variant = row.variantId === null ? undefined : findCheckVariant(policy, { id: row.variantId })
  // The first answer is what later ones are compared with.
  if (!variant || row.answerToken === null) return
  await instructAgain(scope, profile, policy, variant, thePlatform)
}
