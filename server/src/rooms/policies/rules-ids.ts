import type { Policy } from '@drawbridge/policy/policy.ts'
import { z } from 'zod'

/** The lists of a policy whose items have ids. */
const lists = [
  'products',
  'smart_policies',
  'task_variants',
  'check_variants',
  'risk_models',
  'decision_reasons',
  'custom_fields',
] as const

const Named = z.looseObject({ id: z.string().optional(), alias: z.string().optional() })
type Named = z.infer<typeof Named>
type Identified = { readonly id: string; readonly alias: string }

/**
 * A draft with the ids it left out: what exists, in the policy in force or in an earlier draft, keeps its id, found by
 * id and else by alias; what is new gets one from `newId`, unless it brought its own. What is not shaped like a list of
 * named things stays for the parser to refuse.
 */
export function withIds(
  document: Readonly<Record<string, unknown>>,
  existing: { readonly inForce: Policy; readonly draft: Policy | undefined },
  newId: () => string,
): Record<string, unknown> {
  const filled: Record<string, unknown> = { ...document }
  for (const list of lists) {
    const items = document[list]
    const known = [...(existing.draft?.[list] ?? []), ...existing.inForce[list]]
    if (Array.isArray(items)) filled[list] = identified(items, known, newId)
  }
  return filled
}

function identified(
  items: readonly unknown[],
  existing: readonly Identified[],
  newId: () => string,
): unknown[] {
  const byId = new Map(existing.map((item) => [item.id, item.id]))
  const byAlias = new Map(existing.map((item) => [item.alias, item.id]))
  const read = items.map((item) => Named.safeParse(item).data)
  // Who is named by id goes first: a thing that took over the alias of a renamed one is another thing.
  const taken = new Set(read.flatMap((item) => byId.get(item?.id?.toLowerCase() ?? '') ?? []))
  return items.map((item, index) => {
    const named = read[index]
    return named === undefined ? item : { ...ordered(named, idOf(named, byId, byAlias, taken, newId)) }
  })
}

function idOf(
  named: Named,
  byId: ReadonlyMap<string, string>,
  byAlias: ReadonlyMap<string, string>,
  taken: Set<string>,
  newId: () => string,
): string {
  const own = byId.get(named.id?.toLowerCase() ?? '')
  if (own !== undefined) return own
  const kept = byAlias.get(named.alias ?? '')
  if (kept === undefined || taken.has(kept)) return named.id?.toLowerCase() ?? newId()
  taken.add(kept)
  return kept
}

function ordered({ id: _given, ...rest }: Named, id: string): Named {
  return { id, ...rest }
}

/** A field that a draft has and a policy does not, by pointer: most likely a slip of the pen. */
export function unknownFields(given: unknown, parsed: unknown, pointer = ''): string[] {
  if (Array.isArray(given) && Array.isArray(parsed))
    return given.flatMap((item, index) => unknownFields(item, parsed[index], `${pointer}/${index}`))
  if (!isObject(given) || !isObject(parsed)) return []
  return Object.entries(given).flatMap(([name, value]) => {
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    return Object.hasOwn(parsed, name) ? unknownFields(value, parsed[name], at) : [at]
  })
}

/** Whether a value of a document has fields. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A decision reason as it was once published. */
export interface PublishedReason {
  readonly id: string
  readonly alias: string
}

/** The reasons whose alias is another than the published one, which is fixed: their place in the list and the alias. */
export function renamedReasons(
  policy: Policy,
  published: readonly PublishedReason[],
): { readonly index: number; readonly alias: string }[] {
  const aliasOf = new Map(published.map(({ id, alias }) => [id, alias]))
  return policy.decision_reasons.flatMap((reason, index) => {
    const alias = aliasOf.get(reason.id)
    return alias === undefined || alias === reason.alias ? [] : [{ index, alias }]
  })
}
