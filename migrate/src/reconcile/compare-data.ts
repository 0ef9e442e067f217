import { classicLists } from '@drawbridge/schema/associate-lists.ts'
import { EntityData } from '@drawbridge/schema/collected-data.ts'
import { normaliseCollectedData } from '@drawbridge/schema/normalise-collected-data.ts'

/** One field that is not in the target as the source has it. */
export interface FieldDifference {
  /** JSON pointer (RFC 6901) into the client's data. */
  field: string
  kind: 'missing' | 'different' | 'unexpected'
}

type Json = Record<string, unknown>

/**
 * Compares what was sent with what the target says now, field by field, after the documented normalisations of
 * the server on both. Associates and documents are effects of their own and compared apart; what the target adds
 * to the fields sent is a difference too, since nobody sent it.
 */
export function compareData(sent: Json, found: Json): FieldDifference[] {
  return differences(comparable(sent), comparable(found), '')
}

/** The data in its normal form, without associates and documents. */
function comparable(data: Json): Json {
  const parsed = EntityData.safeParse(data)
  const normal = (parsed.success ? normaliseCollectedData(parsed.data) : structuredClone(data)) as Json
  delete normal.associated_entities
  delete normal.documents
  for (const list of classicLists) removeAt(normal, list.split('.'))
  return normal
}

function removeAt(data: Json, path: string[]): void {
  const [name, ...rest] = path
  if (name === undefined) return
  if (rest.length === 0) delete data[name]
  const inner = data[name]
  if (typeof inner !== 'object' || inner === null) return
  removeAt(inner as Json, rest)
  if (Object.keys(inner).length === 0) delete data[name]
}

function differences(sent: unknown, found: unknown, at: string): FieldDifference[] {
  if (sent === found) return []
  if (sent === undefined) return isEmpty(found) ? [] : [{ field: at, kind: 'unexpected' }]
  if (found === undefined) return isEmpty(sent) ? [] : [{ field: at, kind: 'missing' }]
  if (isObject(sent) && isObject(found)) {
    const names = [...new Set([...Object.keys(sent), ...Object.keys(found)])].sort()
    return names.flatMap((name) => differences(sent[name], found[name], `${at}/${escaped(name)}`))
  }
  if (Array.isArray(sent) && Array.isArray(found)) {
    const length = Math.max(sent.length, found.length)
    return Array.from({ length }, (_, index) =>
      differences(sent[index], found[index], `${at}/${index}`),
    ).flat()
  }
  return [{ field: at, kind: 'different' }]
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An empty list or object says the same as none at all. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) ? Object.values(value).every(isEmpty) : value === null
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
