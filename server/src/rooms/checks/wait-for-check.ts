import { setTimeout as sleep } from 'node:timers/promises'
import { asAccount } from '../../platform/account-transaction.ts'
import type { Wait } from '../../platform/http/index.ts'
import type { Engine } from '../../platform/scope.ts'
import { isComplete } from './queries-runs.ts'
import type { RanCheck } from './run-check.ts'

/** A synchronous check that takes longer goes on as an asynchronous one (public API 4.0, 2.5). */
const waitMsMax = 120_000
const firstLookMs = 50
const lookMsMax = 250

/** Waits for a check that was instructed: looks at its state in short questions, with nothing held in between. */
export const untilComplete: Wait<RanCheck> = {
  isWanted: ({ waits }) => waits,
  until: async (engine, accountId, { profileId, checkId }, signal) => {
    let pause = firstLookMs
    for (let waited = 0; waited < waitMsMax && !signal.aborted; waited += pause) {
      if (await look(engine, accountId, { profileId, checkId })) return
      await sleep(pause, undefined, { signal }).catch(() => undefined)
      pause = Math.min(pause * 2, lookMsMax)
    }
  },
}

/** A database that cannot be asked just now is asked again: the check is instructed, and will be shown. */
async function look(
  engine: Engine,
  accountId: string,
  at: { readonly profileId: string; readonly checkId: string },
): Promise<boolean> {
  try {
    return await asAccount(engine.pool, accountId, (query) => isComplete(query, accountId, at))
  } catch (error) {
    engine.log.warn('check.wait-failed', { error })
    return false
  }
}
