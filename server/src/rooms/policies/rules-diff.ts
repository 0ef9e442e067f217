import type { Policy } from '@drawbridge/policy/policy.ts'
import type { PolicyChange } from '@drawbridge/schema/policies.ts'

const kinds = {
  product: 'products',
  smart_policy: 'smart_policies',
  task_variant: 'task_variants',
  check_variant: 'check_variants',
  risk_model: 'risk_models',
  decision_reason: 'decision_reasons',
  custom_field: 'custom_fields',
} as const

type Item = Readonly<Record<string, unknown>> & { readonly id: string; readonly alias: string }

/** What one policy has that another has not, by kind and in the order of the lists; what keeps its id is the same. */
export function changesBetween(before: Policy, after: Policy): PolicyChange[] {
  return Object.entries(kinds).flatMap(([kind, list]) => changesOf(kind, before[list], after[list]))
}

function changesOf(kind: string, before: readonly Item[], after: readonly Item[]): PolicyChange[] {
  const old = new Map(before.map((item) => [item.id, item]))
  const kept = new Set(after.map((item) => item.id))
  const removed = before.filter(({ id }) => !kept.has(id))
  return [
    ...after.flatMap((item): PolicyChange[] => {
      const earlier = old.get(item.id)
      if (!earlier) return [{ change: 'added', kind, alias: item.alias, fields: [] }]
      const fields = changedFields(earlier, item)
      return fields.length === 0 ? [] : [{ change: 'changed', kind, alias: item.alias, fields }]
    }),
    ...removed.map(({ alias }) => ({ change: 'removed' as const, kind, alias, fields: [] })),
  ]
}

function changedFields(before: Item, after: Item): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}
