import type { Policy } from '@drawbridge/policy/policy.ts'
import type { EntityData } from '@drawbridge/schema/collected-data.ts'
import type { ExpandedEntityData, MiniProfile, ProfileResource } from '@drawbridge/schema/profile.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { Scope } from '../../platform/scope.ts'
import { type ApplicationsOf, presentApplications, readApplications } from '../applications/index.ts'
import {
  displayName,
  fromStored,
  linkedNodes,
  type StoredData,
  selectVersionsWithin,
} from '../collected-data/index.ts'
import { presentImage, selectImages } from '../documents/index.ts'
import { currentPolicy } from '../policies/index.ts'
import { type ProfileRoot, selectRoots } from '../profile-root/index.ts'
import { presentTag, selectTagsOf, type Tag } from '../tags/index.ts'
import { presentTask, type TaskRow } from '../tasks/index.ts'
import { type LinkRow, selectLinksOfCompany, selectLinksTo } from './queries.ts'
import { expandedMax, shownBytesMax, withLinksShown } from './rules.ts'

/** What the replies about some profiles are made of, read together: as many queries for fifty as for one. */
interface Read {
  /** The profiles read: of those asked for, the first whose documents fit into one reply. */
  readonly roots: readonly ProfileRoot[]
  readonly data: ReadonlyMap<string, StoredData>
  readonly tags: ReadonlyMap<string, readonly Tag[]>
  readonly cases: ApplicationsOf
  readonly policy: Policy
}

async function readFor(scope: Scope, roots: readonly ProfileRoot[]): Promise<Read> {
  const [{ found: data, taken }, tags, cases, policy] = await Promise.all([
    selectVersionsWithin(scope, roots, shownBytesMax),
    selectTagsOf(scope, roots),
    readApplications(scope, roots),
    currentPolicy(scope),
  ])
  return { roots: roots.slice(0, taken), data, tags, cases, policy }
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
  return read.roots.map((root) => miniOf(root, read))
}

function miniOf(root: ProfileRoot, read: Read): MiniProfile {
  const stored = read.data.get(root.id)
  const data: EntityData = stored ? fromStored(stored) : { entity_type: root.entityType }
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
    tasks: tasks.map((task) => presentTask(task, read.policy)),
    task_progress: progressOf(tasks),
    applications: presentApplications(root, read.cases, read.policy),
    has_associates: (stored?.associates.nodes.length ?? 0) > 0,
    has_collection_steps: false,
    unresolved_event_types: [],
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
  const mini = miniOf(root, read)
  const tasks = read.cases.tasks.get(root.id) ?? []
  const images = imagesOf.get(root.id) ?? []
  const links = linksTo.get(root.id) ?? []
  const stored = read.data.get(root.id)
  return {
    ...mini,
    last_modified_date: formatDateTime(root.modifiedAt),
    collected_data: stored ? await presentData(scope, root, stored) : { entity_type: root.entityType },
    tasks: tasks.map((task) => presentTask(task, read.policy)),
    task_types: [...new Set(tasks.map((task) => task.type))],
    checks: [],
    collection_steps: [],
    events: [],
    document_images: images.map(presentImage),
    linked_to: await presentLinkedTo(scope, links),
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
