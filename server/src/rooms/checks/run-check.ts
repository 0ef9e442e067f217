import { checkTypes } from '@drawbridge/policy/check-types.ts'
import { defaultCheckVariant, findCheckVariant, goesBy } from '@drawbridge/policy/look-up.ts'
import type { Policy, PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import type { NewCheck, RunCheck } from '@drawbridge/schema/check.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { openStepCount } from '../collection-steps/index.ts'
import { currentPolicy, disabledCheckVariantIds } from '../policies/index.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { instructCheck, snapshot } from './instruct-check.ts'
import { selectLiveTasks } from './queries.ts'
import { extraOf, isSynchronous, missingFields } from './rules-input.ts'
import { storeResult } from './store-result.ts'

/** What the reply to a check that was run is about. */
export interface RanCheck {
  readonly profileId: string
  readonly checkId: string
  /** Whether the reply waits for the result. */
  readonly waits: boolean
}

/**
 * Runs a check of a profile, or stores one that was run elsewhere with its result. Without `task_ids` it is for the live
 * tasks that go by it. Raises `profile.unknown`, `check.wrong-entity-type`, `check.unknown-variant`,
 * `check.switched-off`, `check.missing-input`, `document.unknown`, `task.unknown`, `task.expired`.
 */
export async function runCheck(scope: Scope, input: Input<typeof RunCheck>): Promise<RanCheck> {
  const profile = await lockProfile(scope, input.profile_id)
  const { body } = input
  if (checkTypes[body.check_type].entityType !== profile.entityType)
    throw new Fault('check.wrong-entity-type', { pointer: '/check_type' })
  const policy = await currentPolicy(scope)
  const variant = chosenVariant(policy, body)
  assertInput(body)
  const taskIds = await tasksFor(scope, profile, { policy, variant, given: body.task_ids })
  const done = (checkId: string, waits: boolean) => ({ profileId: profile.id, checkId, waits })
  if (body.instructed_externally === true)
    return done(await storeExternal(scope, profile, { body, variant, taskIds }), false)
  if (variant === undefined) throw unknownVariant(body)
  if ((await disabledCheckVariantIds(scope)).includes(variant.id))
    throw new Fault('check.switched-off', {
      pointer: body.variant === undefined ? '/check_type' : '/variant',
    })
  const extra = await wholeExtra(scope, profile, body)
  const checkId = await instructCheck(scope, profile, { variant, taskIds, isAutomatic: false, extra })
  const waitsForData = (await openStepCount(scope, [profile])).get(profile.id) ?? 0
  return done(checkId, waitsForData === 0 && isSynchronous(input.mode, body.check_type))
}

function unknownVariant(body: NewCheck): Fault {
  if (body.variant !== undefined) return new Fault('check.unknown-variant', { pointer: '/variant' })
  const message = `The policy has no check variant of type ${body.check_type}`
  return new Fault('check.unknown-variant', { pointer: '/check_type', message })
}

/** The variant asked for, else the default one of the type. One that is named must exist. */
function chosenVariant(policy: Policy, body: NewCheck): PolicyCheckVariant | undefined {
  if (body.variant === undefined) return defaultCheckVariant(policy, body.check_type)
  const variant = findCheckVariant(policy, body.variant)
  if (variant?.check_type !== body.check_type) throw unknownVariant(body)
  return variant
}

function assertInput(body: NewCheck): void {
  const [missing] = missingFields(body)
  if (missing === undefined) return
  const message =
    missing === 'result'
      ? 'A check that was run elsewhere needs its result'
      : `A check of type ${body.check_type} needs ${missing}`
  throw new Fault('check.missing-input', { pointer: `/${missing}`, message })
}

/** What the check keeps besides the data; a document that is to be verified must be in the collected data. */
async function wholeExtra(
  scope: Scope,
  profile: ProfileRoot,
  body: NewCheck,
): Promise<Record<string, unknown>> {
  const extra = extraOf(body)
  if (body.check_type === 'DOCUMENT_FETCH') return { ...extra, placeholder_id: scope.newId() }
  if (body.document_id === undefined) return extra
  const documentId = body.document_id.toLowerCase()
  const { documents } = await snapshot(scope, profile)
  const isThere = Array.isArray(documents) && documents.some((document) => document?.id === documentId)
  if (!isThere) throw new Fault('document.unknown', { pointer: '/document_id' })
  return { ...extra, document_id: documentId }
}

/** The tasks a check is for: as given, else the live ones that go by it. */
async function tasksFor(
  scope: Scope,
  profile: ProfileRoot,
  asked: {
    readonly policy: Policy
    readonly variant: PolicyCheckVariant | undefined
    readonly given: readonly string[] | undefined
  },
): Promise<string[]> {
  if (asked.given !== undefined) return assertTasks(scope, profile, asked.given)
  const alias = asked.variant?.alias
  if (alias === undefined) return []
  const accepting = new Set(
    asked.policy.task_variants.filter((variant) => goesBy(variant, alias)).map((variant) => variant.id),
  )
  const tasks = await selectLiveTasks(scope, profile.id)
  return tasks.filter((task) => !task.isExpired && accepting.has(task.variantId)).map((task) => task.id)
}

/** These task ids in lower case, each once. Raises `task.unknown`, `task.expired`. */
export async function assertTasks(
  scope: Scope,
  profile: ProfileRoot,
  given: readonly string[],
): Promise<string[]> {
  if (given.length === 0) return []
  const known = new Map((await selectLiveTasks(scope, profile.id)).map((task) => [task.id, task]))
  for (const [index, id] of given.entries()) {
    const task = known.get(id.toLowerCase())
    if (!task) throw new Fault('task.unknown', { pointer: `/task_ids/${index}` })
    if (task.isExpired) throw new Fault('task.expired', { pointer: `/task_ids/${index}` })
  }
  return [...new Set(given.map((id) => id.toLowerCase()))]
}

async function storeExternal(
  scope: Scope,
  profile: ProfileRoot,
  told: {
    readonly body: NewCheck
    readonly variant: PolicyCheckVariant | undefined
    readonly taskIds: readonly string[]
  },
): Promise<string> {
  const { body, variant, taskIds } = told
  return storeResult(scope, profile, {
    checkType: body.check_type,
    variant,
    taskIds,
    result: body.result ?? 'Error',
    output: body.output_data ?? null,
    input: { data: await snapshot(scope, profile), extra: extraOf(body) },
    instructedExternally: true,
  })
}
