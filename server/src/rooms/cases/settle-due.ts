import { Fault } from '../../platform/fault.ts'
import { type Engine, type Scope, thePlatform, withScope } from '../../platform/scope.ts'
import { type DueCursor, firstId, selectCasesDue, selectUndecided } from './queries-due.ts'
import { settleCase } from './settle-case.ts'

/** Cases that are looked up at a time; each is settled in a transaction of its own. */
const batchMax = 200

/** Settles the cases of an account that are due by the clock: ends of tasks and what goes before them, birthdays. */
export async function settleDue(engine: Engine, accountId: string, signal?: AbortSignal): Promise<number> {
  let settled = 0
  let after: DueCursor | null = null
  for (;;) {
    const cursor: DueCursor | null = after
    const due: readonly DueCursor[] = await inScope(engine, accountId, (scope) =>
      selectCasesDue(scope, cursor, batchMax),
    )
    for (const { profileId } of due) {
      if (signal?.aborted === true) return settled
      settled += await settleOrTell(engine, accountId, profileId)
    }
    after = due.at(-1) ?? null
    if (due.length < batchMax) return settled
  }
}

/** Settles every case of an account that is not decided, since something they may wait for has changed. */
export async function settleUndecided(engine: Engine, accountId: string, signal: AbortSignal): Promise<void> {
  let after = firstId
  for (;;) {
    const from = after
    const ids = await inScope(engine, accountId, (scope) => selectUndecided(scope, from, batchMax))
    for (const id of ids) {
      signal.throwIfAborted()
      await settleOrTell(engine, accountId, id)
    }
    after = ids.at(-1) ?? after
    if (ids.length < batchMax) return
  }
}

/** One case that cannot be settled, or is held by another, does not keep the others: it stays due. */
async function settleOrTell(engine: Engine, accountId: string, profileId: string): Promise<0 | 1> {
  try {
    await settleOne(engine, accountId, profileId)
    return 1
  } catch (error) {
    engine.log.warn('case.settle-failed', { error })
    return 0
  }
}

/** Settles one case in a transaction of its own; one that was erased meanwhile is let be. */
export async function settleOne(engine: Engine, accountId: string, profileId: string): Promise<void> {
  try {
    await inScope(engine, accountId, (scope) => settleCase(scope, profileId))
  } catch (error) {
    if (!(error instanceof Fault && error.reason === 'profile.unknown')) throw error
  }
}

function inScope<R>(engine: Engine, accountId: string, work: (scope: Scope) => Promise<R>): Promise<R> {
  return withScope(engine, { accountId, actor: thePlatform }, work)
}
