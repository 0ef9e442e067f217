import { findCheckVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy, PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import { plainQuery } from '../../platform/account-transaction.ts'
import { isLockTimeout } from '../../platform/db/index.ts'
import { type Engine, type Scope, withScope } from '../../platform/scope.ts'
import { carryWorkClass } from '../checks/index.ts'
import { currentPolicy, disabledCheckVariantIds } from '../policies/index.ts'
import { lockProfiles } from '../profile-root/index.ts'
import { instructAgain } from './instruct-again.ts'
import {
  type DueRescreen,
  insertRescreenCheck,
  type RescreenRow,
  selectDueRescreens,
  selectNextProfiles,
  selectRescreen,
  updateRescreen,
} from './queries-rescreens.ts'
import { backgroundClass, rescreenStep } from './rules.ts'

const dueMax = 100
/** While its check is switched off, or is no longer in the policy, a rescreen waits and looks again. */
const waitMs = 60_000

/**
 * Lets every rescreen that is due take one step: the next profiles in the order of their ids, the checks for them and
 * the place reached are kept together, so that one that is killed goes on where it was and reaches nobody twice.
 * Returns how many profiles were reached.
 */
export async function stepRescreens(engine: Engine, signal: AbortSignal): Promise<number> {
  const due = await selectDueRescreens(plainQuery(engine.pool), engine.clockOffsetMs(), dueMax)
  let reached = 0
  for (const rescreen of due) {
    if (signal.aborted) return reached
    try {
      reached += await step(engine, rescreen)
    } catch (error) {
      // A profile is in other hands: the same step is taken again.
      if (!isLockTimeout(error)) engine.log.error('monitoring.rescreen-failed', { error })
    }
  }
  return reached
}

async function step(engine: Engine, { accountId, id, actor }: DueRescreen): Promise<number> {
  return withScope(engine, { accountId, actor }, async (scope) => {
    const rescreen = await selectRescreen(scope, id, 'free')
    if (rescreen?.state !== 'RUNNING' || rescreen.nextAt > scope.now) return 0
    carryWorkClass(scope, backgroundClass)
    const policy = await currentPolicy(scope)
    const variant = findCheckVariant(policy, { id: rescreen.variantId })
    if (!variant || (await disabledCheckVariantIds(scope)).includes(variant.id)) {
      await updateRescreen(scope, { ...rescreen, nextAt: after(scope, waitMs) })
      return 0
    }
    return reachNext(scope, rescreen, policy, variant)
  })
}

const after = (scope: Scope, ms: number) => new Date(scope.now.getTime() + ms)

async function reachNext(
  scope: Scope,
  rescreen: RescreenRow,
  policy: Policy,
  variant: PolicyCheckVariant,
): Promise<number> {
  const { profiles: max, restMs } = rescreenStep(rescreen.perMinute)
  const ids = await selectNextProfiles(scope, rescreen, max)
  const profiles = [...(await lockProfiles(scope, ids)).values()]
  for (const profile of profiles)
    insertRescreenCheck(scope, rescreen.id, profile.id, await instructAgain(scope, profile, policy, variant))
  const isLast = ids.length < max
  await updateRescreen(scope, {
    ...rescreen,
    state: isLast ? 'DONE' : 'RUNNING',
    endedAt: isLast ? scope.now : null,
    afterProfileId: ids.at(-1) ?? rescreen.afterProfileId,
    nextAt: after(scope, restMs),
  })
  return profiles.length
}
