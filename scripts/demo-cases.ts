// What `npm run demo` shows of cases that decide themselves: the migrated clients, and a few whose names steer the
// demo provider.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProductApplication } from '../schema/application.ts'
import type { MonitoringCoverage } from '../schema/monitoring.ts'
import type { ProfileResource, ProfileSearchResults } from '../schema/profile.ts'
import { call, type Platform, untilGood } from './demo-platform.ts'
import { find, profileOf, refOf, wishes } from './demo-profiles.ts'

const lookAgainMs = 5_000

/** Waits until the migrated clients are screened and watched, and says in two lines how it went. */
export async function migratedClients(platform: Platform, clients: number): Promise<string> {
  const coverage = await untilGood(
    () => call<MonitoringCoverage>(platform, 'GET', '/monitoring/coverage'),
    (answer) => watchedBy(answer) >= clients,
  )
  const approved = await call<ProfileSearchResults>(
    platform,
    'GET',
    '/profiles?q=migrated&categories=CUSTOMER&limit=1',
  )
  return [
    `Migrated   ${approved.count} of ${clients} clients approved for limited compliance (product migrated_client)`,
    `Watched    ${watchedBy(coverage)} profiles screened, and looked at again and again from now on`,
  ].join('\n')
}

function watchedBy({ providers }: MonitoringCoverage): number {
  return providers.reduce((sum, { active }) => sum + active, 0)
}

/** Makes a profile for each word and waits for what becomes of it: a table of name, what happened, and why. */
export async function steeredProfiles(platform: Platform): Promise<string> {
  const rows: string[][] = []
  const ids = []
  for (const wish of wishes) ids.push(await profileOf(platform, wish))
  for (const id of ids) {
    const profile = await untilGood(
      () => call<ProfileResource>(platform, 'GET', `/profiles/${id}`),
      (answer) => (answer.checks ?? []).every(({ state }) => state === 'COMPLETE') && !isUnderWay(answer),
    )
    rows.push([profile.display_name ?? id, whatHappened(profile), why(profile)])
  }
  return table([['Name', 'What happened', 'Why'], ...rows])
}

const applicationOf = ({ applications = [] }: ProfileResource): ProductApplication | undefined =>
  applications[0]

function isUnderWay(profile: ProfileResource): boolean {
  const flag = applicationOf(profile)?.flag
  return flag === undefined || flag === 'AUTOMATING' || flag === 'WAITING_ON_CHECKS'
}

function whatHappened(profile: ProfileResource): string {
  const application = applicationOf(profile)
  if (application?.status === 'APPROVED') return 'approved by itself'
  if (application?.status === 'IN_REVIEW') return 'approved by itself, now in review'
  return isUnderWay(profile) ? 'checks are still running' : 'waits for a person'
}

/** The results of its checks, and what stands in the way of approval. */
function why(profile: ProfileResource): string {
  const checks = (profile.checks ?? []).map(
    ({ check_type, result }) => `${named(check_type)} ${result ?? '…'}`,
  )
  const blockers = applicationOf(profile)?.approval_blockers ?? []
  const tasks = blockers.flatMap(({ task_variant }) =>
    task_variant?.name === undefined ? [] : [task_variant.name],
  )
  const matches = (profile.events ?? []).flatMap(({ resolution, data }) =>
    resolution === 'UNRESOLVED'
      ? [
          data.event_type
            .replace(/_FLAG$/, '')
            .replaceAll('_', ' ')
            .toLowerCase(),
        ]
      : [],
  )
  return [
    checks.join(', '),
    ...(matches.length > 0 ? [`to decide: ${matches.join(', ')}`] : []),
    ...(tasks.length > 0 ? [`open: ${tasks.join(', ')}`] : []),
    ...(later(profile) ? ['monitoring finds a PEP within minutes'] : []),
  ].join('; ')
}

function later(profile: ProfileResource): boolean {
  return /MONITOR-PEP/i.test(profile.display_name ?? '') && applicationOf(profile)?.status === 'APPROVED'
}

/** `PEPS_AND_SANCTIONS_SCREEN` as people say it. */
function named(checkType: string): string {
  const short = checkType.replace(/^COMPANY_(?=PEPS)/, '').replace('PEPS_AND_SANCTIONS_SCREEN', 'SCREENING')
  return short
    .replace(/_CHECK$/, '')
    .replaceAll('_', ' ')
    .toLowerCase()
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Waits until ongoing monitoring has found the PEP that was not there at first, and says so. */
export async function laterMatch(platform: Platform, signal: AbortSignal): Promise<string> {
  for (;;) {
    await sleep(lookAgainMs, undefined, { signal })
    const found = await find(platform, refOf('MONITOR-PEP'))
    const [application] = found?.applications ?? []
    if (found && application?.status === 'IN_REVIEW')
      return `Monitoring found a PEP: ${found.display_name ?? found.id} was approved and is now in review.`
  }
}
