import type { CallCounts, RunContext } from './context.ts'
import { estimateSeconds, type Progress, RateMeter, scalingOf } from './progress.ts'
import type { RampStep } from './ramp.ts'
import type { SlotUse } from './slots.ts'

const progressEveryMs = 500
const factsEveryMs = 10_000

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

function isHere(url: string): boolean {
  return URL.canParse(url) && loopback.has(new URL(url).hostname)
}

/** Watches a run: tells the caller how far it is, and writes what only the run knows to the ledger. */
export class Reporter {
  readonly #run: RunContext
  readonly #totals: { clients: number; effects: number }
  readonly #ramp: readonly RampStep[]
  readonly #scaling: number
  readonly #onProgress: (progress: Progress) => void
  readonly #meter = new RateMeter()
  readonly #timer: NodeJS.Timeout
  readonly #throughout: SlotUse = { busyMs: 0, inFlightMs: 0, slotMs: 0 }
  #written: CallCounts = { calls: 0, needed: 0, waits: 0 }
  #lastFacts: number
  #writing: Promise<void> = Promise.resolve()

  constructor(
    run: RunContext,
    totals: { clients: number; effects: number },
    ramp: readonly RampStep[],
    onProgress: (progress: Progress) => void = () => undefined,
  ) {
    this.#run = run
    this.#totals = totals
    this.#ramp = ramp
    this.#scaling = scalingOf(isHere(run.ledger.binding.account.url))
    this.#onProgress = onProgress
    this.#lastFacts = run.now()
    this.#timer = setInterval(() => this.#tick(), progressEveryMs)
    this.#tick()
  }

  /** How the slots were used since the start. */
  get use(): SlotUse {
    return this.#throughout
  }

  #tick(): void {
    this.#onProgress(this.#progress())
    if (this.#run.now() - this.#lastFacts >= factsEveryMs) this.#write('facts')
  }

  #progress(): Progress {
    const { index } = this.#run.ledger
    const counts = index.counts()
    const sum = (prefix: string): number =>
      Object.entries(counts).reduce(
        (total, [name, value]) => (name.startsWith(prefix) ? total + value : total),
        0,
      )
    const effects = sum('done:') + sum('refused:')
    const clients = sum('clients:')
    const workers = this.#run.slots.limit
    const rate = this.#meter.rate(this.#run.now(), effects, workers)
    const etaSeconds = estimateSeconds({
      effects: this.#totals.effects - effects,
      clientsDone: clients,
      clientsTotal: this.#totals.clients,
      rate,
      workers,
      measured: this.#meter.measured,
      ramp: this.#ramp,
      scaling: this.#scaling,
    })
    return {
      stage: 'run',
      clients: { done: clients, total: this.#totals.clients },
      effects: { done: effects, total: this.#totals.effects },
      rate,
      workers,
      failures: sum('refused:'),
      unsettled: index.countInState('unknown'),
      etaSeconds,
    }
  }

  #write(event: 'facts' | 'drain' | 'end'): void {
    this.#lastFacts = this.#run.now()
    const use = this.#run.slots.takeUse()
    this.#throughout.busyMs += use.busyMs
    this.#throughout.inFlightMs += use.inFlightMs
    this.#throughout.slotMs += use.slotMs
    const { calls, needed, waits } = this.#run.counts
    const facts = {
      busy_ms: Math.round(use.busyMs),
      in_flight_ms: Math.round(use.inFlightMs),
      slot_ms: Math.round(use.slotMs),
      calls: calls - this.#written.calls,
      needed: needed - this.#written.needed,
      waits: waits - this.#written.waits,
    }
    this.#written = { calls, needed, waits }
    const line = { t: 'R', at: this.#run.now(), event, workers: this.#run.slots.limit, facts } as const
    this.#writing = this.#writing.then(() => this.#run.ledger.append(line))
    // Whoever appends next sees the same failure and reports it; this one only must not go unhandled.
    this.#writing.catch(() => undefined)
  }

  /** Ends the watch; writes the last facts durably. */
  async stop(event: 'drain' | 'end'): Promise<void> {
    clearInterval(this.#timer)
    this.#write(event)
    await this.#writing
    this.#onProgress(this.#progress())
  }
}
