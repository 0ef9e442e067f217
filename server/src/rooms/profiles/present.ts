import type { Case } from '@drawbridge/policy/case.ts'
import type { Policy } from '@drawbridge/policy/policy.ts'
import type { EntityData } from '@drawbridge/schema/collected-data.ts'
import type { ExpandedEntityData, MiniProfile, ProfileResource } from '@drawbridge/schema/profile.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { Scope } from '../../platform/scope.ts'
import {
  type ApplicationsOf,
  presentApplications,
  presentedCase,
  readApplications,
} from '../applications/index.ts'
import { type CheckRow, presentChecks, selectChecks } from '../checks/index.ts'
import {
  displayName,
  fromStored,
  linkedNodes,
  type StoredData,
  selectVersionsWithin,
} from '../collected-data/index.ts'
import { openStepCount, presentSteps } from '../collection-steps/index.ts'
import { presentImage, selectImages } from '../documents/index.ts'
import { presentEvents } from '../events/index.ts'
import { currentPolicy } from '../policies/index.ts'
import { type ProfileRoot, selectRoots } from '../profile-root/index.ts'
import { presentTag, selectTagsOf, type Tag } from '../tags/index.ts'
import { presentTask, type TaskRow } from '../tasks/index.ts'
import { presentRisk } from './present-risk.ts'
import { type LinkRow, selectLinksOfCompany, selectLinksTo } from './queries.ts'
import { expandedMax, shownBytesMax, withLinksShown } from './rules.ts'

/** What the replies about some profiles are made of, read together: as many queries for fifty as for one. */
interface Read {
  /** The profiles read: of those asked for, the first whose documents fit into one reply. */
  readonly roots: readonly ProfileRoot[]
  readonly data: ReadonlyMap<string, StoredData>
  readonly tags: ReadonlyMap<string, readonly Tag[]>
  readonly cases: ApplicationsOf
  readonly checks: ReadonlyMap<string, readonly CheckRow[]>
  /** How many collection steps wait for data; profiles without any are left out. */
  readonly openSteps: ReadonlyMap<string, number>
  readonly policy: Policy
}

async function readFor(scope: Scope, roots: readonly ProfileRoot[]): Promise<Read> {
  const [{ found: data, taken }, tags, cases, checks, openSteps, policy] = await Promise.all([
    selectVersionsWithin(scope, roots, shownBytesMax),
    selectTagsOf(scope, roots),
    readApplications(scope, roots),
    selectChecks(scope, roots),
    openStepCount(scope, roots),
    currentPolicy(scope),
  ])
  return { roots: roots.slice(0, taken), data, tags, cases, checks, openSteps, policy }
}

/**
 * The short form of profiles, in the order given: in lists, and as linked profiles one level deep. Fewer than asked for
 * when their documents together are larger than a reply may be.
 */
export async function presentMiniProfiles(
  scope: Scope,
  roots: readonly ProfileRoot[],
): Promise<MiniProfile[]> {
  if (roots.length === 0) return []
  const read = await readFor(scope, roots)
  return read.roots.map((root) => miniOf(root, read, caseIn(root, read)))
}

interface Shown {
  readonly data: EntityData
  readonly subject: Case
}

/** What replies show of a profile's data, and its case as far as they look at it. */
function caseIn(root: ProfileRoot, read: Read): Shown {
  const stored = read.data.get(root.id)
  const data: EntityData = stored ? fromStored(stored) : { entity_type: root.entityType }
  return { data, subject: presentedCase(root, read.cases, data) }
}

function miniOf(root: ProfileRoot, read: Read, { data, subject }: Shown): MiniProfile {
  const checks = read.checks.get(root.id) ?? []
  const events = read.cases.events.get(root.id) ?? []
  const unresolved = events.filter((event) => event.resolution === 'UNRESOLVED').map((event) => event.type)
  const tasks = (read.cases.tasks.get(root.id) ?? []).filter((task) => task.expiredAt === null)
  return {
    id: root.id,
    role: root.role,
    category: root.category,
    status: root.status,
    display_name: displayName(data),
    creation_date: formatDateTime(root.createdAt),
    collected_data: data,
    tags: (read.tags.get(root.id) ?? []).map(presentTag),
    tasks: tasks.map((task) => presentTask(task, read.policy, checks)),
    task_progress: progressOf(tasks),
    applications: presentApplications(root.id, read.cases, subject, read.policy),
    has_associates: (read.data.get(root.id)?.associates.nodes.length ?? 0) > 0,
    has_collection_steps: (read.openSteps.get(root.id) ?? 0) > 0,
    unresolved_event_types: [...new Set(unresolved)],
  }
}

function progressOf(tasks: readonly TaskRow[]) {
  return {
    completed_count: tasks.filter((task) => task.state === 'COMPLETED_PASS').length,
    total_count: tasks.length,
  }
}

/** A profile in full. */
export async function presentProfile(scope: Scope, root: ProfileRoot): Promise<ProfileResource> {
  const [read, imagesOf, linksTo] = await Promise.all([
    readFor(scope, [root]),
    selectImages(scope, [root]),
    selectLinksTo(scope, [root]),
  ])
  const shown = caseIn(root, read)
  const tasks = read.cases.tasks.get(root.id) ?? []
  const checks = read.checks.get(root.id) ?? []
  const stored = read.data.get(root.id)
  const [collected, presentedChecks, steps, events, linkedTo] = await Promise.all([
    stored ? presentData(scope, root, stored) : { entity_type: root.entityType },
    presentChecks(scope, root, checks),
    presentSteps(scope, root),
    presentEvents(scope, root, read.cases.events.get(root.id) ?? []),
    presentLinkedTo(scope, linksTo.get(root.id) ?? []),
  ])
  return {
    ...miniOf(root, read, shown),
    last_modified_date: formatDateTime(root.modifiedAt),
    collected_data: collected,
    tasks: tasks.map((task) => presentTask(task, read.policy, checks)),
    task_types: [...new Set(tasks.map((task) => task.type))],
    checks: presentedChecks,
    collection_steps: steps,
    events,
    document_images: (imagesOf.get(root.id) ?? []).map(presentImage),
    linked_to: linkedTo,
    ...presentRisk(shown.subject, read.policy, scope.now),
  }
}

async function presentLinkedTo(scope: Scope, links: readonly LinkRow[]) {
  if (links.length === 0) return []
  const companies = new Map(
    (
      await selectRoots(
        scope,
        links.map((link) => link.companyId),
      )
    ).map((root) => [root.id, root]),
  )
  return links.flatMap((link) => {
    const company = companies.get(link.companyId)
    if (!company) return []
    const { id, role, category, status } = company
    return [
      {
        id,
        profile: { id, role, category, status, creation_date: formatDateTime(company.createdAt) },
        roles: [...link.roles],
      },
    ]
  })
}

/** Collected data as reads show it: linked profiles expanded one level deep, the first 200, then by id. */
export async function presentData(
  scope: Scope,
  root: ProfileRoot,
  stored: StoredData,
): Promise<ExpandedEntityData> {
  const data = fromStored(stored)
  const ids = linkedNodes(stored.associates).map((node) => node.profileId)
  if (ids.length === 0) return data
  const shown = new Map<string, MiniProfile>()
  for (const mini of await presentMiniProfiles(scope, await selectRoots(scope, ids.slice(0, expandedMax))))
    shown.set(mini.id, mini)
  const circular = (await selectLinksOfCompany(scope, root.id)).filter((link) => link.isCircular)
  return withLinksShown(
    data,
    (id) => shown.get(id) ?? { id },
    new Set(circular.map((link) => link.profileId)),
  )
}
