import { checkTypes } from '@drawbridge/policy/check-types.ts'
import { findCheckVariant, findProduct, findSmartPolicy } from '@drawbridge/policy/look-up.ts'
import type { Policy } from '@drawbridge/policy/policy.ts'
import type { CreateRescreen } from '@drawbridge/schema/monitoring.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy, disabledCheckVariantIds } from '../policies/index.ts'
import {
  countPopulation,
  firstId,
  insertRescreen,
  type Population,
  selectTagId,
} from './queries-rescreens.ts'

/** What is to be run, and for whom. */
export type RescreenOrder = Input<typeof CreateRescreen>['body']

/**
 * Begins to run a check for a whole population, as when the provider changes (R35); a worker goes through it at the
 * rate that was asked for. Returns its id. Raises `rescreen.unknown-name`, `rescreen.check-off`.
 */
export async function createRescreen(scope: Scope, order: RescreenOrder): Promise<string> {
  const policy = await currentPolicy(scope)
  const variant = findCheckVariant(policy, { alias: order.check_variant })
  if (!variant) throw unknownName('/check_variant')
  if ((await disabledCheckVariantIds(scope)).includes(variant.id))
    throw new Fault('rescreen.check-off', { pointer: '/check_variant' })
  const { entityType } = checkTypes[variant.check_type]
  const population = await populationOf(scope, policy, entityType, order)
  const id = scope.newId()
  const { product, policy: smartPolicy, per_minute } = order
  await insertRescreen(scope, {
    ...population,
    id,
    variantId: variant.id,
    state: 'RUNNING',
    asked: {
      variant: variant.alias,
      ...(product === undefined ? {} : { product }),
      ...(smartPolicy === undefined ? {} : { policy: smartPolicy }),
    },
    perMinute: per_minute,
    afterProfileId: firstId,
    total: await countPopulation(scope, population),
    nextAt: scope.now,
    createdAt: scope.now,
    endedAt: null,
  })
  return id
}

const unknownName = (pointer: string) => new Fault('rescreen.unknown-name', { pointer })

async function populationOf(
  scope: Scope,
  policy: Policy,
  entityType: EntityType,
  order: RescreenOrder,
): Promise<Population> {
  const tagId = order.tag === undefined ? null : ((await selectTagId(scope, order.tag)) ?? undefined)
  if (tagId === undefined) throw unknownName('/tag')
  return { entityType, productIds: productsOf(policy, entityType, order), tagId }
}

/** The products that were asked for, by name or by the smart policy they go by; null for all. */
function productsOf(policy: Policy, entityType: EntityType, order: RescreenOrder): string[] | null {
  if (order.product === undefined && order.policy === undefined) return null
  const product = order.product === undefined ? undefined : findProduct(policy, { alias: order.product })
  if (order.product !== undefined && !product) throw unknownName('/product')
  if (order.policy === undefined) return product ? [product.id] : []
  if (!findSmartPolicy(policy, { alias: order.policy })) throw unknownName('/policy')
  return policy.products
    .filter((one) => one.smart_policies[entityType] === order.policy && (!product || one.id === product.id))
    .map((one) => one.id)
}
