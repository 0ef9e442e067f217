import { isLockTimeout } from '../../platform/db/index.ts'
import { type Engine, type Opening, type Scope, type WorkClass, withScope } from '../../platform/scope.ts'
import type { ConfiguredProvider } from './configured-provider.ts'
import {
  deleteCall,
  insertCall,
  type LoadRow,
  lockLoad,
  selectCallProvider,
  updateBreaker,
  updateInteractiveWaits,
  updateTokens,
} from './queries-places.ts'
import { afterCall, type CallOutcome } from './rules-breaker.ts'
import { decidePlace } from './rules-places.ts'

/** A place is free again so long after a call should have ended, when the node that made it has died. */
const deadAfterMs = 30_000
const lockedAgainMs = 1_000
/** Of a provider within this process, whose calls are not counted. */
const localLease = 'local'

type PlacedProvider = Pick<ConfiguredProvider, 'id' | 'timeoutSeconds'>

/**
 * Takes a place for one call at the provider, for all nodes together: its breaker, its concurrency and its rates allow
 * it, or `retryAt` says when to ask again. A transaction of its own; every place is given back by `endPlace`, or ends
 * by itself half a minute after the call's time. A provider within this process has no limits.
 */
export async function takePlace(
  engine: Engine,
  opening: Opening,
  provider: PlacedProvider,
  workClass: WorkClass,
): Promise<{ leaseId: string } | { retryAt: Date }> {
  const { id } = provider
  if (id === null) return { leaseId: localLease }
  try {
    return await withScope(engine, opening, (scope) =>
      take(scope, { id, timeoutSeconds: provider.timeoutSeconds }, workClass, engine.clockOffsetMs()),
    )
  } catch (error) {
    // Others decide about the same provider: that is no fault of the check that waits for it.
    if (!isLockTimeout(error)) throw error
    return { retryAt: await instant(engine, opening, lockedAgainMs) }
  }
}

async function take(
  scope: Scope,
  provider: { id: string; timeoutSeconds: number },
  workClass: WorkClass,
  offsetMs: number,
): Promise<{ leaseId: string } | { retryAt: Date }> {
  const found = await lockLoad(scope, provider.id, offsetMs)
  if (!found) return { retryAt: new Date(scope.now.getTime() + lockedAgainMs) }
  const { load, calls } = found
  const at = calls.countedAt
  const isMigration = workClass === 1
  const decision = decidePlace(load, { ...load, ...calls, countedAt: load.countedAt }, isMigration, at)
  if (!decision.isTaken) {
    if (decision.interactiveWaitsUntil)
      updateInteractiveWaits(scope, provider.id, decision.interactiveWaitsUntil)
    return { retryAt: decision.retryAt }
  }
  const leaseId = scope.newId()
  const expiresAt = new Date(at.getTime() + provider.timeoutSeconds * 1000 + deadAfterMs)
  insertCall(scope, { id: leaseId, providerId: provider.id, isMigration, at, expiresAt })
  const { secondTokens, minuteTokens } = decision
  const probeCallId = decision.isProbe ? leaseId : null
  updateTokens(scope, provider.id, { secondTokens, minuteTokens, at, probeCallId })
  return { leaseId }
}

async function instant(engine: Engine, opening: Opening, afterMs: number): Promise<Date> {
  const now = await withScope(engine, opening, async (scope) => scope.now)
  return new Date(now.getTime() + afterMs)
}

/**
 * Gives a place back and tells the breaker how the call went: `answered` with whatever the provider said, an error of
 * its own included, `failed` when no answer came that can be understood, `abandoned` when this node gave the call up.
 * Twice is once; a place that has ended by itself says nothing more.
 */
export async function endPlace(
  engine: Engine,
  opening: Opening,
  leaseId: string,
  outcome: CallOutcome,
): Promise<void> {
  if (leaseId === localLease) return
  const turn = await withScope(engine, opening, async (scope) => {
    const providerId = await selectCallProvider(scope, leaseId)
    // Locked before the row of the call, in the order in which places are taken.
    const found = providerId && (await lockLoad(scope, providerId, engine.clockOffsetMs()))
    if (!providerId || !found || !(await deleteCall(scope, leaseId))) return undefined
    return tellBreaker(scope, providerId, found.load, { leaseId, outcome, at: found.calls.countedAt })
  })
  const about = { account_id: opening.accountId, provider_id: turn?.providerId }
  if (turn?.event === 'provider.breaker-opened') engine.log.warn(turn.event, about)
  else if (turn) engine.log.info(turn.event, about)
}

/** What an operator is told: that a provider is left alone from now on, or used again. */
interface Turn {
  readonly event: 'provider.breaker-opened' | 'provider.breaker-closed'
  readonly providerId: string
}

function tellBreaker(
  scope: Scope,
  providerId: string,
  load: LoadRow,
  call: { leaseId: string; outcome: CallOutcome; at: Date },
): Turn | undefined {
  const isProbe = load.probeCallId === call.leaseId
  const next = afterCall(load, { outcome: call.outcome, isProbe }, load.breakerFailures, call.at)
  const isAsBefore =
    next.failures === load.failures &&
    next.openings === load.openings &&
    next.openUntil?.getTime() === load.openUntil?.getTime()
  if (!isAsBefore) updateBreaker(scope, providerId, next)
  if ((next.openUntil === null) === (load.openUntil === null)) return undefined
  const event = next.openUntil === null ? 'provider.breaker-closed' : 'provider.breaker-opened'
  return { event, providerId }
}
