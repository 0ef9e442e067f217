import type { JobHandler } from '../../platform/jobs/index.ts'
import type { Engine } from '../../platform/scope.ts'
import { finishErasure } from './finish-erasure.ts'

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
