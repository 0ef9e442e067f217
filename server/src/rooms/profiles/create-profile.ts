import { automaticProducts } from '@drawbridge/policy/look-up.ts'
import type { Product } from '@drawbridge/policy/policy.ts'
import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { CreateProfile } from '@drawbridge/schema/profile.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { apply, assertOpen, isOpen, namedProduct } from '../applications/index.ts'
import { countryOf, writeFirstData } from '../collected-data/index.ts'
import { currentPolicy } from '../policies/index.ts'
import { addProfile } from '../profile-root/index.ts'
import { linkAssociates, lockLinked } from './link-associates.ts'

interface Wish {
  readonly product: Product
  readonly role: AssociatedRole | undefined
}

/**
 * Creates a profile with its collected data and its applications (R45 to R47): those named, or without any named
 * every product that a customer of its kind applies for by itself. Raises `profile.entity-type-mismatch`,
 * `profile.customer-ref-taken`, `product.unknown`, `product.closed`, and what linking associates raises.
 */
export async function createProfile(scope: Scope, input: Input<typeof CreateProfile>): Promise<string> {
  const { role, collected_data: data, applications } = input.body
  if (!role.startsWith(data.entity_type))
    throw new Fault('profile.entity-type-mismatch', {
      message: `A profile in the role ${role} cannot have collected data of type ${data.entity_type}`,
      pointer: '/collected_data/entity_type',
    })
  const linked = await lockLinked(scope, data, '/collected_data', [])
  const root = await addProfile(scope, role, data.entity_type, countryOf(data))
  const reference = data.customer_ref === undefined ? {} : { customer_ref: data.customer_ref }
  scope.record(
    { kind: 'profile.created', payload: { role, entity_type: data.entity_type, ...reference } },
    root,
  )
  const written = await writeFirstData(scope, root, data)
  await linkAssociates(scope, written, linked)
  for (const wish of await wishes(scope, root, applications))
    await apply(scope, root, wish.product, wish.role)
  return root.id
}

async function wishes(
  scope: Scope,
  root: { role: string; entityType: 'INDIVIDUAL' | 'COMPANY' },
  named: Input<typeof CreateProfile>['body']['applications'],
): Promise<Wish[]> {
  if (named === undefined) {
    if (!root.role.endsWith('_CUSTOMER')) return []
    const products = automaticProducts(await currentPolicy(scope), root.entityType)
    const open = products.filter((product) => isOpen(scope, product))
    // A new customer that would apply for nothing is one that is not taken now.
    if (open.length === 0) for (const product of products) assertOpen(scope, product, '')
    return open.map((product) => ({ product, role: undefined }))
  }
  const found: Wish[] = []
  for (const [index, application] of named.entries()) {
    const product = await namedProduct(scope, root, application, `/applications/${index}/product`)
    found.push({ product, role: application.associated_role })
  }
  return found
}
