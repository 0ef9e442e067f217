import { appendErasure } from '../../platform/erasure-list.ts'
import type { JobHandler } from '../../platform/jobs/index.ts'
import { type Engine, thePlatform, withScope } from '../../platform/scope.ts'
import { selectErasedAt } from './queries.ts'

/** What the jobs of this room need of the outside. */
export interface ProfileJobEdges {
  readonly engine: Engine
  /** The list of erasures outside the database. */
  readonly erasureList: string
}

/** The jobs of this room, by name. */
export function jobs(edges: ProfileJobEdges): Record<string, JobHandler> {
  return { 'finish-erasure': (job) => finishErasure(edges, job.account, job.ids.profile_id ?? '') }
}

/** What an erasure still needs once it has been committed; each step may be done twice. */
async function finishErasure(edges: ProfileJobEdges, accountId: string, profileId: string): Promise<void> {
  const opening = { accountId, actor: thePlatform }
  const at = await withScope(edges.engine, opening, (scope) => selectErasedAt(scope, profileId))
  if (at === undefined) return
  await appendErasure(edges.erasureList, { account: accountId, profile: profileId, at: at.toISOString() })
}
