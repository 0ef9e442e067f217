import type { Effect } from '../plan/client-unit.ts'
import type { RunContext, Settled } from './context.ts'
import { prepareCall, type ReadyCall } from './effect-calls.ts'
import { refOf } from './find-effect.ts'
import { idempotencyKey } from './idempotency-key.ts'
import { untilAnswering } from './probe.ts'
import { ask } from './read.ts'
import { recordDone, recordRefused } from './record.ts'
import { abortsRun } from './stop-run.ts'
import type { No, Reply, Sending } from './target.ts'

const stale = 412
const mostStale = 20
const firstRefusals = 50

/** One effect on its way: what is sent, and what has become of it so far. */
interface Trial {
  call: ReadyCall
  attempt: number
  /** The intent in the ledger is for the request that is about to be sent. */
  intentStands: boolean
  doubtfulSince: number | null
  stales: number
}

/**
 * Sends a call until its outcome is known: durable intent first, then the request, then the outcome. Waits when
 * the target says so; sends again only what is certainly not done, or what a key makes safe to send again.
 */
export async function sendCall(run: RunContext, effect: Effect, call: ReadyCall): Promise<Settled> {
  const before = run.ledger.index.effect(effect.ref, effect.name)?.attempts ?? 0
  const trial: Trial = { call, attempt: before + 1, intentStands: false, doubtfulSince: null, stales: 0 }
  for (;;) {
    await untilAnswering(run)
    await run.pacing.turn()
    if (run.stopping()) return { state: 'later', from: 0 }
    const sent = await sendOnce(run, effect, trial)
    if (sent === null) continue
    const recorded = await sent.recorded
    const settled = recorded ?? (await settle(run, effect, trial, sent.reply))
    if (settled !== null) return settled
  }
}

interface Sent {
  reply: Reply<{ id: string | null }>
  /** The outcome on its way to the ledger: ahead of whatever the next user of the slot writes. */
  recorded: Promise<Settled | null>
}

/** Sends within a slot; null when everyone was asked to wait in the meantime. */
async function sendOnce(run: RunContext, effect: Effect, trial: Trial): Promise<Sent | null> {
  return run.slots.within(async (fly) => {
    if (run.pacing.waiting || run.pacing.unreachableSince !== null || run.stopping()) return null
    if (!trial.intentStands) {
      const { ref, name } = effect
      const { op, bodySha: body_sha } = trial.call
      await run.ledger.append({ t: 'I', at: run.now(), op, ref, name, body_sha, attempt: trial.attempt })
      trial.intentStands = true
      // While the intent went to the disk another call may have found that the target is away.
      if (run.pacing.unreachableSince !== null) return null
    }
    const began = run.now()
    const reply = await fly(() => trial.call.send(sendingOf(run, effect, trial.call)))
    run.counts.calls += 1
    run.crash('after-send')
    return { reply, recorded: record(run, effect, trial, reply, began) }
  })
}

function sendingOf(run: RunContext, effect: Effect, call: ReadyCall): Sending {
  if (!run.defences.key) return {}
  const sourceId = `${effect.ref}/${effect.name}`
  return { idempotencyKey: idempotencyKey(run.ledger.binding.run, call.op, sourceId, call.bodySha) }
}

async function record(
  run: RunContext,
  effect: Effect,
  trial: Trial,
  reply: Reply<{ id: string | null }>,
  began: number,
): Promise<Settled | null> {
  if (reply.kind === 'yes') {
    run.pacing.answered(began)
    run.counts.needed += trial.call.needs
    const ms = run.now() - began
    return recordDone(run, effect, { id: reply.value.id, how: reply.replayed ? 'replayed' : 'sent', ms })
  }
  if (reply.kind === 'unknown') {
    run.pacing.failed()
    const { ref, name, kind } = effect
    await run.ledger.append({ t: 'U', at: run.now(), op: kind, ref, name, why: reply.why.slice(0, 200) })
  }
  return null
}

/** What follows from a reply that is not yes; null when the call is to be sent again. */
async function settle(
  run: RunContext,
  effect: Effect,
  trial: Trial,
  reply: Reply<{ id: string | null }>,
): Promise<Settled | null> {
  if (reply.kind === 'unknown') return afterUnknown(run, trial)
  if (reply.kind === 'no') {
    run.pacing.answered()
    if (reply.status !== stale || trial.stales >= mostStale) return refused(run, effect, reply)
    return prepareAgain(run, effect, trial)
  }
  run.counts.waits += 1
  if (reply.kind === 'later' && reply.waitMs !== null) run.pacing.pause(reply.waitMs)
  else run.pacing.failed()
  return null
}

function afterUnknown(run: RunContext, trial: Trial): Settled | null {
  const now = run.now()
  trial.doubtfulSince ??= now
  const lookFirst = !run.defences.key && run.defences.ledger
  if (lookFirst) return { state: 'later', from: now + run.settleMs }
  if (now - trial.doubtfulSince > run.giveUpMs) return { state: 'later', from: now + run.giveUpMs }
  trial.intentStands = false
  trial.attempt += 1
  return null
}

/** The company changed between reading and writing: read it again; the new document is another request. */
async function prepareAgain(run: RunContext, effect: Effect, trial: Trial): Promise<Settled | null> {
  const again = await prepareCall(run, effect)
  if (again.ready) {
    trial.call = again
    trial.stales += 1
    trial.intentStands = false
    return null
  }
  if ('refused' in again) return recordRefused(run, effect, again.refused)
  run.counts.needed += 1
  return recordDone(run, effect, { id: again.done.id, how: 'found', ms: 0 })
}

/** A final no: one that concerns every client ends the run; a taken reference may be our own profile. */
async function refused(run: RunContext, effect: Effect, no: No): Promise<Settled> {
  if (abortsRun(run, no)) return { state: 'later', from: 0 }
  const taken = effect.kind === 'profile' && no.status === 409 && no.existingId !== null
  if (taken && run.defences.uniqueReference) {
    const existing = await ask(run, () => run.target.getProfile(no.existingId ?? ''))
    const ours = existing.kind === 'yes' && refOf(existing.value) === effect.ref
    const sameEntity = existing.kind === 'yes' && entityOf(existing.value.role) === entityOf(effect.role)
    if (ours && sameEntity) return recordDone(run, effect, { id: no.existingId, how: 'adopted', ms: 0 })
  }
  const settled = await recordRefused(run, effect, no)
  if (effect.kind === 'profile') stopWhenAllAreRefused(run, no)
  return settled
}

/** When nothing at all is accepted, something common to all is wrong, and refusing the rest as well helps nobody. */
function stopWhenAllAreRefused(run: RunContext, no: No): void {
  const counts = run.ledger.index.counts()
  if ((counts['done:profile'] ?? 0) > 0 || (counts['refused:profile'] ?? 0) < firstRefusals) return
  run.abort(`The target refused each of the first ${firstRefusals} profiles, the last one with: ${no.why}`)
}

function entityOf(role: string): string {
  return role.startsWith('COMPANY') ? 'COMPANY' : 'INDIVIDUAL'
}
