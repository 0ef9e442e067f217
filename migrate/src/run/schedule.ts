import type { ClientUnit } from '../plan/client-unit.ts'
import type { RunContext, RunSource } from './context.ts'
import { performUnit } from './perform-unit.ts'
import { type RampStep, workersAfter } from './ramp.ts'
import { abortWhenAway } from './stop-run.ts'
import { Watermark } from './watermark.ts'

interface Waiting {
  unit: ClientUnit
  from: number
  times: number
}

/** Units set aside at once; beyond that no new one is begun until some are settled. */
const mostWaiting = 1_000
/** Times a unit is taken up again before it is left for the next start. */
const mostTimes = 12
const shortestWaitMs = 20
/** Units worked on for each slot. */
const unitsPerSlot = 3

/**
 * Hands units to workers: those set aside as soon as they are due, then the next of the source. More
 * units than slots are worked on, so that while one waits for the disk another uses the slot.
 */
export class Schedule {
  readonly #run: RunContext
  readonly #ramp: readonly RampStep[]
  readonly #units: AsyncIterator<ClientUnit>
  readonly #working = new Set<Promise<void>>()
  readonly #watermark: Watermark
  #waiting: Waiting[] = []
  #exhausted = false
  #clients: number
  #failure: { error: unknown } | null = null
  /** Units left for the next start, since their outcome could not be settled. */
  unsettled = 0

  constructor(run: RunContext, source: RunSource, ramp: readonly RampStep[]) {
    this.#run = run
    this.#ramp = ramp
    this.#watermark = new Watermark(run.ledger.index.finishedUpto())
    this.#units = source.units(this.#watermark.upto)[Symbol.asyncIterator]()
    const counts = run.ledger.index.counts()
    this.#clients = ['complete', 'partial', 'failed'].reduce(
      (sum, state) => sum + (counts[`clients:${state}`] ?? 0),
      0,
    )
  }

  /** The position up to which every unit is finished. */
  get upto(): number {
    return this.#watermark.upto
  }

  /** Works until nothing is left, or until the run is told to stop and what is under way has ended. */
  async work(): Promise<void> {
    while (!this.#run.stopping() && this.#failure === null) {
      await this.#fill()
      if (this.#working.size === 0) {
        if (this.#exhausted && this.#waiting.length === 0) break
        if (this.#waiting.length > 0) await this.#run.sleep(this.#untilDue())
      } else if (this.#waiting.length > 0) {
        await Promise.race([...this.#working, this.#run.sleep(this.#untilDue())])
      } else {
        await Promise.race(this.#working)
      }
      abortWhenAway(this.#run)
    }
    await Promise.all(this.#working)
    await this.#units.return?.()
    if (this.#failure !== null) throw this.#failure.error
  }

  async #fill(): Promise<void> {
    while (this.#working.size < this.#run.slots.limit * unitsPerSlot && !this.#run.stopping()) {
      const next = this.#due() ?? (await this.#fromSource())
      if (next === null) return
      const work: Promise<void> = this.#perform(next).finally(() => this.#working.delete(work))
      this.#working.add(work)
    }
  }

  #due(): Waiting | null {
    const at = this.#waiting.findIndex((waiting) => waiting.from <= this.#run.now())
    return at === -1 ? null : (this.#waiting.splice(at, 1)[0] ?? null)
  }

  async #fromSource(): Promise<Waiting | null> {
    while (!this.#exhausted && this.#waiting.length < mostWaiting) {
      const next = await this.#units.next()
      if (next.done === true) this.#exhausted = true
      else if (!this.#run.ledger.index.unitFinished(next.value.position)) {
        this.#watermark.begin(next.value.position)
        return { unit: next.value, from: 0, times: 0 }
      }
    }
    return null
  }

  async #perform(waiting: Waiting): Promise<void> {
    try {
      const outcome = await performUnit(this.#run, waiting.unit)
      if (outcome.state === 'later') return this.#setAside(waiting, outcome.from)
      this.#watermark.finish(waiting.unit.position)
      if (waiting.unit.client) this.#finished()
    } catch (error) {
      this.#failure ??= { error }
    }
  }

  #setAside(waiting: Waiting, from: number): void {
    if (this.#run.stopping()) return
    if (waiting.times >= mostTimes) this.unsettled += 1
    else this.#waiting.push({ unit: waiting.unit, from, times: waiting.times + 1 })
  }

  #finished(): void {
    this.#clients += 1
    const workers = workersAfter(this.#clients, this.#ramp)
    if (workers === this.#run.slots.limit) return
    this.#run.slots.setLimit(workers)
    const line = { t: 'R', at: this.#run.now(), event: 'ramp', workers } as const
    this.#run.ledger.append(line).catch((error: unknown) => {
      this.#failure ??= { error }
    })
  }

  #untilDue(): number {
    const first = Math.min(...this.#waiting.map((waiting) => waiting.from))
    return Math.max(shortestWaitMs, first - this.#run.now())
  }
}
