import type { EntityType } from '@drawbridge/schema/scalars.ts'
import { findProduct, findTaskVariant } from './look-up.ts'
import type { Policy, PolicyElement } from './policy.ts'

/**
 * The task variants, by id, that the smart policy of a product asks for: those met on the straight way from the
 * start. The walk ends at an outcome, or before the first question.
 */
export function requiredVariants(policy: Policy, productId: string, entityType: EntityType): string[] {
  const alias = findProduct(policy, { id: productId })?.smart_policies[entityType]
  const flow = policy.smart_policies.find((smartPolicy) => smartPolicy.alias === alias)
  if (!flow) return []
  const elements = new Map(flow.elements.map((element) => [element.id, element]))
  const aliases: string[] = []
  const visited = new Set<string>()
  let element: PolicyElement | undefined = elements.get(flow.start)
  while (element?.kind === 'task' && !visited.has(element.id)) {
    visited.add(element.id)
    aliases.push(...element.task_variants)
    element = elements.get(element.next)
  }
  return [...new Set(aliases)].flatMap((variant) => findTaskVariant(policy, { alias: variant })?.id ?? [])
}
