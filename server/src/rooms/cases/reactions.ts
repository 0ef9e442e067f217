import { findProduct } from '@drawbridge/policy/look-up.ts'
import { RestlessCase } from '@drawbridge/policy/settle.ts'
import { type FactName, facts } from '@drawbridge/schema/facts.ts'
import type { Reaction, Recorded, Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfile } from '../profile-root/index.ts'
import { selectLinksTo } from '../profiles/index.ts'
import { deleteDue, writeDue } from './queries-due.ts'
import { settleCase } from './settle-case.ts'

/** The facts that can move the case of the profile they are about. */
const moving: ReadonlySet<FactName> = new Set<FactName>([
  'application.created',
  'application.status-changed',
  'application.reverted',
  'task.added',
  'task.state-changed',
  'task.expiry-changed',
  'task.expired',
  'check.completed',
  'check.attached',
  'event.added',
  'event.changed',
  'event.resolved',
  'collected-data.replaced',
  'collection-steps.replaced',
  'associate.linked',
  'associate.unlinked',
  'profile.status-changed',
])

/** So many companies are settled at once when an associate of theirs was decided; a job settles each of the others. */
const companiesMax = 3

/** What a transaction has still to settle. */
interface Unsettled {
  /** Profiles, by id. */
  readonly cases: Set<string>
  /** Associates that were decided: the companies that wait for them are settled too. */
  readonly associates: Set<string>
  /** Until which fact each profile has been settled: what settling itself records moves nothing. */
  readonly until: Map<string, number>
}

const unsettled = new WeakMap<Scope, Unsettled>()

function unsettledOf(scope: Scope): Unsettled {
  const known = unsettled.get(scope) ?? { cases: new Set(), associates: new Set(), until: new Map() }
  unsettled.set(scope, known)
  return known
}

/** Notes what a fact moves, and settles after the last fact so far: rooms below have reacted to all of them. */
async function settleAfterAll(scope: Scope, fact: Recorded): Promise<void> {
  const due = unsettledOf(scope)
  if (fact.kind === 'check-variant.switched' && !fact.payload.is_on)
    await scope.enqueue('settle-undecided', {}, { key: 'settle-undecided' })
  if (fact.kind === 'associate.unlinked') {
    const { linked_profile_id: profile_id } = fact.payload
    await scope.enqueue('end-associate', { profile_id }, { key: `end-associate/${profile_id}` })
  }
  if (fact.subject !== null) await note(scope, due, fact, fact.subject.id)
  if (fact.order < scope.factCount - 1) return
  for (const id of [...due.cases].sort()) {
    await settleOrLeaveDue(scope, id)
    due.cases.delete(id)
    due.until.set(id, scope.factCount)
  }
  await settleCompanies(scope, due)
}

/**
 * Settles a case. One that never comes to rest does not undo what it reacts to, such as a paid answer that would be
 * asked for again and again: it is due at once, and the job that settles what is due tells of it.
 */
async function settleOrLeaveDue(scope: Scope, profileId: string): Promise<void> {
  try {
    await settleCase(scope, profileId)
  } catch (error) {
    if (!(error instanceof RestlessCase)) throw error
    await writeDue(scope, await lockProfile(scope, profileId), scope.now)
  }
}

async function note(scope: Scope, due: Unsettled, fact: Recorded, profileId: string): Promise<void> {
  if (fact.kind === 'profile.deleted') {
    due.cases.delete(profileId)
    await deleteDue(scope, profileId)
  } else if (moving.has(fact.kind) && fact.order >= (due.until.get(profileId) ?? 0)) due.cases.add(profileId)
  if (fact.kind !== 'application.status-changed') return
  const product = findProduct(await currentPolicy(scope), { id: fact.payload.product.id })
  if (product?.applicants === 'ASSOCIATED') due.associates.add(profileId)
}

/** An associate is approved, or not any more: tasks of its companies may pass, or be open again. */
async function settleCompanies(scope: Scope, due: Unsettled): Promise<void> {
  const associates = [...due.associates].map((id) => ({ id }))
  due.associates.clear()
  if (associates.length === 0) return
  const links = [...(await selectLinksTo(scope, associates)).values()].flat()
  const companies = [...new Set(links.map((link) => link.companyId))].sort()
  for (const [index, id] of companies.entries()) {
    if (index >= companiesMax)
      await scope.enqueue('settle-case', { profile_id: id }, { key: `settle-case/${id}` })
    else {
      await settleOrLeaveDue(scope, id)
      due.until.set(id, scope.factCount)
    }
  }
}

export const reactions: readonly Reaction[] = (Object.keys(facts) as FactName[]).map((kind) => ({
  kind,
  react: settleAfterAll,
}))
