import { numberText } from '../words.ts'
import { type RampStep, workersAfter } from './ramp.ts'

/** A moment of a run, for the line a person watches. */
export interface Progress {
  stage: string
  /** Clients finished and to do. */
  clients: { done: number; total: number }
  effects: { done: number; total: number }
  /** Effects a second, lately. */
  rate: number
  workers: number
  failures: number
  unsettled: number
  /** Seconds left; null while nothing can be said. */
  etaSeconds: number | null
}

/** What an estimate of the time left is made of. */
export interface Remaining {
  effects: number
  clientsDone: number
  clientsTotal: number
  /** Effects a second with the present number of workers. */
  rate: number
  workers: number
  /** Effects a second already measured with other numbers of workers. */
  measured: ReadonlyMap<number, number>
  ramp: readonly RampStep[]
  /** What more workers are worth before it is measured: 1 doubles the rate with their number, 0 not at all. */
  scaling: number
}

/** A target elsewhere has room for more workers; one on this machine shares its processors with them already. */
export const scalingOf = (targetIsHere: boolean): number => (targetIsHere ? 0.25 : 0.9)

/**
 * Seconds until everything is done: the effects left, spread evenly over the clients left, each stage of the ramp
 * at its own rate (measured where it was reached before, otherwise scaled from the present one).
 */
export function estimateSeconds(left: Remaining): number | null {
  const clients = left.clientsTotal - left.clientsDone
  if (left.effects <= 0) return 0
  if (left.rate <= 0) return null
  if (clients <= 0) return left.effects / left.rate
  const perClient = left.effects / clients
  const edges = left.ramp
    .map((step) => step.after)
    .filter((after) => after > left.clientsDone && after < left.clientsTotal)
  const stops = [...new Set(edges)].sort((a, b) => a - b)
  let seconds = 0
  let from = left.clientsDone
  for (const to of [...stops, left.clientsTotal]) {
    seconds += ((to - from) * perClient) / rateWith(workersAfter(from, left.ramp), left)
    from = to
  }
  return seconds
}

function rateWith(workers: number, left: Remaining): number {
  if (workers === left.workers) return left.rate
  return left.measured.get(workers) ?? left.rate * (workers / left.workers) ** left.scaling
}

/** Measures the rate over the last half minute, anew after each change of pace. */
export class RateMeter {
  readonly #samples: { at: number; effects: number }[] = []
  readonly measured = new Map<number, number>()
  #workers = 0

  /** Effects a second, lately; 0 until a second has passed. */
  rate(at: number, effects: number, workers: number): number {
    if (workers !== this.#workers) {
      this.#samples.length = 0
      this.#workers = workers
    }
    this.#samples.push({ at, effects })
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > windowMs) this.#samples.shift()
    const first = this.#samples[0]
    if (first === undefined || at - first.at < 1_000) return this.measured.get(workers) ?? 0
    const rate = ((effects - first.effects) * 1_000) / (at - first.at)
    this.measured.set(workers, rate)
    return rate
  }
}

const windowMs = 30_000

/** One line for a terminal: `run  1,204 of 3,000 clients · 41.2/s · 3 workers · 2 failed · 4 min left`. */
export function progressLine(progress: Progress): string {
  const { clients, rate, workers, failures, unsettled } = progress
  return [
    `${progress.stage}  ${numberText(clients.done)} of ${numberText(clients.total)} clients`,
    `${rate.toFixed(1)} effects/s`,
    `${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    `${numberText(failures)} failed`,
    ...(unsettled === 0 ? [] : [`${unsettled} to settle`]),
    progress.etaSeconds === null ? 'time left not known yet' : `${durationText(progress.etaSeconds)} left`,
  ].join(' · ')
}

/** `45 s`, `4 min`, `2 h 10 min`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
