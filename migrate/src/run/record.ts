import type { How } from '../ledger/line.ts'
import type { Effect } from '../plan/client-unit.ts'
import type { RunContext, Settled } from './context.ts'

const longestReason = 500

/** Writes that an effect exists, durably, and says so. */
export async function recordDone(
  run: RunContext,
  effect: Effect,
  done: { id: string | null; how: How; ms: number },
): Promise<Settled> {
  await run.ledger.append({
    t: 'D',
    at: run.now(),
    op: effect.kind,
    ref: effect.ref,
    name: effect.name,
    ...(done.id === null ? {} : { id: done.id }),
    ...(effect.kind === 'file' ? { path: effect.source_path } : {}),
    how: done.how,
    ms: done.ms,
  })
  return { state: 'done', id: done.id }
}

/** Writes that an effect was refused, with the source line a person must look at, durably, and says so. */
export async function recordRefused(
  run: RunContext,
  effect: Pick<Effect, 'kind' | 'ref' | 'name'> & { source?: { file: string; line: number } },
  refused: { status: number; code: string; why: string },
): Promise<Settled> {
  const why = refused.why.slice(0, longestReason)
  await run.ledger.append({
    t: 'X',
    at: run.now(),
    op: effect.kind,
    ref: effect.ref,
    name: effect.name,
    status: refused.status,
    code: refused.code,
    why,
    ...(effect.source === undefined ? {} : { source: `${effect.source.file}:${effect.source.line}` }),
  })
  return { state: 'refused', code: refused.code, why }
}
