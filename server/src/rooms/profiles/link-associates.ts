import { findProduct, findTaskVariant, leadingRole } from '@drawbridge/policy/look-up.ts'
import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { apply, selectApplications } from '../applications/index.ts'
import type { StoredData, WrittenData } from '../collected-data/index.ts'
import { linkedNodes } from '../collected-data/index.ts'
import { currentPolicy } from '../policies/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import {
  countLevels,
  deleteKeptReplies,
  deleteLinks,
  type LinkRow,
  selectDescendants,
  selectLinksOfCompany,
  upsertLink,
} from './queries.ts'
import { levelsMax, sortedRoles } from './rules.ts'

interface Wanted {
  readonly associateId: string
  readonly profile: ProfileRoot
  readonly roles: readonly AssociatedRole[]
  readonly taskVariantIds: readonly string[]
}

/**
 * Brings the links of a company in line with what was written, and makes the associates apply for what the tasks
 * they are verified for ask (R48). `profiles` are the linked profiles, locked. Cross-holdings in a circle are kept
 * and flagged. Raises `associate.unknown-profile`, `associate.self-link`, `associate.unknown-task-variant`,
 * `associate.too-deep`.
 */
export async function linkAssociates(
  scope: Scope,
  written: WrittenData,
  profiles: ReadonlyMap<string, ProfileRoot>,
  pointers: ReadonlyMap<string, string>,
): Promise<void> {
  if (written.root.entityType !== 'COMPANY') return
  const wanted = wantedLinks(written, profiles, pointers)
  await assertTaskVariants(scope, written.stored)
  const present = written.before === null ? [] : await selectLinksOfCompany(scope, written.root.id)
  await unlinkGone(scope, written.root, present, wanted)
  const grown = wanted.filter((link) => !present.some((row) => isUnchanged(row, link)))
  for (const link of grown) await writeLink(scope, written.root, link)
  if (grown.length > 0) await assertDepth(scope, written.root, wanted)
  for (const link of wanted) await applyForTasks(scope, link)
}

function wantedLinks(
  written: WrittenData,
  profiles: ReadonlyMap<string, ProfileRoot>,
  pointers: ReadonlyMap<string, string>,
): Wanted[] {
  return linkedNodes(written.stored.associates).map((node) => {
    const pointer = pointers.get(node.profileId) ?? ''
    if (node.profileId === written.root.id) throw new Fault('associate.self-link', { pointer })
    const profile = profiles.get(node.profileId)
    if (!profile) throw new Fault('associate.unknown-profile', { pointer })
    return {
      associateId: node.id,
      profile,
      roles: sortedRoles(node.roles),
      taskVariantIds: node.taskVariantIds,
    }
  })
}

async function assertTaskVariants(scope: Scope, stored: StoredData): Promise<void> {
  const policy = await currentPolicy(scope)
  const ids = linkedNodes(stored.associates).flatMap((node) => node.taskVariantIds)
  const unknown = ids.find((id) => findTaskVariant(policy, { id }) === undefined)
  if (unknown !== undefined)
    throw new Fault('associate.unknown-task-variant', { message: `There is no task variant ${unknown}` })
}

async function unlinkGone(
  scope: Scope,
  company: ProfileRoot,
  present: readonly LinkRow[],
  wanted: readonly Wanted[],
): Promise<void> {
  const kept = new Set(wanted.map((link) => link.associateId))
  const gone = present.filter((row) => !kept.has(row.associateId))
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

function isUnchanged(row: LinkRow, link: Wanted): boolean {
  return (
    row.associateId === link.associateId &&
    row.profileId === link.profile.id &&
    row.roles.join() === link.roles.join()
  )
}

async function writeLink(scope: Scope, company: ProfileRoot, link: Wanted): Promise<void> {
  const isCircular =
    link.profile.entityType === 'COMPANY' && (await selectDescendants(scope, link.profile.id)).has(company.id)
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

async function assertDepth(scope: Scope, company: ProfileRoot, links: readonly Wanted[]): Promise<void> {
  const below = links.some((link) => link.profile.entityType === 'COMPANY')
    ? await countLevels(scope, company.id, 'below')
    : 1
  const levels = (await countLevels(scope, company.id, 'above')) + below
  if (levels > levelsMax)
    throw new Fault('associate.too-deep', {
      message: `The chain of associates would be ${levels} levels deep; ${levelsMax} are the most`,
    })
}

/** An associate applies for the product of each task it is verified for, once. */
async function applyForTasks(scope: Scope, link: Wanted): Promise<void> {
  const policy = await currentPolicy(scope)
  const aliases = link.taskVariantIds.flatMap(
    (id) => findTaskVariant(policy, { id })?.associates?.product ?? [],
  )
  if (aliases.length === 0) return
  const applications = (await selectApplications(scope, [link.profile.id])).get(link.profile.id) ?? []
  const applied = new Set(applications.map((application) => application.productId))
  for (const alias of new Set(aliases)) {
    const product = findProduct(policy, { alias })
    if (!product || applied.has(product.id) || product.smart_policies[link.profile.entityType] === undefined)
      continue
    await apply(scope, link.profile, product, leadingRole(link.roles))
  }
}
