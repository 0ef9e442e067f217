import { Fault } from '../../platform/fault.ts'
import { type Engine, type Scope, thePlatform, withScope } from '../../platform/scope.ts'
import {
  type CheckContent,
  carryWorkClass,
  changeRunRow,
  deleteChecks,
  hasPlace,
  type RunRow,
  readOpenContents,
  selectChecks,
  selectContents,
  selectOpenRuns,
  variantOf,
} from '../checks/index.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { endPlace, takePlace, usableProvider } from '../providers/index.ts'
import { applyNext, findCheckRow, noteAsked } from './advance-run.ts'
import { ask, type Call, callOf } from './ask-provider.ts'
import { claimProfileStatement, type DueProfile, postponeRun } from './queries.ts'
import { afterCall, broken, type Next, type Outcome } from './rules-run.ts'

/** A call that was claimed, and is made outside every transaction. */
export interface ClaimedCall {
  readonly accountId: string
  readonly call: Call
  readonly hasNext: boolean
}

/** A node that died in a call leaves the run alone for so long after the call's time. */
const leaseMarginMs = 30_000
/** A place that is free sooner is waited for, even where another provider could be asked. */
const shortWaitMs = 5_000
/** A provider in this process is asked again at once, but not without end. */
const localStepsMax = 20

/**
 * Works on everything due of one profile, in one transaction: providers in this process are asked and their answers
 * stored; calls to others are claimed, for the caller to make. Nothing when another is at it.
 */
export async function workOnProfile(engine: Engine, due: DueProfile): Promise<ClaimedCall[]> {
  const { accountId, profileId } = due
  const opening = { accountId, actor: thePlatform, first: () => claimProfileStatement(profileId) }
  return withScope(engine, opening, async (scope, first) => {
    const [claim] = (await first).rows as { mine: boolean }[]
    if (claim?.mine !== true) return []
    carryWorkClass(scope, due.workClass)
    const profile = await lockedOrGone(scope, profileId)
    if (!profile) return []
    const [runs] = await Promise.all([
      selectOpenRuns(scope, profile),
      selectChecks(scope, [profile]),
      readOpenContents(scope, profile),
    ])
    const open = runs.filter((run) => run.nextAt <= scope.now)
    const contents = await selectContents(scope, profile, [...new Set(open.map((run) => run.checkId))])
    const calls: ClaimedCall[] = []
    for (const run of open) {
      const call = await workOnRun(engine, scope, profile, run, contents.get(run.checkId))
      if (call) calls.push({ accountId, ...call })
    }
    return calls
  })
}

/** A profile that was erased while its checks were under way leaves nothing to do. */
async function lockedOrGone(scope: Scope, profileId: string): Promise<ProfileRoot | undefined> {
  try {
    return await lockProfile(scope, profileId)
  } catch (error) {
    if (!(error instanceof Fault) || error.reason !== 'profile.unknown') throw error
    await deleteChecks(scope, profileId)
    return undefined
  }
}

type Claim = Omit<ClaimedCall, 'accountId'>

async function workOnRun(
  engine: Engine,
  scope: Scope,
  profile: ProfileRoot,
  first: RunRow,
  content: CheckContent | undefined,
): Promise<Claim | undefined> {
  let run = first
  for (let step = 0; step < localStepsMax && isDue(run, scope.now); step += 1) {
    const prepared = await prepare(scope, profile, run, content)
    if ('kind' in prepared) {
      await applyNext(scope, profile, prepared, undefined)
      return undefined
    }
    if (!prepared.call.provider.provider.isLocal) return claim(scope, profile, prepared)
    const outcome = await ask(prepared.call, new AbortController().signal, engine.log)
    run = await applyNext(scope, profile, nextOf(prepared, outcome, scope.now), prepared.call.provider)
  }
  return undefined
}

function isDue(run: RunRow, now: Date): boolean {
  return run.state !== 'ENDED' && run.nextAt <= now
}

/** The call a due run has to make, or how the run ends instead. */
async function prepare(
  scope: Scope,
  profile: ProfileRoot,
  run: RunRow,
  content: CheckContent | undefined,
): Promise<Claim | Next> {
  const check = await findCheckRow(scope, profile, run.checkId)
  if (!check || !content || check.state === 'COMPLETE') return broken(run, 'INTEGRATION', 'The check is over')
  if (run.deadlineAt <= scope.now)
    return broken(run, 'PROVIDER_CONNECTION', 'The check was still open after 48 hours')
  if (run.state === 'AWAITING_CALLBACK')
    return broken(run, 'PROVIDER_CONNECTION', 'The provider did not call back in time')
  const variant = await variantOf(scope, check)
  if (!variant) return broken(run, 'INVALID_CONFIG', 'The policy no longer has this check')
  const provider = await usableProvider(scope, run.provider, variant.check_type)
  if (!provider)
    return broken(run, 'INVALID_CONFIG', `The provider ${run.provider} is not set up for checks of this type`)
  await noteAsked(scope, profile, check, variant, provider)
  const call = callOf(check, run, content, variant, provider)
  const goesOn = variant.waterfall_on.includes('ERROR')
  return { call, hasNext: goesOn && hasPlace(variant, content.input.data, run.place + 1) }
}

/** Takes the run for a call: until the lease ends nobody else makes it, and no earlier answer counts. */
async function claim(scope: Scope, profile: ProfileRoot, { call, hasNext }: Claim): Promise<Claim> {
  const { run, provider } = call
  const leaseMs = provider.timeoutSeconds * 1_000 + leaseMarginMs
  const claimed: RunRow = {
    ...run,
    integrationId: provider.id,
    state: 'CALLING',
    epoch: run.epoch + 1,
    nextAt: new Date(scope.now.getTime() + leaseMs),
  }
  await changeRunRow(scope, profile, claimed)
  return { call: { ...call, run: claimed }, hasNext }
}

function nextOf({ call, hasNext }: Claim, outcome: Outcome, now: Date): Next {
  const { template } = call.provider.provider.description
  return afterCall(call.run, outcome, { template, now, hasNext })
}

/**
 * Makes a claimed call and stores its answer, while the run is still ours. Where the provider has no place, or `signal`
 * ends the call, it is made later.
 */
export async function makeCall(engine: Engine, claimed: ClaimedCall, signal: AbortSignal): Promise<void> {
  const { accountId, call } = claimed
  const opening = { accountId, actor: thePlatform }
  const place = await takePlace(engine, opening, call.provider, call.run.workClass)
  if ('retryAt' in place) return withoutPlace(engine, claimed, place.retryAt)
  const outcome = await ask(call, signal, engine.log)
  if (signal.aborted) {
    await endPlace(engine, opening, place.leaseId, 'abandoned')
    return withScope(engine, opening, (scope) => postponeRun(scope, call.run, scope.now))
  }
  await endPlace(engine, opening, place.leaseId, outcome.kind === 'failure' ? 'failed' : 'answered')
  await receiveAnswer(engine, claimed, outcome)
}

/** Makes the call later; where the provider is out for a while and another can take over, that counts as a failure. */
async function withoutPlace(engine: Engine, claimed: ClaimedCall, retryAt: Date): Promise<void> {
  const { accountId, call, hasNext } = claimed
  const isOut = await withScope(engine, { accountId, actor: thePlatform }, async (scope) => {
    if (hasNext && retryAt.getTime() - scope.now.getTime() > shortWaitMs) return true
    await postponeRun(scope, call.run, retryAt)
    return false
  })
  const message = 'The provider cannot be reached at the moment'
  if (isOut)
    await receiveAnswer(engine, claimed, { kind: 'failure', failure: { kind: 'connection', message } })
}

/** Stores what came of a call. An answer that nobody waits for any more changes nothing. */
async function receiveAnswer(engine: Engine, claimed: ClaimedCall, outcome: Outcome): Promise<void> {
  const { accountId, call } = claimed
  await withScope(engine, { accountId, actor: thePlatform }, async (scope) => {
    carryWorkClass(scope, call.run.workClass)
    const profile = await lockedOrGone(scope, call.run.profileId)
    if (!profile) return
    const run = (await selectOpenRuns(scope, profile)).find(({ id }) => id === call.run.id)
    if (run?.epoch !== call.run.epoch || run.state !== 'CALLING') return
    const next = nextOf({ call: { ...call, run }, hasNext: claimed.hasNext }, outcome, scope.now)
    await applyNext(scope, profile, next, call.provider)
  })
}
