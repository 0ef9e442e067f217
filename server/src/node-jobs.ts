import { clearDestroyedKeys } from './clear-destroyed-keys.ts'
import type { Platform } from './open-platform.ts'
import { plainQuery } from './platform/account-transaction.ts'
import { erasureListOf } from './platform/erasure-list.ts'
import { expireIdempotency } from './platform/http/index.ts'
import type { CronEntry, JobHandler } from './platform/jobs/index.ts'
import { finishRotation } from './platform/vault/index.ts'
import { selectAccounts } from './rooms/accounts/index.ts'
import { jobs as caseJobs, settleDue } from './rooms/cases/index.ts'
import { jobs as checkJobs } from './rooms/dispatch/index.ts'
import { collectBlobs } from './rooms/files/index.ts'
import { alarmGaps } from './rooms/monitoring/index.ts'
import { jobs as policyJobs } from './rooms/policies/index.ts'
import { wrappedKeys } from './rooms/profile-root/index.ts'
import { jobs as profileJobs } from './rooms/profiles/index.ts'

/** What a worker node runs when a job asks for it. */
export function handlersOf(platform: Platform): Record<string, JobHandler> {
  const { engine, settings } = platform
  return {
    ...policyJobs(engine),
    ...checkJobs(engine),
    ...caseJobs(engine),
    ...profileJobs({ engine, erasureList: erasureListOf(settings.home) }),
  }
}

/** What a worker node runs by the clock. */
export function cronOf(platform: Platform): CronEntry[] {
  const { engine } = platform
  const now = () => new Date(Date.now() + engine.clockOffsetMs())
  return [
    {
      name: 'expire-idempotency',
      pattern: '17 * * * *',
      run: async (signal) => {
        for (const { accountId } of await selectAccounts(plainQuery(engine.pool))) {
          if (signal.aborted) return
          await expireIdempotency(engine.pool, accountId, now())
        }
      },
    },
    {
      name: 'finish-key-rotation',
      pattern: '7,22,37,52 * * * *',
      run: async (signal) => {
        for (const { accountId } of await selectAccounts(plainQuery(engine.pool)))
          await finishRotation(engine.pool, engine.vault, accountId, wrappedKeys, signal)
      },
    },
    {
      name: 'settle-due',
      pattern: '* * * * *',
      run: async (signal) => {
        for (const { accountId } of await selectAccounts(plainQuery(engine.pool)))
          await settleDue(engine, accountId, signal)
      },
    },
    {
      name: 'alarm-monitoring-gaps',
      pattern: '*/5 * * * *',
      run: () => alarmGaps(engine),
    },
    {
      name: 'clear-destroyed-keys',
      pattern: '37 * * * *',
      run: () => clearDestroyedKeys(platform, now()),
    },
    {
      name: 'collect-blobs',
      pattern: '43 3 * * *',
      run: async () => {
        await collectBlobs(engine, now())
      },
    },
  ]
}
