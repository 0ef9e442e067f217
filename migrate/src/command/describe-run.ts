import type { StateIndex } from '../ledger/state-index.ts'
import type { ReconcileResult } from '../reconcile/reconcile.ts'
import type { RunResult } from '../run/run-migration.ts'

const grouped = new Intl.NumberFormat('en-GB')

/** Where a run stands, from its ledger alone. */
export interface RunStatus {
  state: 'running or killed' | 'ended' | 'drained' | 'not started'
  clients: { complete: number; partial: number; failed: number; total: number }
  effects: { done: number; total: number }
  failures: number
  unsettled: number
  starts: number
}

export function statusOf(index: StateIndex, clients: number, effects: number): RunStatus {
  const counts = index.counts()
  const sum = (prefix: string): number =>
    Object.entries(counts).reduce(
      (total, [name, value]) => (name.startsWith(prefix) ? total + value : total),
      0,
    )
  const events = index.events().filter((line) => line.event !== 'facts' && line.event !== 'ramp')
  const last = events.at(-1)?.event
  const states = { start: 'running or killed', end: 'ended', drain: 'drained' } as const
  return {
    state: last === 'start' || last === 'end' || last === 'drain' ? states[last] : 'not started',
    clients: {
      complete: counts['clients:complete'] ?? 0,
      partial: counts['clients:partial'] ?? 0,
      failed: counts['clients:failed'] ?? 0,
      total: clients,
    },
    effects: { done: sum('done:'), total: effects },
    failures: sum('refused:'),
    unsettled: index.countInState('open', 'unknown'),
    starts: events.filter((line) => line.event === 'start').length,
  }
}

/** A status as a person reads it in a terminal. */
export function describeStatus(status: RunStatus): string {
  const { clients, effects } = status
  const finished = clients.complete + clients.partial + clients.failed
  return [
    `The run is ${status.state}; started ${grouped.format(status.starts)} ${status.starts === 1 ? 'time' : 'times'}.`,
    `Clients finished: ${grouped.format(finished)} of ${grouped.format(clients.total)} (${grouped.format(clients.partial)} with something refused, ${grouped.format(clients.failed)} refused).`,
    `Effects done: ${grouped.format(effects.done)} of ${grouped.format(effects.total)}; refused: ${grouped.format(status.failures)}; to settle: ${grouped.format(status.unsettled)}.`,
    '',
  ].join('\n')
}

/** How a run ended, as a person reads it, with the line to type next. */
export function describeRun(result: RunResult, directory: string): string {
  const { complete, partial, failed } = result.clients
  const clients = `${grouped.format(complete)} clients complete, ${grouped.format(partial)} with something refused, ${grouped.format(failed)} refused.`
  const pace = `Slots in use ${(result.slotsBusy * 100).toFixed(1)} % of the time; ${result.callsPerNeeded.toFixed(3)} calls for each call needed.`
  const next = {
    complete: `Prove it with: drawbridge migrate reconcile ${directory}`,
    interrupted: `Go on with: drawbridge migrate run ${directory}`,
    stopped: `${result.reason ?? 'The run stopped'}\nGo on with: drawbridge migrate run ${directory}`,
    unsettled: `${grouped.format(result.unsettled)} could not be settled. Try again with: drawbridge migrate run ${directory}`,
  }[result.state]
  const torn =
    result.cut === 0
      ? ''
      : `A torn last line of ${result.cut} bytes was cut off the ledger; nothing before it was lost.\n`
  return `${torn}${clients}\n${pace}\n${next}\n`
}

/** A reconciliation as a person reads it. */
export function describeReconciliation(result: ReconcileResult, directory: string): string {
  const { lost, duplicated, different, strays, checked } = result
  const findings = (['lost', 'duplicated', 'different'] as const).flatMap((kind) =>
    result.findings[kind]
      .slice(0, 20)
      .map((one) => `  ${kind}: ${one.ref} ${one.what} ${one.field} ${one.source}`.trimEnd()),
  )
  return [
    `${grouped.format(lost)} lost, ${grouped.format(duplicated)} duplicated, ${grouped.format(different)} different, ${grouped.format(strays)} strays.`,
    `Compared: ${grouped.format(checked.profiles)} profiles, ${grouped.format(checked.files)} files, ${grouped.format(checked.images)} images, ${grouped.format(checked.links)} links, ${grouped.format(checked.tags)} labels.`,
    ...findings,
    result.accepted
      ? `Accepted. Write the report with: drawbridge migrate report ${directory}`
      : 'Not accepted: see work/results/reconcile.json for every finding.',
    '',
  ].join('\n')
}
