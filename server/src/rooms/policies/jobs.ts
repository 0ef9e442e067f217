import type { JobHandler } from '../../platform/jobs/index.ts'
import { type Engine, thePlatform, withScope } from '../../platform/scope.ts'
import { switchBack, switchBackJob } from './switch-check.ts'

/** The jobs of this room, by name. */
export function jobs(engine: Engine): Record<string, JobHandler> {
  return {
    [switchBackJob]: (job) =>
      withScope(engine, { accountId: job.account, actor: thePlatform }, (scope) =>
        switchBack(scope, job.ids.variant_id ?? ''),
      ),
  }
}
