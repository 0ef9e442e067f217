import { expect, test } from 'vitest'
import { defaultPolicy } from './default-policy.ts'
import { automaticProducts, findProduct, findTaskVariant } from './look-up.ts'
import { requiredVariants } from './walk.ts'

const lists = [defaultPolicy.products, defaultPolicy.smart_policies, defaultPolicy.task_variants]

test('every id and alias of the built-in policy is one of its kind', () => {
  for (const list of lists) {
    expect(new Set(list.map((item) => item.id)).size).toBe(list.length)
    expect(new Set(list.map((item) => item.alias)).size).toBe(list.length)
  }
  const ids = lists.flatMap((list) => list.map((item) => item.id))
  expect(new Set(ids).size).toBe(ids.length)
})

test('whatever the built-in policy names exists and is for the same kind of profile', () => {
  for (const product of defaultPolicy.products)
    for (const [entityType, alias] of Object.entries(product.smart_policies)) {
      const flow = defaultPolicy.smart_policies.find((candidate) => candidate.alias === alias)
      expect(flow?.entity_type, `${product.alias} ${entityType}`).toBe(entityType)
    }
  for (const variant of defaultPolicy.task_variants)
    if (variant.associates)
      expect(findProduct(defaultPolicy, { alias: variant.associates.product })?.applicants).toBe('ASSOCIATED')
  for (const flow of defaultPolicy.smart_policies) {
    const elements = new Map(flow.elements.map((element) => [element.id, element]))
    expect(elements.size).toBe(flow.elements.length)
    expect(elements.has(flow.start)).toBe(true)
    for (const element of flow.elements) {
      const next =
        element.kind === 'task' ? [element.next] : element.kind === 'branch' ? [element.yes, element.no] : []
      for (const id of next) expect(elements.has(id), `${flow.alias} ${id}`).toBe(true)
      for (const alias of element.kind === 'task' ? element.task_variants : []) {
        const variant = findTaskVariant(defaultPolicy, { alias })
        expect(variant?.task_type.startsWith(flow.entity_type), `${flow.alias} ${alias}`).toBe(true)
      }
    }
  }
})

test('every product asks for tasks from each kind of profile that may apply, and each kind applies by itself', () => {
  for (const product of defaultPolicy.products)
    for (const entityType of ['INDIVIDUAL', 'COMPANY'] as const) {
      const asked = requiredVariants(defaultPolicy, product.id, entityType)
      expect(asked.length > 0).toBe(product.smart_policies[entityType] !== undefined)
    }
  expect(automaticProducts(defaultPolicy, 'INDIVIDUAL').map(({ alias }) => alias)).toEqual([
    'individual_account',
  ])
  expect(automaticProducts(defaultPolicy, 'COMPANY').map(({ alias }) => alias)).toEqual(['business_account'])
})
