import type { JobHandler } from '../../platform/jobs/index.ts'
import type { Engine } from '../../platform/scope.ts'
import { settleOne, settleUndecided } from './settle-due.ts'

/** The jobs of this room, by name. */
export function jobs(engine: Engine): Record<string, JobHandler> {
  return {
    'settle-case': (job) => settleOne(engine, job.account, job.ids.profile_id ?? ''),
    'settle-undecided': (job) => settleUndecided(engine, job.account, job.signal),
  }
}
