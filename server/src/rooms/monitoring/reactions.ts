import type { Reaction, Recorded, Scope } from '../../platform/scope.ts'
import { deleteMonitored, stopAllOf } from './queries-monitored.ts'
import { followApplications, followLinks, startAfterCheck } from './start-monitoring.ts'

async function forget(scope: Scope, fact: Recorded): Promise<void> {
  if (fact.subject !== null) await deleteMonitored(scope, fact.subject.id)
}

async function endRemoved(scope: Scope, fact: Recorded): Promise<void> {
  if (fact.kind === 'provider.removed') await stopAllOf(scope, fact.payload.alias)
}

export const reactions: readonly Reaction[] = [
  { kind: 'check.completed', react: startAfterCheck },
  { kind: 'application.created', react: followApplications },
  { kind: 'application.status-changed', react: followApplications },
  { kind: 'application.reverted', react: followApplications },
  { kind: 'associate.linked', react: followLinks },
  { kind: 'associate.unlinked', react: followLinks },
  { kind: 'provider.removed', react: endRemoved },
  { kind: 'profile.deleted', react: forget },
]
