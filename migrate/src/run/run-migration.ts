import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Account, bindingOf } from '../ledger/binding.ts'
import { type Crash, noCrash } from '../ledger/crash-point.ts'
import { type Ledger, openLedger } from '../ledger/ledger.ts'
import { ByteBudget } from './byte-budget.ts'
import { allDefences, type Defences, type RunContext, type RunSource } from './context.ts'
import { Pacing, type Sleep } from './pacing.ts'
import type { Progress } from './progress.ts'
import { defaultRamp, type RampStep, workersAfter } from './ramp.ts'
import { Reporter } from './reporter.ts'
import { writeFileResults } from './results.ts'
import { Schedule } from './schedule.ts'
import { Slots } from './slots.ts'
import { ProfileSweep } from './sweep.ts'
import type { Target } from './target.ts'

/** What a run moves, where to, and how. */
export interface RunOptions {
  /** `<project>/work`. */
  workDirectory: string
  source: RunSource
  target: Target
  /** The account the key belongs to, from `GET /whoami`. */
  account: Account
  /** Default 1 → 3 → 5 after 500 and 1,500 clients; five at most. */
  ramp?: readonly RampStep[]
  /** False for a server that does not know idempotency keys (the original service). */
  useKeys?: boolean
  /** Wait before an unknown outcome is looked for, where keys are not used. Default 65 s. */
  settleMs?: number
  /** How long an answer is waited for before the run ends by itself. Default 10 minutes. */
  giveUpMs?: number
  /** Drains when aborted. */
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
  /** Test seams. */
  defences?: Defences
  crash?: Crash
  now?: () => number
  sleep?: Sleep
  segmentBytes?: number
}

/** How a run ended. `interrupted`: drained on request. `stopped`: by itself, for `reason`. `unsettled`: all that could be done is done. */
export interface RunResult {
  state: 'complete' | 'interrupted' | 'stopped' | 'unsettled'
  reason: string | null
  run: string
  /** Clients by state, over all starts of this run. */
  clients: { complete: number; partial: number; failed: number }
  /** Units that could not be settled. */
  unsettled: number
  counts: Record<string, number>
  /** Of this start: share of slot time that was used, and calls sent for each call needed. */
  slotsBusy: number
  callsPerNeeded: number
  /** Bytes of a torn last ledger line cut off at this start. */
  cut: number
}

const bodiesInMemory = 64 * 1024 * 1024
const fiveWorkersSettle = 65_000
const tenMinutes = 600_000

/**
 * Migrates everything the source has, or goes on where an earlier start ended: the same code. The ledger decides
 * what is still to be done; killing this process at any moment loses nothing and doubles nothing.
 * @throws {ForeignLedger | LedgerDamaged | ProjectLocked} before anything is sent.
 */
export async function runMigration(options: RunOptions): Promise<RunResult> {
  const defences = withKeys(options.defences ?? allDefences, options.useKeys ?? true)
  if (!defences.ledger) forget(options.workDirectory)
  const binding = bindingOf(options.source.sourceHash, options.source.mappingHash, options.account)
  const now = options.now ?? Date.now
  const crash = options.crash ?? noCrash
  const { workDirectory, segmentBytes } = options
  const ledger = openLedger({
    workDirectory,
    binding,
    now,
    crash,
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
  })
  const sweep = new ProfileSweep(join(workDirectory, 'before.sqlite'))
  try {
    return await runOpened(options, { ledger, sweep, defences, now, crash })
  } finally {
    sweep.close()
    await ledger.close()
  }
}

interface Opened {
  ledger: Ledger
  sweep: ProfileSweep
  defences: Defences
  now: () => number
  crash: Crash
}

async function runOpened(options: RunOptions, opened: Opened): Promise<RunResult> {
  const { ledger, sweep, crash } = opened
  const ramp = options.ramp ?? defaultRamp
  const ending = new Ending(options.signal)
  const run = contextOf(options, opened, ending, ramp)
  ending.onStop = () => run.pacing.drain()
  if (opened.defences.ledger && ledger.index.events().length === 0) await sweep.fill(run)
  const known = sweep.size
  run.before = (ref) => (known === 0 ? null : sweep.withRef(ref))
  const facts = { keys: opened.defences.key ? 'yes' : 'no' }
  await ledger.append({ t: 'R', at: run.now(), event: 'start', workers: run.slots.limit, facts })
  const reporter = new Reporter(run, options.source.totals, ramp, options.onProgress)
  const schedule = new Schedule(run, options.source, ramp)
  run.upto = () => schedule.upto
  try {
    await schedule.work()
  } finally {
    await reporter.stop(ending.event)
  }
  ledger.index.commit()
  crash('before-results')
  writeFileResults(options.workDirectory, ledger.index)
  return resultOf(run, ending, schedule.unsettled, reporter, ledger.cut)
}

function contextOf(
  options: RunOptions,
  { ledger, defences, now, crash }: Opened,
  ending: Ending,
  ramp: readonly RampStep[],
): RunContext {
  const sleep = options.sleep ?? ((ms) => ending.sleep(ms))
  return {
    ledger,
    target: options.target,
    slots: new Slots(workersAfter(clientsDone(ledger), ramp), now),
    pacing: new Pacing(now, sleep, Math.random),
    budget: new ByteBudget(bodiesInMemory),
    defences,
    settleMs: options.settleMs ?? fiveWorkersSettle,
    giveUpMs: options.giveUpMs ?? tenMinutes,
    now,
    sleep,
    crash,
    counts: { calls: 0, needed: 0, waits: 0 },
    before: () => null,
    upto: () => 0,
    stopping: () => ending.stopping,
    abort: (reason) => ending.abort(reason),
    probing: null,
    underWay: new Map(),
  }
}

/** Clients finished over all starts of this run. */
export function clientsDone(ledger: Ledger): number {
  const counts = ledger.index.counts()
  return ['complete', 'partial', 'failed'].reduce((sum, state) => sum + (counts[`clients:${state}`] ?? 0), 0)
}

/** Why and whether the run is ending; wakes those who sleep. */
class Ending {
  stopping = false
  reason: string | null = null
  onStop: () => void = () => undefined
  readonly #sleepers = new Set<() => void>()

  constructor(signal: AbortSignal | undefined) {
    if (signal?.aborted) this.stopping = true
    signal?.addEventListener('abort', () => this.#stop(), { once: true })
  }

  get event(): 'drain' | 'end' {
    return this.stopping ? 'drain' : 'end'
  }

  abort(reason: string): void {
    this.reason ??= reason
    this.#stop()
  }

  #stop(): void {
    this.stopping = true
    this.onStop()
    for (const wake of [...this.#sleepers]) wake()
  }

  sleep(ms: number): Promise<void> {
    if (this.stopping) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#sleepers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      this.#sleepers.add(wake)
    })
  }
}

function resultOf(
  run: RunContext,
  ending: Ending,
  unsettled: number,
  reporter: Reporter,
  cut: number,
): RunResult {
  const counts = run.ledger.index.counts()
  const { use } = reporter
  const ended = unsettled > 0 ? 'unsettled' : 'complete'
  return {
    state: ending.reason !== null ? 'stopped' : ending.stopping ? 'interrupted' : ended,
    reason: ending.reason,
    run: run.ledger.binding.run,
    clients: {
      complete: counts['clients:complete'] ?? 0,
      partial: counts['clients:partial'] ?? 0,
      failed: counts['clients:failed'] ?? 0,
    },
    unsettled,
    counts,
    slotsBusy: use.slotMs === 0 ? 1 : use.busyMs / use.slotMs,
    callsPerNeeded: run.counts.needed === 0 ? 1 : run.counts.calls / run.counts.needed,
    cut,
  }
}

function withKeys(defences: Defences, useKeys: boolean): Defences {
  return { ...defences, key: defences.key && useKeys }
}

/** With the ledger off as a defence, every start begins from nothing. */
function forget(workDirectory: string): void {
  for (const name of ['ledger', 'ledger.sqlite', 'ledger.sqlite-wal', 'ledger.sqlite-shm']) {
    rmSync(join(workDirectory, name), { recursive: true, force: true })
  }
}
