import type { RunContext } from './context.ts'
import type { No } from './target.ts'

/** Refusals that concern every client: the key, the address, and a server that could not be spoken to (status 0). */
const stopsEveryone = new Set([0, 401, 403, 405])

/** Ends the run when a refusal is not about one client; true when it did. */
export function abortsRun(run: Pick<RunContext, 'abort'>, no: No): boolean {
  if (!stopsEveryone.has(no.status)) return false
  const ofKey = no.status === 401 || no.status === 403
  run.abort(
    `${ofKey ? 'The target refuses the API key' : 'The target cannot be used'} (${no.code}): ${no.why}`,
  )
  return true
}

/** Ends the run when the target has not answered anything for as long as is waited. */
export function abortWhenAway(run: Pick<RunContext, 'abort' | 'pacing' | 'now' | 'giveUpMs'>): void {
  const since = run.pacing.unreachableSince
  if (since === null || run.now() - since < run.giveUpMs) return
  const minutes = Math.round(run.giveUpMs / 60_000)
  run.abort(`The target has not answered for ${minutes} minutes. Start the run again when it does.`)
}
