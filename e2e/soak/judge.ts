import type { Finding } from '../check-migration.ts'

/** Which defences against doing things twice are on (reliability-security E.3, "Order of defence"). */
export const defenceModes = ['all', 'key', 'ledger', 'unique', 'none'] as const

export type DefenceMode = (typeof defenceModes)[number]

/** What the independent checker and the parts under fire say after a soak. */
export interface SoakCounts {
  readonly kills: number
  readonly lost: number
  /** Profiles, files or list entries that are there more than once. */
  readonly duplicated: number
  /** Of these, profiles of clients: those whose reference the platform keeps unique. */
  readonly duplicatedClients: number
  readonly different: number
  readonly strays: number
  /** Requests sent again after an unknown outcome; null where the ledger is off, which is what counts them. */
  readonly resent: number | null
  readonly auditVerified: boolean
}

/** How many requests a kill may cause to be sent again: one for each worker. */
const resentPerKillMax = 5

/**
 * What is wrong with a soak, in words; nothing when it shows what it must. With every defence off duplicates must
 * appear, or the harness proves nothing.
 */
export function faultsOf(mode: DefenceMode, asked: number, counts: SoakCounts): string[] {
  const faults: string[] = []
  const none = (count: number, what: string): void => {
    if (count > 0) faults.push(`${count} ${what}`)
  }
  if (counts.kills < asked) faults.push(`only ${counts.kills} of ${asked} kills took place`)
  if (!counts.auditVerified) faults.push('the ledger of the platform does not verify')
  if (mode === 'none') {
    if (counts.duplicatedClients === 0) faults.push('nothing was duplicated with every defence off')
    return faults
  }
  none(counts.lost, 'lost')
  none(counts.duplicated, 'duplicated')
  none(counts.different, 'different')
  none(counts.strays, 'strays')
  const resentMax = resentPerKillMax * counts.kills
  if (mode === 'all' && counts.resent !== null && counts.resent > resentMax)
    faults.push(`${counts.resent} requests sent again, more than ${resentMax}`)
  return faults
}

/** How many findings are second profiles of clients; associates are persons, and owners numbered after the clients. */
export function clientProfilesIn(findings: readonly Finding[], companyClients: number): number {
  const isClient = (ref: string): boolean =>
    ref.startsWith('C') || (ref.startsWith('B') && Number(ref.slice(1)) <= companyClients)
  return findings.filter(({ kind, ref }) => kind === 'profile' && isClient(ref)).length
}
