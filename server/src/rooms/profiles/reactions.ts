import type { FactName } from '@drawbridge/schema/facts.ts'
import type { Reaction, Recorded, Scope } from '../../platform/scope.ts'
import { settleCase } from './settle-case.ts'

/** The facts that can move a case. */
const moving: readonly FactName[] = [
  'application.created',
  'application.status-changed',
  'application.reverted',
  'task.added',
  'task.state-changed',
  'profile.status-changed',
]

/** Until which fact each profile of a transaction has been settled: what settling itself records moves nothing. */
const settledUntil = new WeakMap<Scope, Map<string, number>>()

async function settleAfter(scope: Scope, fact: Recorded): Promise<void> {
  if (fact.subject === null) return
  const until = settledUntil.get(scope) ?? new Map<string, number>()
  settledUntil.set(scope, until)
  if (fact.order < (until.get(fact.subject.id) ?? 0)) return
  await settleCase(scope, fact.subject.id)
  until.set(fact.subject.id, scope.factCount)
}

export const reactions: readonly Reaction[] = moving.map((kind) => ({ kind, react: settleAfter }))
