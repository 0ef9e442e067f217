import type { Policy } from './policy.ts'
import { policyLists } from './validate-names.ts'

/** One thing of a policy that another version has not, has too, or has otherwise. */
export interface PolicyChange {
  readonly what: 'added' | 'removed' | 'changed'
  /** The list it stands in; `policy` where it is a setting of the whole. */
  readonly kind: (typeof policyLists)[number] | 'policy'
  readonly alias: string
  /** The fields that differ, of what was changed. */
  readonly fields: readonly string[]
}

/**
 * What a version of a policy changes in another, by kind and then alias. The same thing is told by its id, so a new
 * alias is a change; the version number and the order of the lists are none.
 */
export function diffPolicies(before: Policy, after: Policy): PolicyChange[] {
  const lists = policyLists.flatMap((kind) =>
    diffLists(before[kind], after[kind])
      .map((change) => ({ ...change, kind }))
      .sort((left, right) => (left.alias < right.alias ? -1 : left.alias > right.alias ? 1 : 0)),
  )
  if (before.rejections_need_reason === after.rejections_need_reason) return lists
  const alias = 'rejections_need_reason'
  return [...lists, { what: 'changed', kind: 'policy', alias, fields: [alias] }]
}

type Item = Readonly<Record<string, unknown>> & { readonly id: string; readonly alias: string }

type ItemChange = Omit<PolicyChange, 'kind'>

function diffLists(before: readonly Item[], after: readonly Item[]): ItemChange[] {
  const old = new Map(before.map((item) => [item.id, item]))
  const kept = new Set(after.map((item) => item.id))
  const removed = before.filter((item) => !kept.has(item.id))
  return [
    ...removed.map(({ alias }): ItemChange => ({ what: 'removed', alias, fields: [] })),
    ...after.flatMap((item): ItemChange[] => {
      const known = old.get(item.id)
      if (!known) return [{ what: 'added', alias: item.alias, fields: [] }]
      const fields = differingFields(known, item)
      return fields.length === 0 ? [] : [{ what: 'changed', alias: item.alias, fields }]
    }),
  ]
}

function differingFields(before: Item, after: Item): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => !isSame(before[name], after[name])).sort()
}

/** Whether two values of a document say the same; the order of an object's fields says nothing. */
function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return Object.is(left, right)
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const [one, other] = [Object.entries(left), new Map(Object.entries(right))]
  return (
    one.length === other.size &&
    one.every(([name, value]) => other.has(name) && isSame(value, other.get(name)))
  )
}
