import type { Ledger } from '../ledger/ledger.ts'
import type { RunLine } from '../ledger/line.ts'
import type { SliceRecord } from '../ledger/state-index.ts'
import type { ReconcileResult } from '../reconcile/reconcile.ts'

/** What was to be moved, as the project counts it. */
export interface PlanFacts {
  name: string
  clients: number
  individuals: number
  companies: number
  associates: number
  links: number
  unusable: number
  effects: Record<string, number>
  sources: { file: string; rows: number; sha256: string }[]
}

/** How often a code occurred. */
export interface ReasonCount {
  code: string
  count: number
}

/** An effect that the target refused, and where the source asks for it. */
export interface FailedEffect {
  ref: string
  effect: string
  code: string
  why: string
  source: string
}

/** Everything the report says, in numbers and words; the HTML shows nothing else. Times are milliseconds since 1970. */
export interface ReportData {
  plan: PlanFacts
  run: string
  account: { institution: string; environment: string; url: string }
  source_sha256: string
  mapping_sha256: string
  started: number | null
  ended: number | null
  /** Starts of the run, and those that were killed instead of ending. */
  starts: number
  killed: number
  keys: boolean
  clients: { complete: number; partial: number; failed: number; unfinished: number }
  effects: { kind: string; planned: number; done: number; refused: number }[]
  timeline: SliceRecord[]
  ramp: { at: number; workers: number }[]
  calls: { sent: number; needed: number; waits: number; slots_busy: number | null }
  failures: { total: number; reasons: ReasonCount[]; listed: FailedEffect[] }
  unknown: { total: number; settled: Record<string, number>; open: number; resent: number }
  reconciliation: ReconcileResult | null
  residual_risk: string[]
}

const mostListed = 200

/**
 * Collects the report from the ledger, the plan and the last reconciliation. Nothing of it depends on when it is
 * made: the same ledger gives the same report, byte for byte.
 */
export function reportData(
  plan: PlanFacts,
  ledger: Ledger,
  reconciliation: ReconcileResult | null,
): ReportData {
  const { index, binding } = ledger
  const counts = index.counts()
  const events = index.events()
  const starts = events.filter((line) => line.event === 'start')
  const ends = events.filter((line) => line.event === 'end' || line.event === 'drain')
  const keys = starts.at(-1)?.facts?.keys !== 'no'
  const done = ['complete', 'partial', 'failed'].map((state) => counts[`clients:${state}`] ?? 0)
  const [complete = 0, partial = 0, failed = 0] = done
  const unknown = unknownOf(counts, index.countInState('open', 'unknown'))
  const data: Omit<ReportData, 'residual_risk'> = {
    plan,
    run: binding.run,
    account: {
      institution: binding.account.institution,
      environment: binding.account.environment,
      url: binding.account.url,
    },
    source_sha256: binding.source_sha256,
    mapping_sha256: binding.mapping_sha256,
    started: starts[0]?.at ?? null,
    ended: ends.at(-1)?.at ?? null,
    starts: starts.length,
    killed: Math.max(0, starts.length - ends.length),
    keys,
    clients: {
      complete,
      partial,
      failed,
      unfinished: Math.max(0, plan.clients - complete - partial - failed),
    },
    effects: Object.entries(plan.effects).map(([kind, planned]) => ({
      kind,
      planned,
      done: counts[`done:${kind}`] ?? 0,
      refused: counts[`refused:${kind}`] ?? 0,
    })),
    timeline: index.slices(),
    ramp: events
      .filter((line) => line.event === 'start' || line.event === 'ramp')
      .map(({ at, workers }) => ({ at, workers })),
    calls: callsOf(events),
    failures: failuresOf(ledger),
    unknown,
    reconciliation,
  }
  return { ...data, residual_risk: residualRisk(data) }
}

function unknownOf(counts: Record<string, number>, open: number): ReportData['unknown'] {
  const settled = Object.fromEntries(
    ['replayed', 'found', 'adopted', 'absent', 'sent'].map((how) => [how, counts[`settled:${how}`] ?? 0]),
  )
  return { total: counts.unknown ?? 0, settled, open, resent: counts.resent ?? 0 }
}

function callsOf(events: readonly RunLine[]): ReportData['calls'] {
  const sum = (name: string): number =>
    events.reduce((total, line) => total + Number(line.facts?.[name] ?? 0), 0)
  const slotMs = sum('slot_ms')
  return {
    sent: sum('calls'),
    needed: sum('needed'),
    waits: sum('waits'),
    slots_busy: slotMs === 0 ? null : Math.round((sum('busy_ms') / slotMs) * 1_000) / 1_000,
  }
}

function failuresOf(ledger: Ledger): ReportData['failures'] {
  const byCode = new Map<string, number>()
  const listed: FailedEffect[] = []
  let total = 0
  for (const record of ledger.index.inState('refused')) {
    const { code = '', why = '', source = '' } = record.detail ?? {}
    total += 1
    byCode.set(code, (byCode.get(code) ?? 0) + 1)
    if (listed.length < mostListed) listed.push({ ref: record.ref, effect: record.name, code, why, source })
  }
  const reasons = [...byCode].map(([code, count]) => ({ code, count }))
  reasons.sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
  return { total, reasons, listed }
}

/** What cannot be excluded, said instead of hidden (reliability-security E.2). */
function residualRisk(data: Omit<ReportData, 'residual_risk'>): string[] {
  const risks: string[] = []
  const { reconciliation, unknown, keys, clients } = data
  if (reconciliation === null) {
    risks.push('The target has not been reconciled with the source: nothing here is proved yet.')
  } else if (!reconciliation.accepted) {
    risks.push('The reconciliation found differences: the migration is not accepted until they are resolved.')
  }
  if (unknown.open > 0) {
    risks.push(`${unknown.open} sent requests have no known outcome yet. Start the run again to settle them.`)
  }
  if (clients.unfinished > 0) risks.push(`${clients.unfinished} clients are not finished.`)
  if (!keys && unknown.total > 0) {
    risks.push(
      'The target does not take idempotency keys. After an unknown outcome the record was looked for twice after ' +
        'a wait; a request that the target carried out still later would be a duplicate, which the reconciliation ' +
        'shows. A file whose upload was repeated may exist twice; only one is referred to.',
    )
  }
  if (risks.length === 0) risks.push('None known: every outcome is settled and the target equals the source.')
  return risks
}
