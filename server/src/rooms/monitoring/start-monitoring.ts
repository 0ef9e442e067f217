import { findCheckVariant } from '@drawbridge/policy/look-up.ts'
import type { Recorded, Scope } from '../../platform/scope.ts'
import { selectApplications } from '../applications/index.ts'
import { answeredBy } from '../checks/index.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfile, lockProfiles, type ProfileRoot } from '../profile-root/index.ts'
import { usableProvider } from '../providers/index.ts'
import {
  addMonitoredRow,
  changeMonitoredRow,
  isLinked,
  type MonitoredRow,
  type StopReason,
  selectMonitored,
} from './queries-monitored.ts'
import { isWatched, watchInterval } from './rules.ts'

/**
 * Begins monitoring with the first run of a check whose variant is monitored, once for each provider (R38): a relation
 * that is there already stays as it is. Nobody is watched who has no live application any more.
 */
export async function startAfterCheck(scope: Scope, fact: Recorded): Promise<void> {
  if (fact.kind !== 'check.completed' || fact.subject === null || fact.payload.decision === 'ERROR') return
  const { check_id: checkId, check_type: checkType, variant: named } = fact.payload
  const variant = named && findCheckVariant(await currentPolicy(scope), { id: named.id })
  if (variant?.is_monitored !== true) return
  const profile = await lockProfile(scope, fact.subject.id)
  const answered = await answeredBy(scope, profile, checkId)
  if (!answered?.conversation || answered.isMonitoringUnwanted) return
  const provider = await usableProvider(scope, answered.provider, checkType)
  const intervalSeconds = provider && watchInterval(provider.provider.description.template)
  if (!provider || intervalSeconds === undefined || !(await hasLiveApplication(scope, profile))) return
  await begin(scope, profile, {
    provider: provider.alias,
    checkType,
    variantId: variant.id,
    checkId,
    relation: { ...answered.conversation, providerName: provider.name },
    // A provider in this process need not be told that it is to watch.
    isBegun: provider.provider.isLocal,
    nextAt: provider.provider.isLocal ? after(scope.now, intervalSeconds) : scope.now,
    intervalSeconds,
  })
}

const after = (instant: Date, seconds: number) => new Date(instant.getTime() + seconds * 1_000)

/** What is said of a relation that begins. */
export type NewRelation = Pick<
  MonitoredRow,
  'provider' | 'checkType' | 'variantId' | 'checkId' | 'relation' | 'isBegun' | 'nextAt' | 'intervalSeconds'
>

/** Lets a provider watch a locked profile. Returns the relation's id, and false where it is watched already. */
export async function begin(
  scope: Scope,
  profile: ProfileRoot,
  relation: NewRelation,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const known = (await selectMonitored(scope, profile)).find(
    (row) => row.provider === relation.provider && row.checkType === relation.checkType,
  )
  if (known?.state === 'ACTIVE') return { id: known.id, isNew: false }
  const active = { ...relation, state: 'ACTIVE', stopReason: null, stoppedAt: null, failures: 0 } as const
  if (known) {
    const row = { ...known, ...active, answerToken: null, startedAt: scope.now, lastLookedAt: null }
    await changeMonitoredRow(scope, profile, row)
    recordStarted(scope, profile, row)
    return { id: known.id, isNew: true }
  }
  const row: MonitoredRow = {
    ...active,
    profileId: profile.id,
    id: scope.newId(),
    answerToken: null,
    startedAt: scope.now,
    lastLookedAt: null,
    epoch: 0,
  }
  await addMonitoredRow(scope, profile, row)
  recordStarted(scope, profile, row)
  return { id: row.id, isNew: true }
}

async function hasLiveApplication(scope: Scope, profile: ProfileRoot): Promise<boolean> {
  return isWatched((await selectApplications(scope, [profile])).get(profile.id) ?? [])
}

/** Ends the watch when the last live application ends, and takes it up again when one is live again. */
export async function followApplications(scope: Scope, fact: Recorded): Promise<void> {
  if (fact.subject !== null) await follow(scope, await lockProfile(scope, fact.subject.id), false)
}

/** Ends the watch of an associate that no company has on its lists any more, and takes it up when one has again. */
export async function followLinks(scope: Scope, fact: Recorded): Promise<void> {
  if (fact.kind !== 'associate.linked' && fact.kind !== 'associate.unlinked') return
  const id = fact.payload.linked_profile_id.toLowerCase()
  const profile = (await lockProfiles(scope, [id])).get(id)
  if (profile?.role.endsWith('_ASSOCIATED')) await follow(scope, profile, fact.kind === 'associate.unlinked')
}

async function follow(scope: Scope, profile: ProfileRoot, wasUnlinked: boolean): Promise<void> {
  const rows = await selectMonitored(scope, profile)
  if (rows.length === 0) return
  if (!(await hasLiveApplication(scope, profile))) return stop(scope, profile, 'NO_LIVE_APPLICATION')
  const wasRemoved = wasUnlinked || rows.some((row) => row.stopReason === 'ASSOCIATE_REMOVED')
  if (wasRemoved && !(await isLinked(scope, profile.id))) return stop(scope, profile, 'ASSOCIATE_REMOVED')
  await restart(scope, profile)
}

async function stop(scope: Scope, profile: ProfileRoot, reason: StopReason): Promise<void> {
  for (const row of await selectMonitored(scope, profile)) {
    if (row.state === 'STOPPED') continue
    // An answer that is on its way to a stopped relation is not waited for.
    const epoch = row.epoch + 1
    const stopped = { ...row, state: 'STOPPED', stopReason: reason, stoppedAt: scope.now, epoch } as const
    await changeMonitoredRow(scope, profile, stopped)
    scope.record({ kind: 'monitoring.stopped', payload: { ...toldOf(row), reason } }, profile)
  }
}

/** Takes up what was stopped; the provider is asked at once what was missed meanwhile. */
async function restart(scope: Scope, profile: ProfileRoot): Promise<void> {
  for (const row of await selectMonitored(scope, profile)) {
    if (row.state === 'ACTIVE' || row.stopReason === 'PROVIDER_REMOVED') continue
    const restarted = {
      ...row,
      state: 'ACTIVE',
      stopReason: null,
      stoppedAt: null,
      startedAt: scope.now,
      nextAt: scope.now,
      failures: 0,
    } as const
    await changeMonitoredRow(scope, profile, restarted)
    recordStarted(scope, profile, restarted)
  }
}

const toldOf = (row: MonitoredRow) => ({
  ...(row.checkId === null ? {} : { check_id: row.checkId }),
  check_type: row.checkType,
  provider_name: row.relation.providerName,
})

function recordStarted(scope: Scope, profile: ProfileRoot, row: MonitoredRow): void {
  scope.record({ kind: 'monitoring.started', payload: toldOf(row) }, profile)
}
