import { setTimeout as sleep } from 'node:timers/promises'
import type { RunContext } from './context.ts'
import { Pacing } from './pacing.ts'
import { mostWorkers } from './ramp.ts'
import { Slots } from './slots.ts'
import type { No, Reply, Target, Yes } from './target.ts'

/** What asking the target needs: the target, and the bounds and the pace that all who ask share. */
export type Asking = Pick<RunContext, 'target' | 'slots' | 'pacing' | 'counts' | 'stopping'>

/** For asking outside a run, at its full width; no question begins once the signal is raised. */
export function askingOutside(target: Target, signal?: AbortSignal): Asking {
  return {
    target,
    slots: new Slots(mostWorkers, Date.now),
    pacing: new Pacing(Date.now, (ms) => sleep(ms), Math.random),
    counts: { calls: 0, needed: 0, waits: 0 },
    stopping: () => signal?.aborted === true,
  }
}

/** A question to the target could not be answered: the run is stopping, or the target stays away. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

const mostTries = 12

/**
 * Asks the target something that changes nothing, again and again until it answers yes or no.
 * @throws {Unanswered} when the run stops, or after twelve tries.
 */
export async function ask<T>(run: Asking, question: () => Promise<Reply<T>>): Promise<Yes<T> | No> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    await run.pacing.turn()
    if (run.stopping()) break
    const reply = await run.slots.within(async (fly) => (run.pacing.waiting ? null : fly(question)))
    if (reply === null) continue
    run.counts.calls += 1
    if (reply.kind === 'yes' || reply.kind === 'no') {
      run.pacing.answered()
      return reply
    }
    run.counts.waits += 1
    if (reply.kind === 'later' && reply.waitMs !== null) run.pacing.pause(reply.waitMs)
    else run.pacing.failed()
  }
  throw new Unanswered('The target did not answer')
}
