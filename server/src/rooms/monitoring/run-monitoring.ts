import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine } from '../../platform/scope.ts'
import { lookDue } from './look.ts'
import { stepRescreens } from './step-rescreens.ts'

const idleMs = 2_000

/** Looks at everybody who is watched, and goes on with rescreens, until the signal. Many nodes may do so at once. */
export async function runMonitoring(options: {
  readonly engine: Engine
  readonly signal: AbortSignal
}): Promise<void> {
  const { engine, signal } = options
  while (!signal.aborted) {
    let done = 0
    try {
      done = (await lookDue(engine, signal)) + (await stepRescreens(engine, signal))
    } catch (error) {
      engine.log.error('monitoring.step-failed', { error })
    }
    if (done === 0) await sleep(idleMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}
