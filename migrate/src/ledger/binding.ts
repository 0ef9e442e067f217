import { sha256Of } from '../sha256.ts'

/** The account of the target, as `GET /whoami` says it. */
export interface Account {
  institution_id: string
  institution: string
  environment: string
  url: string
}

/** What a ledger belongs to: one source, one mapping, one account. Every segment's header carries it. */
export interface Binding {
  run: string
  source_sha256: string
  mapping_sha256: string
  account: Account
}

/**
 * Names the run after what it moves and where: derived, not random, so that even a lost ledger gives the same
 * idempotency keys (reliability-security E.3).
 */
export function bindingOf(source_sha256: string, mapping_sha256: string, account: Account): Binding {
  const named = [source_sha256, mapping_sha256, account.institution_id, account.environment].join('\n')
  const run = sha256Of(named).slice(0, 32)
  return { run, source_sha256, mapping_sha256, account }
}

/** The ledger on disk belongs to another source, mapping or account. */
export class ForeignLedger extends Error {
  override readonly name = 'ForeignLedger'
}

/**
 * Refuses to go on with a ledger that belongs to something else.
 * @throws {ForeignLedger} naming what differs and what to do.
 */
export function requireSameBinding(found: Binding, wanted: Binding, directory: string): void {
  const differs = differences(found, wanted)
  if (differs.length === 0) return
  throw new ForeignLedger(
    `The ledger in ${directory} belongs to another run: ${differs.join('; ')}. ` +
      'Nothing was sent. Restore what changed to finish that run, or keep its ledger apart by renaming ' +
      `${directory} (for example to ${directory}-${found.run.slice(0, 8)}) and start again: ` +
      'clients that exist in the target are then recognised by their reference.',
  )
}

function differences(found: Binding, wanted: Binding): string[] {
  const all: [string, string, string][] = [
    ['source files', short(found.source_sha256), short(wanted.source_sha256)],
    ['mapping', short(found.mapping_sha256), short(wanted.mapping_sha256)],
    ['institution', found.account.institution_id, wanted.account.institution_id],
    ['environment', found.account.environment, wanted.account.environment],
  ]
  return all.filter(([, had, has]) => had !== has).map(([what, had, has]) => `${what} was ${had}, is ${has}`)
}

function short(hash: string): string {
  return hash.slice(0, 12)
}
