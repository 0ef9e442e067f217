import type { StateIndex } from '../ledger/state-index.ts'
import type { ReconcileResult } from '../reconcile/reconcile.ts'
import type { RunResult } from '../run/run-migration.ts'
import { numberText } from '../words.ts'

/** Where a run stands, from its ledger alone. */
export interface RunStatus {
  state: 'running or killed' | 'ended' | 'drained' | 'not started'
  clients: { complete: number; partial: number; failed: number; total: number }
  effects: { done: number; total: number }
  failures: number
  unsettled: number
  starts: number
}

/** Reads where a run stands; `clients` and `effects` are what the plan counts in all. */
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
    `The run is ${status.state}; started ${numberText(status.starts)} ${status.starts === 1 ? 'time' : 'times'}.`,
    `Clients finished: ${numberText(finished)} of ${numberText(clients.total)} (${numberText(clients.partial)} with something refused, ${numberText(clients.failed)} refused).`,
    `Effects done: ${numberText(effects.done)} of ${numberText(effects.total)}; refused: ${numberText(status.failures)}; to settle: ${numberText(status.unsettled)}.`,
    '',
  ].join('\n')
}

/** How a run ended, as a person reads it, with the line to type next. */
export function describeRun(result: RunResult, directory: string): string {
  const { complete, partial, failed } = result.clients
  const clients = `${numberText(complete)} clients complete, ${numberText(partial)} with something refused, ${numberText(failed)} refused.`
  const nothing = result.state === 'complete' && complete + partial + failed === 0
  const pace = nothing
    ? 'No client was sent: drawbridge migrate check names the rows that cannot be, and why.'
    : `Slots in use ${(result.slotsBusy * 100).toFixed(1)} % of the time; ${result.callsPerNeeded.toFixed(3)} calls for each call needed.`
  const next = {
    complete: `Prove it with: drawbridge migrate reconcile ${directory}`,
    interrupted: `Go on with: drawbridge migrate run ${directory}`,
    stopped: `${result.reason ?? 'The run stopped'}\nGo on with: drawbridge migrate run ${directory}`,
    unsettled: `${numberText(result.unsettled)} could not be settled. Try again with: drawbridge migrate run ${directory}`,
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
    `${numberText(lost)} lost, ${numberText(duplicated)} duplicated, ${numberText(different)} different, ${numberText(strays)} strays.`,
    `Compared: ${numberText(checked.profiles)} profiles, ${numberText(checked.files)} files, ${numberText(checked.images)} images, ${numberText(checked.links)} links, ${numberText(checked.tags)} labels.`,
    ...findings,
    result.accepted
      ? `Accepted. Write the report with: drawbridge migrate report ${directory}`
      : 'Not accepted: see work/results/reconcile.json for every finding.',
    '',
  ].join('\n')
}
