import type { Policy } from '@drawbridge/policy/policy.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { CheckSwitch, ListCheckSwitches, PolicyCheck, SwitchCheck } from '@drawbridge/schema/policies.ts'
import { parseDateTime } from '@drawbridge/schema/scalars.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { actorNames } from '../accounts/index.ts'
import { changedRuling, currentPolicy } from './current-policy.ts'
import { presentCheck, presentSwitch } from './present.ts'
import { insertSwitch, type SwitchRow, selectNewestSwitches, selectSwitches } from './queries-switches.ts'
import { lockPolicies } from './queries-versions.ts'

type Variant = Policy['check_variants'][number]

/** The job that records that a check came back on; that it runs again needs no job. */
export const switchBackJob = 'switch-check-back-on'

/**
 * Switches a check of the policy off, until an instant when one is named, or on again (R19 to R23). What is switched
 * as it already is changes nothing. Returns its id. Raises `check-variant.unknown`, and `request.invalid-field` for an
 * `until` that has passed, or that comes with switching on.
 */
export async function switchCheck(scope: Scope, input: Input<typeof SwitchCheck>): Promise<string> {
  const variant = await findVariant(scope, input.variant_id)
  const { is_on: isOn, reason } = input.body
  const until = readUntil(scope, input.body)
  await lockPolicies(scope)
  const newest = (await selectSwitches(scope, variant.id))[0]
  const isSame = isOn ? presentCheck(variant, newest, scope.now).is_on : isAlready(newest, reason, until)
  if (isSame) return variant.id
  await applySwitch(scope, variant, { isOn, reason, until })
  if (until !== null)
    await scope.enqueue(
      switchBackJob,
      { variant_id: variant.id },
      { runAt: until, key: `${switchBackJob}/${variant.id}` },
    )
  return variant.id
}

/** Records that a check whose time off has ended is on again. A job: nothing happens where it was switched meanwhile. */
export async function switchBack(scope: Scope, variantId: string): Promise<void> {
  await lockPolicies(scope)
  const newest = (await selectSwitches(scope, variantId))[0]
  if (!newest || newest.isOn || newest.until === null || newest.until > scope.now) return
  const variant = (await currentPolicy(scope)).check_variants.find(({ id }) => id === variantId)
  const reason = 'The time for which it was switched off has ended'
  await applySwitch(
    scope,
    { id: variantId, alias: variant?.alias ?? '' },
    { isOn: true, reason, until: null },
  )
}

/** The checks of the policy in force, and whether they run. */
export async function listChecks(scope: Scope): Promise<PolicyCheck[]> {
  const newest = new Map((await selectNewestSwitches(scope)).map((row) => [row.variantId, row]))
  const { check_variants } = await currentPolicy(scope)
  return check_variants.map((variant) => presentCheck(variant, newest.get(variant.id), scope.now))
}

/** A check as a reply shows it. Raises `check-variant.unknown`. */
export async function showCheck(scope: Scope, variantId: string): Promise<PolicyCheck> {
  const found = (await listChecks(scope)).find(({ id }) => id === variantId)
  if (!found) throw new Fault('check-variant.unknown')
  return found
}

/** When and why a check was switched, newest first. Raises `check-variant.unknown`. */
export async function listSwitches(
  scope: Scope,
  input: Input<typeof ListCheckSwitches>,
): Promise<CheckSwitch[]> {
  const id = input.variant_id.toLowerCase()
  const rows = await selectSwitches(scope, id)
  // What is no longer in the policy still has its history.
  if (rows.length === 0) await findVariant(scope, id)
  const names = await actorNames(
    scope,
    rows.flatMap((row) => row.actorId ?? []),
  )
  return rows.map((row) => presentSwitch(row, names))
}

async function findVariant(scope: Scope, variantId: string): Promise<Variant> {
  const { check_variants } = await currentPolicy(scope)
  const found = check_variants.find(({ id }) => id === variantId.toLowerCase())
  if (!found) throw new Fault('check-variant.unknown')
  return found
}

function readUntil(scope: Scope, body: Input<typeof SwitchCheck>['body']): Date | null {
  const until = body.until === undefined ? undefined : parseDateTime(body.until)
  if (until === undefined) return null
  const refuse = (message: string) => new Fault('request.invalid-field', { message, pointer: '/until' })
  if (body.is_on) throw refuse('until is for a check that is switched off')
  if (until <= scope.now) throw refuse('until must be in the future')
  return until
}

function isAlready(newest: SwitchRow | undefined, reason: string, until: Date | null): boolean {
  if (!newest || newest.isOn) return false
  return newest.reason === reason && newest.until?.getTime() === until?.getTime()
}

async function applySwitch(
  scope: Scope,
  { id, alias }: Pick<Variant, 'id' | 'alias'>,
  to: Pick<SwitchRow, 'isOn' | 'reason' | 'until'>,
): Promise<void> {
  await insertSwitch(scope, { variantId: id, ...to })
  changedRuling(scope)
  const payload = { variant_id: id, alias, is_on: to.isOn, reason: to.reason }
  scope.record({ kind: 'check-variant.switched', payload }, null)
}
