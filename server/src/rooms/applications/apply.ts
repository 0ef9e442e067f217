import { findProduct } from '@drawbridge/policy/look-up.ts'
import type { Product } from '@drawbridge/policy/policy.ts'
import type { NewApplication } from '@drawbridge/schema/application.ts'
import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { addApplicationRow } from './queries.ts'
import { addHistory } from './queries-history.ts'

/**
 * The product that a request names. Raises `product.unknown`, also when it is not for this kind of profile, and
 * `product.closed`.
 */
export async function namedProduct(
  scope: Scope,
  profile: Pick<ProfileRoot, 'entityType'>,
  wanted: NewApplication,
  pointer: string,
): Promise<Product> {
  const product = findProduct(await currentPolicy(scope), wanted.product)
  if (!product) throw new Fault('product.unknown', { pointer })
  if (product.smart_policies[profile.entityType] === undefined)
    throw new Fault('product.unknown', {
      message: `The product ${product.alias} is not for profiles of type ${profile.entityType}`,
      pointer,
    })
  assertOpen(scope, product, pointer)
  return product
}

/** Whether the caller may begin applications for a product: for a time it may be left to a migration (R22). */
export function isOpen(scope: Scope, product: Product): boolean {
  return product.intake === 'open' || scope.actor.keyClass === 'MIGRATION'
}

/** Raises `product.closed`. */
export function assertOpen(scope: Scope, product: Product, pointer: string): void {
  if (isOpen(scope, product)) return
  throw new Fault('product.closed', {
    message: `The product ${product.alias} takes no new clients for a time: only a migration may begin applications for it`,
    pointer,
  })
}

/** Makes a locked profile apply for a product. What the policy asks for follows when the case is settled. */
export async function apply(
  scope: Scope,
  profile: ProfileRoot,
  product: Product,
  role: AssociatedRole | undefined,
): Promise<string> {
  const id = scope.newId()
  const [status, flag] = ['APPLIED', 'AUTOMATING'] as const
  await addApplicationRow(scope, profile, {
    profileId: profile.id,
    id,
    productId: product.id,
    associatedRole: role ?? null,
    status,
    flag,
    requiredVariants: [],
    risk: null,
    isHeldByPerson: false,
    isManualActionRaised: false,
    hidden: false,
    createdAt: scope.now,
  })
  await addHistory(scope, profile, scope.actor, [
    { applicationId: id, kind: 'STATUS', status, flag, comment: null, reasons: [] },
  ])
  const named = { id: product.id, alias: product.alias, name: product.name }
  const asRole = role === undefined ? {} : { associated_role: role }
  scope.record(
    { kind: 'application.created', payload: { application_id: id, product: named, ...asRole } },
    profile,
  )
  return id
}
