// What `npm run demo` shows of cases that decide themselves: the migrated clients, and a few whose names steer the
// demo provider.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProductApplication } from '../schema/application.ts'
import type { MonitoringCoverage } from '../schema/monitoring.ts'
import type { ProfileResource, ProfileSearchResults } from '../schema/profile.ts'

/** A running platform, and the key of its demo environment. */
export interface Platform {
  readonly url: string
  readonly apikey: string
}

const patienceMs = 120_000
const pauseMs = 500
const lookAgainMs = 5_000

async function call<Reply>(
  platform: Platform,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Reply> {
  const response = await fetch(`${platform.url}/4.0${path}`, {
    method,
    headers: { apikey: platform.apikey, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok)
    throw new Error(`${method} ${path} was answered with ${response.status}: ${text.slice(0, 300)}`)
  return JSON.parse(text) as Reply
}

/** Asks again until the answer will do, or the demo's patience ends; the last answer in either case. */
async function untilGood<Answer>(
  ask: () => Promise<Answer>,
  isGood: (answer: Answer) => boolean,
): Promise<Answer> {
  const end = performance.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (isGood(answer) || performance.now() > end) return answer
    await sleep(pauseMs)
  }
}

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

/** A demo profile: the words of its name, and what they are to show. */
interface Wish {
  readonly words: string
  readonly isCompany?: boolean
}

const wishes: readonly Wish[] = [
  { words: '' },
  { words: '1+1' },
  { words: 'FAIL' },
  { words: 'PEP' },
  { words: 'SANCTION MEDIA' },
  { words: 'REFER' },
  { words: 'ERROR' },
  { words: 'TIMEOUT' },
  { words: 'MONITOR-PEP' },
  { words: 'SHAREHOLDERS', isCompany: true },
  { words: 'INACTIVE', isCompany: true },
  { words: 'NODATA', isCompany: true },
]

/** The reference of the profile with these words. */
const refOf = (words: string) => `demo-${(words || 'plain').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`

async function find(platform: Platform, customerRef: string) {
  const found = await call<ProfileSearchResults>(platform, 'GET', `/profiles?q=${customerRef}&limit=50`)
  return found.results.find((profile) => profile.collected_data?.customer_ref === customerRef)
}

/** The profile of a wish: made now, or found from an earlier demo. */
async function profileOf(platform: Platform, { words, isCompany = false }: Wish): Promise<string> {
  const customer_ref = refOf(words)
  const before = await find(platform, customer_ref)
  if (before) return before.id
  const data = isCompany ? company(words) : person(words)
  const role = isCompany ? 'COMPANY_CUSTOMER' : 'INDIVIDUAL_CUSTOMER'
  const body = { role, collected_data: { customer_ref, ...data } }
  return (await call<ProfileResource>(platform, 'POST', '/profiles', body)).id
}

function person(words: string) {
  const address = {
    type: 'STRUCTURED',
    country: 'GBR',
    street_number: '10',
    route: 'Quay Street',
    locality: 'Bristol',
    postal_code: 'BS1 4XX',
  }
  return {
    entity_type: 'INDIVIDUAL',
    personal_details: {
      name: { given_names: ['Mira', ...words.split(' ').filter(Boolean)], family_name: 'Oduya' },
      dob: '1980-02-28',
      nationality: 'GBR',
    },
    address_history: [{ address }],
  }
}

function company(words: string) {
  const metadata = {
    name: `North Quay ${words} Ltd`,
    number: `0999${String(words.length).padStart(4, '0')}`,
    country_of_incorporation: 'GBR',
  }
  return { entity_type: 'COMPANY', metadata }
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
