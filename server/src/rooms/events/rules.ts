import type { EventResolution } from '@drawbridge/schema/event.ts'
import type { EventRow } from './queries.ts'
import type { HitStatus } from './rules-hits.ts'

/** A search computes it anew each time: another score alone is no news of a match. */
const restless = new Set(['score'])

/** What is said of a match as one text that is the same for the same content, whatever the order of its fields. */
export function contentText(data: Readonly<Record<string, unknown>>): string {
  const said = Object.fromEntries(Object.entries(data).filter(([name]) => !restless.has(name)))
  return JSON.stringify(sorted(said))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]))
}

/** What becomes of a match that was found again. */
export type Verdict =
  | { readonly kind: 'add'; readonly resolution: EventResolution }
  | { readonly kind: 'change'; readonly resolution: EventResolution }
  | { readonly kind: 'keep' }

/**
 * What a match that a provider reports means for the event that may exist of it. The same again is no news. Other
 * content brings back what was ignored or dismissed, since nobody has looked at that content; what is confirmed stays
 * so. What the provider itself dismisses counts as dismissed, unless a person said otherwise.
 */
export function verdictOn(
  found: { readonly status: HitStatus; readonly contentToken: bigint },
  known: Pick<EventRow, 'resolution' | 'contentToken'> | undefined,
): Verdict {
  const isDismissed = found.status === 'MISMATCH'
  if (known === undefined) return { kind: 'add', resolution: isDismissed ? 'MISMATCH' : 'UNRESOLVED' }
  const isSame = known.contentToken === found.contentToken
  if (isDismissed && known.resolution === 'UNRESOLVED') return { kind: 'change', resolution: 'MISMATCH' }
  if (isSame) return { kind: 'keep' }
  const isSetAside = known.resolution === 'IGNORE' || known.resolution === 'MISMATCH'
  return { kind: 'change', resolution: isSetAside && !isDismissed ? 'UNRESOLVED' : known.resolution }
}
