import type { RunContext } from './context.ts'
import type { No, Reply, Yes } from './target.ts'

/** A question to the target could not be answered: the run is stopping, or the target stays away. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

const mostTries = 12

/**
 * Asks the target something that changes nothing, again and again until it answers yes or no.
 * @throws {Unanswered} when the run stops, or after twelve tries.
 */
export async function ask<T>(
  run: Pick<RunContext, 'slots' | 'pacing' | 'counts' | 'stopping'>,
  question: () => Promise<Reply<T>>,
): Promise<Yes<T> | No> {
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
