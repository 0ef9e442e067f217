import type { RunContext } from './context.ts'
import { abortWhenAway } from './stop-run.ts'

/**
 * Waits until the target answers again, after a call to it had no answer: one worker asks a question that changes
 * nothing, and the others wait for it. So a target that is away is not sent the same writes again and again, and
 * a kill costs at most the requests that were under way.
 */
export async function untilAnswering(run: RunContext): Promise<void> {
  if (run.pacing.unreachableSince === null) return
  run.probing ??= probe(run).finally(() => {
    run.probing = null
  })
  await run.probing
}

async function probe(run: RunContext): Promise<void> {
  while (run.pacing.unreachableSince !== null && !run.stopping()) {
    await run.pacing.turn()
    const reply = await run.slots.within((fly) => fly(() => run.target.whoAmI()))
    run.counts.calls += 1
    if (reply.kind === 'yes' || reply.kind === 'no') return run.pacing.answered()
    abortWhenAway(run)
    if (reply.kind === 'later' && reply.waitMs !== null) run.pacing.pause(reply.waitMs)
    else run.pacing.failed()
  }
}
