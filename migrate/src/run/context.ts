import type { Crash } from '../ledger/crash-point.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { ClientUnit } from '../plan/client-unit.ts'
import type { KnownProfile } from '../plan/decide-action.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { Pacing, Sleep } from './pacing.ts'
import type { Slots } from './slots.ts'
import type { Target } from './target.ts'

/** What a run moves. */
export interface RunSource {
  sourceHash: string
  mappingHash: string
  /** Units after this position, in source order. */
  units(after: number): AsyncIterable<ClientUnit>
  totals: { clients: number; units: number; effects: number }
}

/**
 * Test seam, used only by the soak, which must show that each defence holds alone (reliability-security E.3,
 * "Order of defence"). Everywhere else all are on.
 * `key`: send idempotency keys. `ledger`: remember across starts, and look before sending again.
 * `uniqueReference`: take a refusal for a taken reference as a sign that the profile is ours.
 */
export interface Defences {
  key: boolean
  ledger: boolean
  uniqueReference: boolean
}

export const allDefences: Defences = { key: true, ledger: true, uniqueReference: true }

/** Counts that only the run itself knows; written to the ledger from time to time. */
export interface CallCounts {
  /** Calls sent. */
  calls: number
  /** Calls without which the result could not have come about. */
  needed: number
  /** Times that the target asked to wait, or could not be reached. */
  waits: number
}

/** Everything the steps of a run share. */
export interface RunContext {
  ledger: Ledger
  target: Target
  slots: Slots
  pacing: Pacing
  budget: ByteBudget
  defences: Defences
  /** How long an unknown outcome is left alone before it is looked for, where the target takes no keys. */
  settleMs: number
  /** How long an effect whose outcome stays unknown is tried again with its key before it is left for the next start. */
  giveUpMs: number
  now: () => number
  sleep: Sleep
  crash: Crash
  counts: CallCounts
  /** Profiles of the target with this reference from before the run; null where the target was empty. */
  before: (ref: string) => readonly KnownProfile[] | null
  /** The position up to which every unit is finished. */
  upto: () => number
  /** True once no new call may begin. */
  stopping: () => boolean
  /** Ends the run for a reason that concerns every client, such as a refused key. */
  abort: (reason: string) => void
  /** The question whether the target answers again, while one is being asked. */
  probing: Promise<void> | null
  /** Effects being carried out, by owner and name: whoever comes second waits for the first. */
  underWay: Map<string, Promise<Settled>>
}

/** How an effect stands after it was carried out. */
export type Settled =
  | { state: 'done'; id: string | null }
  | { state: 'refused'; code: string; why: string }
  /** Not settled; may be taken up again from this time on (milliseconds since 1970). */
  | { state: 'later'; from: number }
