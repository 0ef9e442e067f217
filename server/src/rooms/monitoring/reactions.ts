import type { Reaction, Recorded, Scope } from '../../platform/scope.ts'
import { deleteMonitored } from './queries-monitored.ts'
import { followApplications, followLinks, startAfterCheck } from './start-monitoring.ts'

async function forget(scope: Scope, fact: Recorded): Promise<void> {
  if (fact.subject !== null) await deleteMonitored(scope, fact.subject.id)
}

export const reactions: readonly Reaction[] = [
  { kind: 'check.completed', react: startAfterCheck },
  { kind: 'application.created', react: followApplications },
  { kind: 'application.status-changed', react: followApplications },
  { kind: 'application.reverted', react: followApplications },
  { kind: 'associate.linked', react: followLinks },
  { kind: 'associate.unlinked', react: followLinks },
  { kind: 'profile.deleted', react: forget },
]
