import { findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { EntityData } from '@drawbridge/schema/collected-data.ts'
import { Fault, Faults } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import type { StoredData, WrittenData } from '../collected-data/index.ts'
import { linkedNodes } from '../collected-data/index.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfiles, type ProfileRoot } from '../profile-root/index.ts'
import { applyForTasks, type LinkedAssociate } from './apply-for-tasks.ts'
import {
  countLevels,
  deleteKeptReplies,
  deleteLinks,
  type LinkRow,
  lockStructure,
  selectCircularLinks,
  selectDescendants,
  selectLinksOfCompany,
  upsertLink,
} from './queries.ts'
import { levelsMax, linksIn, newLinksMax, sortedRoles, variantPointer, type WrittenLink } from './rules.ts'

/** The links of a written document: where in the request they stand, and the profiles they name, locked. */
export interface SentLinks {
  readonly data: EntityData
  /** Where the document stands in the request. */
  readonly base: '' | '/collected_data'
  readonly links: ReadonlyMap<string, WrittenLink>
  readonly profiles: ReadonlyMap<string, ProfileRoot>
}

/**
 * Finds the profiles a written document links to and locks them, with `others`, in the order of their ids. The
 * structure of associates comes first, so that no two writers wait for each other.
 */
export async function lockLinked(
  scope: Scope,
  data: EntityData,
  base: SentLinks['base'],
  others: readonly string[],
): Promise<SentLinks> {
  const links = linksIn(data, base)
  if (links.size > 0)
    await lockStructure(
      scope,
      [...links.values()].some((link) => link.entityType === 'COMPANY'),
    )
  const ids = [...others, ...links.keys()]
  return { data, base, links, profiles: ids.length === 0 ? new Map() : await lockProfiles(scope, ids) }
}

/**
 * Brings the links of a company in line with what was written, and makes the associates apply for what the tasks
 * they are verified for ask (R48). A link to a profile that was deleted since it was made stays a bare id.
 * Cross-holdings in a circle are kept and flagged. Raises `associate.unknown-profile`, `associate.self-link`,
 * `associate.unknown-task-variant`, `associate.too-deep`, `profile.entity-type-mismatch`,
 * `request.too-large`.
 */
export async function linkAssociates(scope: Scope, written: WrittenData, sent: SentLinks): Promise<void> {
  if (written.root.entityType !== 'COMPANY') return
  const wanted = wantedLinks(written, sent)
  await assertTaskVariants(scope, written.stored, sent)
  const present = written.before === null ? [] : await selectLinksOfCompany(scope, written.root.id)
  const known = new Map(present.map((row) => [row.associateId, row]))
  const gone = goneOf(present, wanted)
  const below = await belowOf(scope, gone)
  await unlinkGone(scope, written.root, gone)
  const grown = wanted.filter((link) => !isUnchanged(known.get(link.associateId), link))
  if (grown.length > newLinksMax)
    throw new Fault('request.too-large', {
      message: `At most ${newLinksMax} associates may be linked in one call: link them in several calls`,
    })
  for (const link of grown) await writeLink(scope, written.root, link)
  await unflagOpened(scope, below)
  if (grown.length > 0) await assertDepth(scope, written.root, wanted)
  const isNew = (link: LinkedAssociate) => known.get(link.associateId)?.profileId !== link.profile.id
  await applyForTasks(scope, wanted, isNew)
}

function wantedLinks(written: WrittenData, sent: SentLinks): LinkedAssociate[] {
  const before = new Set(written.before ? linkedProfiles(written.before) : [])
  const faults: Fault[] = []
  for (const [id, { entityType, pointer }] of sent.links) {
    const profile = sent.profiles.get(id)
    const at = `${pointer}/linked_profile/id`
    if (id === written.root.id) faults.push(new Fault('associate.self-link', { pointer: at }))
    else if (!profile && !before.has(id)) faults.push(new Fault('associate.unknown-profile', { pointer: at }))
    else if (profile && profile.entityType !== entityType)
      faults.push(
        new Fault('profile.entity-type-mismatch', {
          message: `The linked profile is of type ${profile.entityType}`,
          pointer: `${pointer}/entity_type`,
        }),
      )
  }
  if (faults.length > 0) throw new Faults(faults)
  return linkedNodes(written.stored.associates).flatMap((node) => {
    const profile = sent.profiles.get(node.profileId)
    if (!profile) return []
    const { id: associateId, taskVariantIds } = node
    return [{ associateId, profile, roles: sortedRoles(node.roles), taskVariantIds }]
  })
}

function linkedProfiles(stored: StoredData): string[] {
  return linkedNodes(stored.associates).map((node) => node.profileId)
}

async function assertTaskVariants(scope: Scope, stored: StoredData, sent: SentLinks): Promise<void> {
  const policy = await currentPolicy(scope)
  const ids = linkedNodes(stored.associates).flatMap((node) => node.taskVariantIds)
  const unknown = ids.find((id) => findTaskVariant(policy, { id }) === undefined)
  if (unknown !== undefined)
    throw new Fault('associate.unknown-task-variant', {
      message: `There is no task variant ${unknown}`,
      pointer: variantPointer(sent.data, unknown, sent.base),
    })
}

/** The links that are not wanted any more, or that now lead to another profile. */
function goneOf(present: readonly LinkRow[], wanted: readonly LinkedAssociate[]): LinkRow[] {
  const kept = new Map(wanted.map((link) => [link.associateId, link.profile.id]))
  return present.filter((row) => kept.get(row.associateId) !== row.profileId)
}

async function unlinkGone(scope: Scope, company: ProfileRoot, gone: readonly LinkRow[]): Promise<void> {
  if (gone.length === 0) return
  await deleteLinks(
    scope,
    company.id,
    gone.map((row) => row.associateId),
  )
  // Kept replies of the company may show these profiles, and an erasure would not find them by a link any more.
  await deleteKeptReplies(scope, [company.id])
  for (const row of gone)
    scope.record(
      {
        kind: 'associate.unlinked',
        payload: { resolver_id: row.associateId, linked_profile_id: row.profileId, roles: [...row.roles] },
      },
      company,
    )
}

/** The companies whose circles may open when these links go. */
export async function belowOf(scope: Scope, gone: readonly LinkRow[]): Promise<string[]> {
  if (gone.length === 0) return []
  const from = gone.map((row) => row.profileId)
  return [...from, ...(await selectDescendants(scope, from))]
}

/** Takes the flag off links that close a circle no more, so that they count as levels again. */
export async function unflagOpened(scope: Scope, companies: readonly string[]): Promise<void> {
  if (companies.length === 0) return
  for (const link of await selectCircularLinks(scope, companies))
    if (!(await selectDescendants(scope, [link.profileId])).has(link.companyId))
      await upsertLink(scope, { ...link, isCircular: false })
}

function isUnchanged(row: LinkRow | undefined, link: LinkedAssociate): boolean {
  return row?.profileId === link.profile.id && row.roles.join() === link.roles.join()
}

async function writeLink(scope: Scope, company: ProfileRoot, link: LinkedAssociate): Promise<void> {
  const isCircular =
    link.profile.entityType === 'COMPANY' &&
    (await selectDescendants(scope, [link.profile.id])).has(company.id)
  const { associateId, profile, roles } = link
  await upsertLink(scope, { companyId: company.id, associateId, profileId: profile.id, roles, isCircular })
  const payload = {
    resolver_id: associateId,
    linked_profile_id: profile.id,
    roles: [...roles],
    task_variant_ids: [...link.taskVariantIds],
    ...(isCircular ? { circular: true } : {}),
  }
  scope.record({ kind: 'associate.linked', payload }, company)
}

async function assertDepth(
  scope: Scope,
  company: ProfileRoot,
  links: readonly LinkedAssociate[],
): Promise<void> {
  const below = links.some((link) => link.profile.entityType === 'COMPANY')
    ? await countLevels(scope, company.id, 'below')
    : 1
  const levels = (await countLevels(scope, company.id, 'above')) + below
  if (levels > levelsMax)
    throw new Fault('associate.too-deep', {
      message: `The chain of associates would be ${levels} levels deep; ${levelsMax} are the most`,
    })
}
