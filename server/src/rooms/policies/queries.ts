import type { Scope } from '../../platform/scope.ts'

/** A check that is switched off, and until when. */
export interface SwitchedOff {
  readonly variantId: string
  /** Null when nobody said. */
  readonly until: Date | null
}

/** What is in force in an environment: the version of its policy, null where none was published, and what is off. */
export interface InForce {
  readonly version: number | null
  readonly off: readonly SwitchedOff[]
  /** How old what this transaction sees was when it was read, in milliseconds; 0 outside a snapshot. */
  readonly ageMs: number
}

/** Reads what is in force as this transaction sees it. */
export async function selectInForce(scope: Scope): Promise<InForce> {
  const { rows } = await scope.query<{
    version: number | null
    off: { variant_id: string; until: string | null }[] | null
    age: number
  }>(
    `select (select max(version) from policy_version where account_id = $1) as version,
       (select json_agg(json_build_object('variant_id', variant_id, 'until', until)) from (
          select distinct on (variant_id) variant_id, is_on, until from check_switch where account_id = $1
          order by variant_id, seq desc) as newest where not is_on) as off,
       (extract(epoch from clock_timestamp() - now()) * 1000)::float8 as age`,
    [scope.accountId],
  )
  const [row] = rows
  if (!row) throw new Error('The database did not say which policy is in force')
  const off = (row.off ?? []).map(({ variant_id, until }) => ({
    variantId: variant_id,
    until: until === null ? null : new Date(until),
  }))
  return { version: row.version, off, ageMs: row.age }
}

/** The document of a published version; undefined when there is none. */
export async function selectDocument(scope: Scope, version: number): Promise<unknown> {
  const { rows } = await scope.query<{ document: unknown }>(
    'select document from policy_version where account_id = $1 and version = $2',
    [scope.accountId, version],
  )
  return rows[0]?.document
}
