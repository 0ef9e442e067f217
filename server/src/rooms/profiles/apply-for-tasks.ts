import { findProduct, findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy, Product } from '@drawbridge/policy/policy.ts'
import { isEnded } from '@drawbridge/policy/status.ts'
import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { type ApplicationRow, apply, selectApplications } from '../applications/index.ts'
import { currentPolicy } from '../policies/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { newApplicationsMax, roleForTask } from './rules.ts'

/** An associate of a company with its own profile, and the tasks of the company it is verified for. */
export interface LinkedAssociate {
  readonly associateId: string
  readonly profile: ProfileRoot
  readonly roles: readonly AssociatedRole[]
  readonly taskVariantIds: readonly string[]
}

interface Due {
  readonly profile: ProfileRoot
  readonly product: Product
  readonly role: AssociatedRole | undefined
}

/** Associates apply for the product of each task they are verified for, once, in the role the task is about. */
export async function applyForTasks(
  scope: Scope,
  wanted: readonly LinkedAssociate[],
  isNew: (link: LinkedAssociate) => boolean,
): Promise<void> {
  const verified = wanted.filter((link) => link.taskVariantIds.length > 0)
  if (verified.length === 0) return
  const policy = await currentPolicy(scope)
  const applications = await selectApplications(
    scope,
    verified.map((link) => link.profile),
  )
  const due = verified.flatMap((link) => {
    const made = applications.get(link.profile.id) ?? []
    // Whoever is put back on the lists applies anew; whoever stays there and was rejected does not.
    return dueFor(link, isNew(link) ? made.filter((one) => !isEnded(one)) : made, policy)
  })
  if (due.length > newApplicationsMax)
    throw new Fault('request.too-large', {
      message: `Associates may begin at most ${newApplicationsMax} applications in one call: link them in several calls`,
    })
  for (const { profile, product, role } of due) await apply(scope, profile, product, role)
}

function dueFor(link: LinkedAssociate, applications: readonly ApplicationRow[], policy: Policy): Due[] {
  const applied = new Set(applications.map((application) => application.productId))
  return link.taskVariantIds.flatMap((id) => {
    const variant = findTaskVariant(policy, { id })
    const product = variant?.associates && findProduct(policy, { alias: variant.associates.product })
    if (!product || applied.has(product.id) || product.smart_policies[link.profile.entityType] === undefined)
      return []
    applied.add(product.id)
    return [{ profile: link.profile, product, role: roleForTask(variant.task_type, link.roles) }]
  })
}
