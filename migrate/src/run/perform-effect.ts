import type { Line } from '../ledger/line.ts'
import type { EffectRecord } from '../ledger/state-index.ts'
import type { Effect } from '../plan/client-unit.ts'
import { decideAction, type Known } from '../plan/decide-action.ts'
import type { RunContext, Settled } from './context.ts'
import { prepareCall, profileIdOf } from './effect-calls.ts'
import { findEffect } from './find-effect.ts'
import { Unanswered } from './read.ts'
import { recordDone, recordRefused } from './record.ts'
import { sendCall } from './send-call.ts'

const settleGapMs = 2_000
const askAgainMs = 5_000

/**
 * Brings one effect about, once, however often and by whomever it is asked for: what the ledger has as done is
 * not done again, what is under way is waited for, what is unknown is settled first.
 */
export async function performEffect(run: RunContext, effect: Effect): Promise<Settled> {
  const key = `${effect.ref}\n${effect.name}`
  const underWay = run.underWay.get(key)
  if (underWay !== undefined) return underWay
  const settled = perform(run, effect).finally(() => run.underWay.delete(key))
  run.underWay.set(key, settled)
  return settled
}

async function perform(run: RunContext, effect: Effect): Promise<Settled> {
  const record = run.ledger.index.effect(effect.ref, effect.name)
  if (record?.state === 'done') return { state: 'done', id: record.id }
  if (record?.state === 'refused') return refusedOf(record)
  if (run.stopping()) return { state: 'later', from: 0 }
  try {
    const decided = await decide(run, effect, record)
    if (decided !== null) return decided
    const doubt = await settleDoubt(run, effect, record)
    if (doubt !== null) return doubt
    return await carryOut(run, effect)
  } catch (error) {
    if (error instanceof Unanswered) return { state: 'later', from: run.now() + askAgainMs }
    throw error
  }
}

/** Applies the rule that the forecast applies too; null when the effect is to be carried out. */
async function decide(run: RunContext, effect: Effect, record: EffectRecord | null): Promise<Settled | null> {
  const action = decideAction(effect, knownOf(run, effect, record))
  if (action.action === 'create') return null
  if (action.action === 'unchanged') {
    return recordDone(run, effect, { id: action.profileId ?? null, how: 'adopted', ms: 0 })
  }
  const refused = { status: 0, code: action.code, why: action.reason }
  // The owner's own refusal stands in the ledger; a line for each thing it would have had says nothing new.
  if (action.code === 'OWNER_FAILED') return { state: 'refused', code: refused.code, why: refused.why }
  return recordRefused(run, effect, refused)
}

function knownOf(run: RunContext, effect: Effect, record: EffectRecord | null): Known {
  const owner = run.ledger.index.effect(effect.ref, 'profile')
  const missing =
    effect.kind === 'links'
      ? effect.links.map((link) => link.ref).filter((ref) => profileIdOf(run, ref) === null)
      : []
  return {
    ledger: record?.state === 'open' || record?.state === 'unknown' ? 'open' : 'none',
    profiles: run.before(effect.ref),
    ownerFailed: effect.kind !== 'profile' && owner?.state === 'refused',
    missing,
  }
}

/**
 * Settles what may exist already. With keys a request is simply sent again and the target knows it. Without, it
 * is looked for: not before the settle time (the first request may still be running), and twice.
 */
async function settleDoubt(
  run: RunContext,
  effect: Effect,
  record: EffectRecord | null,
): Promise<Settled | null> {
  const inherited = record === null && effect.kind !== 'profile' && ownerIsAdopted(run, effect.ref)
  const doubtful = record?.state === 'open' || record?.state === 'unknown'
  if (inherited) return find(run, effect)
  if (!doubtful || run.defences.key || !run.defences.ledger) return null
  const due = record.at + run.settleMs
  if (run.now() < due) return { state: 'later', from: due }
  const first = await find(run, effect)
  if (first !== null) return first
  await run.sleep(Math.min(settleGapMs, run.settleMs))
  const second = await find(run, effect)
  if (second !== null) return second
  const line: Line = { t: 'A', at: run.now(), op: effect.kind, ref: effect.ref, name: effect.name }
  await run.ledger.append(line)
  return null
}

async function find(run: RunContext, effect: Effect): Promise<Settled | null> {
  const found = await findEffect(run, effect)
  return found === null ? null : recordDone(run, effect, { id: found.id, how: 'found', ms: 0 })
}

function ownerIsAdopted(run: RunContext, ref: string): boolean {
  return run.ledger.index.effect(ref, 'profile')?.how === 'adopted'
}

async function carryOut(run: RunContext, effect: Effect): Promise<Settled> {
  const bytes = effect.kind === 'file' || effect.kind === 'image' ? effect.bytes : 0
  return run.budget.within(bytes, async () => {
    const prepared = await prepareCall(run, effect)
    if (prepared.ready) return sendCall(run, effect, prepared)
    if ('done' in prepared) {
      run.counts.needed += 1
      return recordDone(run, effect, { id: prepared.done.id, how: 'found', ms: 0 })
    }
    return recordRefused(run, effect, prepared.refused)
  })
}

function refusedOf(record: EffectRecord): Settled {
  return { state: 'refused', code: record.detail?.code ?? '', why: record.detail?.why ?? '' }
}
