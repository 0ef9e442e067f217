import type { ClientUnit, LinksEffect } from '../plan/client-unit.ts'
import type { RunContext } from './context.ts'
import { profileIdOf } from './effect-calls.ts'
import { performEffect } from './perform-effect.ts'
import { recordRefused } from './record.ts'

/** How a unit stands after it was worked on. */
export type UnitOutcome =
  | { state: 'complete' | 'partial' | 'failed' }
  /** Not finished; may be taken up again from this time on (milliseconds since 1970). */
  | { state: 'later'; from: number }

/**
 * Brings about everything one client needs, in order, and writes that the unit is finished. A refused associate
 * costs the company that one link, which is then reported; it never holds the company up, nor leaves it half
 * linked without a word.
 */
export async function performUnit(run: RunContext, unit: ClientUnit): Promise<UnitOutcome> {
  let refused = 0
  for (const effect of unit.effects) {
    const settled = await performEffect(run, effect)
    if (settled.state === 'later') return settled
    if (settled.state === 'refused') refused += 1
    if (effect.kind === 'links') refused += await reportMissingLinks(run, effect)
  }
  const state = stateOf(run, unit, refused)
  await run.ledger.append({
    t: 'F',
    at: run.now(),
    position: unit.position,
    ref: unit.ref,
    client: unit.client,
    upto: run.upto(),
    state,
  })
  run.crash('after-unit')
  return { state }
}

function stateOf(run: RunContext, unit: ClientUnit, refused: number): 'complete' | 'partial' | 'failed' {
  if (refused === 0) return 'complete'
  return profileIdOf(run, unit.ref) === null ? 'failed' : 'partial'
}

async function reportMissingLinks(run: RunContext, effect: LinksEffect): Promise<number> {
  const missing = effect.links.filter((link) => profileIdOf(run, link.ref) === null)
  for (const link of missing) {
    const name = `link:${link.list}:${link.ref}`
    if (run.ledger.index.effect(effect.ref, name) !== null) continue
    await recordRefused(
      run,
      { kind: 'links', ref: effect.ref, name, source: link.source },
      {
        status: 0,
        code: 'ASSOCIATE_MISSING',
        why: `${effect.ref} is in the target without its link to ${link.ref} (${link.list}): that associate could not be created`,
      },
    )
  }
  return missing.length
}
