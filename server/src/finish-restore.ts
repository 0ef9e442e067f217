import type { Platform } from './open-platform.ts'
import { plainQuery } from './platform/account-transaction.ts'
import { readRestoreState, writeRestoreState } from './platform/backup/restore-mark.ts'
import { type Erasure, erasureListOf, readErasures } from './platform/erasure-list.ts'
import { thePlatform, withScope } from './platform/scope.ts'
import { selectAccounts } from './rooms/accounts/index.ts'
import { lockProfiles } from './rooms/profile-root/index.ts'
import { eraseProfile } from './rooms/profiles/index.ts'

/** What the replay of the list of erasures did. */
export interface Replay {
  /** Erasures of the list. */
  readonly listed: number
  /** Profiles of the backup that were erased again. */
  readonly erased: number
}

/**
 * Ends a restore of this home, if one is under way: every profile of the list of erasures is erased again, whatever
 * the backup held. Runs before the server answers, and again from the start when it was interrupted. Undefined when
 * no restore is under way.
 */
export async function finishRestore(platform: Platform): Promise<Replay | undefined> {
  const { home, databaseUrl } = platform.settings
  if ((await readRestoreState(home, databaseUrl)) === 'none') return undefined
  const erasures = await readErasures(erasureListOf(home))
  const accounts = new Set(
    (await selectAccounts(plainQuery(platform.engine.pool))).map((account) => account.accountId),
  )
  let erased = 0
  for (const erasure of erasures)
    if (accounts.has(erasure.account) && (await eraseAgain(platform, erasure))) erased += 1
  await writeRestoreState(home, 'none')
  platform.log.info('restore.finished', { count: erased })
  return { listed: erasures.length, erased }
}

async function eraseAgain({ engine }: Platform, { account, profile }: Erasure): Promise<boolean> {
  const opening = { accountId: account, actor: thePlatform }
  return withScope(engine, opening, async (scope) => {
    const root = (await lockProfiles(scope, [profile])).get(profile.toLowerCase())
    if (root === undefined) return false
    await eraseProfile(scope, root, 'Erased again after a restore')
    return true
  })
}
