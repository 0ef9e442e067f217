import { goesOnAfter, outcomeOf } from '@drawbridge/policy/check-outcome.ts'
import type { PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { Scope } from '../../platform/scope.ts'
import type { ProviderOutput } from '../../provider-kit/provider.ts'
import {
  beginRun,
  type CheckRow,
  changeCheckRow,
  changeRunRow,
  completeCheck,
  hasPlace,
  type RunRow,
  selectChecks,
  selectContents,
  variantOf,
  wakeDispatchers,
} from '../checks/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import type { ConfiguredProvider } from '../providers/index.ts'
import { enqueueDownloads } from './enqueue-downloads.ts'
import { lockToken, takeEarlyCallback } from './queries.ts'
import { referenceToken } from './reference-token.ts'
import { afterCallback, type Next } from './rules-run.ts'

/** A check of a locked profile as it stands now. */
export async function findCheckRow(
  scope: Scope,
  profile: ProfileRoot,
  checkId: string,
): Promise<CheckRow | undefined> {
  const checks = (await selectChecks(scope, [profile])).get(profile.id) ?? []
  return checks.find((check) => check.id === checkId)
}

/** Notes that a provider is being asked: the check is RUNNING, and names it. */
export async function noteAsked(
  scope: Scope,
  profile: ProfileRoot,
  check: CheckRow,
  variant: PolicyCheckVariant,
  provider: ConfiguredProvider,
): Promise<void> {
  const names = check.providers.map((asked) => asked.provider_name)
  if (check.state === 'RUNNING' && names.at(-1) === provider.name) return
  const before = check.providers.map((asked) => ({ ...asked, primary: false }))
  const added = {
    provider_name: provider.name,
    variant_name: variant.name,
    is_monitored: variant.is_monitored,
    instructed_on: formatDateTime(scope.now),
    primary: true,
  }
  await changeCheckRow(scope, profile, {
    ...check,
    state: 'RUNNING',
    startedAt: check.startedAt ?? scope.now,
    providers: [...before, added],
  })
}

/** Writes how a run goes on. Where it ends, the next provider of the waterfall is asked, or the check is COMPLETE. */
export async function applyNext(
  scope: Scope,
  profile: ProfileRoot,
  next: Next,
  provider: Pick<ConfiguredProvider, 'id'> | undefined,
): Promise<RunRow> {
  if (next.kind === 'goes-on') {
    const run = await withHeldCallback(scope, next.run, provider?.id ?? null)
    await changeRunRow(scope, profile, run)
    if (run.state === 'DUE' && run.nextAt <= scope.now) wakeDispatchers(scope)
    return run
  }
  await changeRunRow(scope, profile, next.run)
  await endRun(scope, profile, next.run, next.output)
  return next.run
}

/** A run whose provider has just named the check can be found by callbacks, and finds one that came before. */
async function withHeldCallback(scope: Scope, run: RunRow, providerId: string | null): Promise<RunRow> {
  if (run.step !== 'READY' || run.conversation === null || run.referenceToken !== null) return run
  const token = referenceToken(scope, providerId, run.conversation)
  await lockToken(scope, token)
  const named = { ...run, referenceToken: token }
  const early = await takeEarlyCallback(scope, token)
  return early === undefined ? named : afterCallback(named, early, scope.now)
}

async function endRun(
  scope: Scope,
  profile: ProfileRoot,
  run: RunRow,
  output: ProviderOutput,
): Promise<void> {
  const check = await findCheckRow(scope, profile, run.checkId)
  if (check === undefined || check.state === 'COMPLETE') return
  const variant = await variantOf(scope, check)
  if (variant && goesOnAfter(variant, outcomeOf(check.checkType, output, variant).decision)) {
    const content = (await selectContents(scope, profile, [check.id])).get(check.id)
    const input = content?.input ?? { data: {}, extra: {} }
    const at = { input, from: run.place + 1, before: run }
    if (run.deadlineAt > scope.now && hasPlace(variant, input.data, at.from))
      return beginRun(scope, profile, check, variant, at)
  }
  await completeCheck(scope, profile, check, variant, output)
  await enqueueDownloads(scope, profile.id, check.id, output)
}
