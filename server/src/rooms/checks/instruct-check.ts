import type { PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import type { Actor, Scope } from '../../platform/scope.ts'
import { countryOf, fromStored, selectVersions } from '../collected-data/index.ts'
import { openStepCount } from '../collection-steps/index.ts'
import { currentPolicy } from '../policies/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { completeWithError } from './complete-check.ts'
import {
  addCheckRow,
  type CheckInput,
  type CheckRow,
  changeCheckRow,
  selectChecks,
  selectContents,
} from './queries.ts'
import { addRunRow, type RunRow, selectOpenRuns, wakeDispatchers } from './queries-runs.ts'
import { nextPlace, openHoursMax, toldCheck } from './rules.ts'
import { workClassOf } from './work-class.ts'

/** A check that is to be run. */
export interface CheckOrder {
  readonly variant: PolicyCheckVariant
  readonly taskIds: readonly string[]
  readonly isAutomatic: boolean
  /** What its type needs besides the collected data. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/**
 * Instructs a check of a locked profile with a snapshot of its data: a dispatcher runs it after the commit. While data
 * is still waited for (collection steps) it stays PENDING. Returns its id.
 */
export async function instructCheck(
  scope: Scope,
  profile: ProfileRoot,
  order: CheckOrder,
  actor: Actor = scope.actor,
): Promise<string> {
  const { variant, taskIds, isAutomatic, extra = {} } = order
  const check = newCheck(scope, profile, { variant, taskIds, isAutomatic })
  const input = { data: await snapshot(scope, profile), extra }
  await addCheckRow(scope, profile, check, { input })
  recordInstructed(scope, profile, check, variant, actor)
  const waitsForData = (await openStepCount(scope, [profile])).get(profile.id) ?? 0
  if (waitsForData === 0) await beginRun(scope, profile, check, variant, { input, from: 0 })
  return check.id
}

/** The row of a check that nobody has begun. */
export function newCheck(
  scope: Scope,
  profile: ProfileRoot,
  order: Pick<CheckOrder, 'variant' | 'taskIds' | 'isAutomatic'>,
): CheckRow {
  return {
    profileId: profile.id,
    id: scope.newId(),
    checkType: order.variant.check_type,
    variantId: order.variant.id,
    state: 'PENDING',
    result: null,
    decision: null,
    taskIds: order.taskIds,
    isAutomatic: order.isAutomatic,
    instructedExternally: false,
    foundAssociates: null,
    instructedAt: scope.now,
    startedAt: null,
    completedAt: null,
    providers: [],
  }
}

/** The collected data as it is now, in the contract's shape. */
export async function snapshot(scope: Scope, profile: ProfileRoot): Promise<CheckInput['data']> {
  const stored = (await selectVersions(scope, [profile])).get(profile.id)
  return stored ? fromStored(stored) : { entity_type: profile.entityType }
}

export function recordInstructed(
  scope: Scope,
  profile: ProfileRoot,
  check: CheckRow,
  variant: PolicyCheckVariant | undefined,
  actor: Actor,
): void {
  const payload = {
    ...toldCheck(check, variant),
    is_automatic: check.isAutomatic,
    instructed_externally: check.instructedExternally,
  }
  scope.record({ kind: 'check.instructed', payload }, profile, actor)
}

/**
 * Has the next provider of the variant asked, from this place on. Where none works for the customer's country the check
 * ends in an error.
 */
export async function beginRun(
  scope: Scope,
  profile: ProfileRoot,
  check: CheckRow,
  variant: PolicyCheckVariant,
  at: { readonly input: CheckInput; readonly from: number; readonly before?: RunRow },
): Promise<void> {
  const place = nextPlace(variant, countryOfData(at.input.data), at.from)
  const provider = place === undefined ? undefined : variant.providers[place]
  if (place === undefined || provider === undefined) {
    const message = 'No provider of this check works for the country of the customer'
    const error = { type: 'INVALID_CHECK_INPUT', subType: 'UNSUPPORTED_COUNTRY', message }
    await completeWithError(scope, profile, check, variant, error)
    return
  }
  await addRunRow(scope, profile, {
    profileId: profile.id,
    checkId: check.id,
    id: scope.newId(),
    place,
    provider: provider.provider,
    integrationId: null,
    state: 'DUE',
    step: 'START',
    workClass: at.before?.workClass ?? workClassOf(scope),
    nextAt: scope.now,
    deadlineAt: at.before?.deadlineAt ?? new Date(scope.now.getTime() + openHoursMax * 3_600_000),
    epoch: 0,
    attempts: 0,
    polls: 0,
    referenceToken: null,
    conversation: null,
  })
  wakeDispatchers(scope)
}

/** The country of a snapshot's customer, ISO 3166-1 alpha-3; null when it is not known. */
function countryOfData(data: CheckInput['data']): string | null {
  return countryOf(data as Parameters<typeof countryOf>[0])
}

/** Begins the checks of a locked profile that waited for data, with the data as it is now. */
export async function releasePending(scope: Scope, profile: ProfileRoot): Promise<void> {
  const pending = ((await selectChecks(scope, [profile])).get(profile.id) ?? []).filter(
    (check) => check.state === 'PENDING',
  )
  if (pending.length === 0) return
  const open = new Set((await selectOpenRuns(scope, profile)).map((run) => run.checkId))
  const waiting = pending.filter((check) => !open.has(check.id))
  const contents = await selectContents(
    scope,
    profile,
    waiting.map((check) => check.id),
  )
  const policy = await currentPolicy(scope)
  const data = await snapshot(scope, profile)
  for (const check of waiting) {
    const variant = policy.check_variants.find(({ id }) => id === check.variantId)
    const input = { data, extra: contents.get(check.id)?.input.extra ?? {} }
    await changeCheckRow(scope, profile, check, { input })
    if (variant) await beginRun(scope, profile, check, variant, { input, from: 0 })
    else {
      const message = 'The policy no longer has this check'
      await completeWithError(scope, profile, check, variant, { type: 'INVALID_CONFIG', message })
    }
  }
}

/** Whether the variant has another provider to ask from this place on. */
export function hasPlace(
  variant: PolicyCheckVariant,
  data: Readonly<Record<string, unknown>>,
  from: number,
): boolean {
  return nextPlace(variant, countryOfData(data), from) !== undefined
}
