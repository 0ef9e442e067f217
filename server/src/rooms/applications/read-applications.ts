import type { Case } from '@drawbridge/policy/case.ts'
import type { Scope } from '../../platform/scope.ts'
import { fromStored, selectVersions } from '../collected-data/index.ts'
import { type EventRow, selectEvents } from '../events/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { selectTasks, type TaskRow } from '../tasks/index.ts'
import { caseOf } from './case-of.ts'
import { type ApplicationRow, selectApplications } from './queries.ts'
import { type HistoryRow, selectHistory } from './queries-history.ts'

/** What the replies about some profiles' applications are made of, read together. */
export interface ApplicationsOf {
  readonly applications: ReadonlyMap<string, readonly ApplicationRow[]>
  readonly history: ReadonlyMap<string, readonly HistoryRow[]>
  readonly tasks: ReadonlyMap<string, readonly TaskRow[]>
  readonly events: ReadonlyMap<string, readonly EventRow[]>
}

/** Reads the applications of these profiles, with their history, tasks and events. */
export async function readApplications(
  scope: Scope,
  profiles: readonly ProfileRoot[],
): Promise<ApplicationsOf> {
  const [applications, history, tasks, events] = await Promise.all([
    selectApplications(scope, profiles),
    selectHistory(scope, profiles),
    selectTasks(scope, profiles),
    selectEvents(scope, profiles),
  ])
  return { applications, history, tasks, events }
}

/** The case of a profile as far as approving and risk look at it. */
export function presentedCase(profile: ProfileRoot, read: ApplicationsOf, data: Case['data']): Case {
  return caseOf(profile, {
    applications: read.applications.get(profile.id) ?? [],
    tasks: read.tasks.get(profile.id) ?? [],
    events: read.events.get(profile.id) ?? [],
    data,
  })
}

/** The same, with the collected data read. */
export async function readCase(scope: Scope, profile: ProfileRoot, read: ApplicationsOf): Promise<Case> {
  const stored = (await selectVersions(scope, [profile])).get(profile.id)
  return presentedCase(profile, read, stored ? fromStored(stored) : { entity_type: profile.entityType })
}
