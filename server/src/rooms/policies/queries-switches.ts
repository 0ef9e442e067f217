import type { Scope } from '../../platform/scope.ts'
import type { StoredActor } from './queries-versions.ts'

/** One time that a check was switched off or on. */
export interface SwitchRow extends StoredActor {
  readonly variantId: string
  readonly isOn: boolean
  readonly reason: string
  readonly until: Date | null
  readonly switchedAt: Date
}

const columns = `variant_id as "variantId", is_on as "isOn", reason, until, switched_at as "switchedAt",
  actor_kind as "actorKind", actor_id as "actorId"`

/** The newest switching of every check that was ever switched. */
export async function selectNewestSwitches(scope: Scope): Promise<SwitchRow[]> {
  const { rows } = await scope.query<SwitchRow>(
    `select distinct on (variant_id) ${columns} from check_switch where account_id = $1 order by variant_id, seq desc`,
    [scope.accountId],
  )
  return rows
}

/** Every time that a check was switched, newest first. */
export async function selectSwitches(scope: Scope, variantId: string): Promise<SwitchRow[]> {
  const { rows } = await scope.query<SwitchRow>(
    `select ${columns} from check_switch where account_id = $1 and variant_id = $2 order by seq desc`,
    [scope.accountId, variantId],
  )
  return rows
}

export async function insertSwitch(
  scope: Scope,
  row: Omit<SwitchRow, keyof StoredActor | 'switchedAt'>,
): Promise<void> {
  await scope.query(
    `insert into check_switch (account_id, variant_id, is_on, reason, until, switched_at, actor_kind, actor_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      scope.accountId,
      row.variantId,
      row.isOn,
      row.reason,
      row.until,
      scope.now,
      scope.actor.kind,
      scope.actor.id,
    ],
  )
}
