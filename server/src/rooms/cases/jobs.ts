import type { JobHandler } from '../../platform/jobs/index.ts'
import { type Engine, thePlatform, withScope } from '../../platform/scope.ts'
import { endAssociate } from './end-associate.ts'
import { settleOne, settleUndecided } from './settle-due.ts'

/** The jobs of this room, by name. */
export function jobs(engine: Engine): Record<string, JobHandler> {
  return {
    'settle-case': (job) => settleOne(engine, job.account, job.ids.profile_id ?? ''),
    'end-associate': async ({ account: accountId, ids }) => {
      const opening = { accountId, actor: thePlatform }
      await withScope(engine, opening, (scope) => endAssociate(scope, ids.profile_id ?? ''))
    },
    'settle-undecided': (job) => settleUndecided(engine, job.account, job.signal),
  }
}
