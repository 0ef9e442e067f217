import { join } from 'node:path'
import type { Ledger } from '../ledger/ledger.ts'
import type { ClientUnit } from '../plan/client-unit.ts'
import type { RunSource } from '../run/context.ts'
import { mostWorkers } from '../run/ramp.ts'
import { askingOutside, Unanswered } from '../run/read.ts'
import { writeWhole } from '../run/results.ts'
import { ProfileSweep } from '../run/sweep.ts'
import type { Target } from '../run/target.ts'
import { type Checked, type Comparing, checkUnit, type Finding } from './check-unit.ts'
import { ReconcileStore } from './store.ts'

export interface ReconcileOptions {
  workDirectory: string
  source: RunSource
  target: Target
  ledger: Ledger
  /** Labels of every migrated profile; a profile with one of them that the source does not know is a stray. */
  tags: readonly string[]
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/** The proof: everything of the source against everything in the target. */
export interface ReconcileResult {
  run: string
  source_sha256: string
  mapping_sha256: string
  /** True when nothing is lost, duplicated, different or stray. */
  accepted: boolean
  checked: Checked & {
    clients: number
    parties: number
    /** Profiles that the target has in all. */
    target_profiles: number
  }
  /** Effects the target refused, listed by the run. */
  refused: number
  lost: number
  duplicated: number
  different: number
  strays: number
  /** The first thousand of each, with the source line. */
  findings: {
    lost: Omit<Finding, 'kind'>[]
    duplicated: Omit<Finding, 'kind'>[]
    different: Omit<Finding, 'kind'>[]
    strays: { profile_id: string; ref: string }[]
  }
}

const mostListed = 1_000

/**
 * Compares every client of the source with the target and the target's profiles with the source. Can be stopped
 * and started again: what was compared is kept as long as the ledger does not grow. Writes
 * `results/reconcile.json`. Null when it was interrupted.
 * @throws {Unanswered} when the target does not answer.
 */
export async function reconcile(options: ReconcileOptions): Promise<ReconcileResult | null> {
  const { workDirectory, ledger, target } = options
  const run = { ...askingOutside(options.target, options.signal), index: options.ledger.index }
  const belongsTo = `${ledger.binding.run} ${ledger.index.counts().lines ?? 0}`
  const store = new ReconcileStore(join(workDirectory, 'reconcile.sqlite'), belongsTo)
  const sweep = new ProfileSweep(join(workDirectory, 'sweep.sqlite'))
  try {
    await checkAll(run, store, options)
    if (run.stopping()) return null
    await sweep.fill({ ...run, target })
    acrossProfiles(store, sweep, options.tags)
    const result = resultOf(ledger, store, sweep.size)
    writeWhole(join(workDirectory, 'results', 'reconcile.json'), [`${JSON.stringify(result, null, 2)}\n`])
    return result
  } finally {
    store.close()
    sweep.close()
  }
}

async function checkAll(run: Comparing, store: ReconcileStore, options: ReconcileOptions): Promise<void> {
  const units = options.source.units(0)[Symbol.asyncIterator]()
  let done = 0
  const next = async (): Promise<ClientUnit | null> => {
    for (;;) {
      const unit = await units.next()
      if (unit.done === true || run.stopping()) return null
      done += 1
      options.onProgress?.(done, options.source.totals.units)
      if (!store.has(unit.value.position)) return unit.value
    }
  }
  let turn: Promise<unknown> = Promise.resolve()
  const taken = (): Promise<ClientUnit | null> => {
    const mine = turn.then(next)
    turn = mine.catch(() => undefined)
    return mine
  }
  const work = async (): Promise<void> => {
    for (let unit = await taken(); unit !== null; unit = await taken()) {
      store.add(unit, await checkUnit(run, unit))
    }
  }
  try {
    await Promise.all(Array.from({ length: mostWorkers }, work))
  } catch (error) {
    if (!(error instanceof Unanswered && run.stopping())) throw error
  }
}

/** What only shows over all profiles: a reference twice, and a migrated profile that the source does not know. */
function acrossProfiles(store: ReconcileStore, sweep: ProfileSweep, tags: readonly string[]): void {
  store.forgetStrays()
  for (const { ref, ids } of sweep.duplicates()) {
    if (!store.knows(ref)) continue
    store.addFinding({ kind: 'duplicated', ref, what: 'profile', field: ids.join(' '), source: '' })
  }
  for (const profile of sweep.all()) {
    const migrated = tags.some((tag) => profile.tags.includes(tag))
    const known = profile.ref !== null && store.knows(profile.ref)
    if (migrated && !known) store.addStray(profile.id, profile.ref)
  }
}

function resultOf(ledger: Ledger, store: ReconcileStore, targetProfiles: number): ReconcileResult {
  const { refused, ...checked } = store.sums()
  const [lost, duplicated, different, strays] = ['lost', 'duplicated', 'different', 'stray'].map((kind) =>
    store.count(kind),
  )
  const sums = {
    lost: lost ?? 0,
    duplicated: duplicated ?? 0,
    different: different ?? 0,
    strays: strays ?? 0,
  }
  const { run, source_sha256, mapping_sha256 } = ledger.binding
  return {
    run,
    source_sha256,
    mapping_sha256,
    accepted: Object.values(sums).every((sum) => sum === 0),
    checked: { ...checked, target_profiles: targetProfiles },
    refused,
    ...sums,
    findings: {
      lost: store.findings('lost', mostListed),
      duplicated: store.findings('duplicated', mostListed),
      different: store.findings('different', mostListed),
      strays: store.findings('stray', mostListed).map(({ ref, field }) => ({ profile_id: field, ref })),
    },
  }
}
