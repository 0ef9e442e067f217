import type { EntityType } from '../plan/client-unit.ts'
import type { Row } from '../sources/csv-source.ts'
import { columnIndex, compileField } from './compile-field.ts'
import { compileFields } from './compile-fields.ts'
import { MappingFault } from './mapping-fault.ts'
import type { Party } from './settings.ts'
import type { Json } from './target-path.ts'

export type PartyKind = 'individuals' | 'companies' | 'persons'

/** One row of a party, mapped: what is sent for it. */
export interface MappedParty {
  ref: string
  entity: EntityType
  client: boolean
  collectedData: Json
  tags: string[]
}

/** A party's mapping bound to the header of its source. */
export interface PartyReader {
  /** The row's own reference, '' where it has none. */
  ref(row: Row): string
  /** Throws MappingFault. */
  read(row: Row): MappedParty
  /** Columns that nothing reads. */
  unmapped: string[]
}

const tagMax = 64

/** Binds a party's mapping to a header; throws MappingError with the place in the project file. */
export function compileParty(
  kind: PartyKind,
  party: Party,
  header: readonly string[],
  at: readonly (string | number)[],
): PartyReader {
  const entity: EntityType = kind === 'companies' ? 'COMPANY' : 'INDIVIDUAL'
  const refIndex = columnIndex(party.ref, header, [...at, 'ref'])
  const { build, columns } = compileFields(party.fields, header, [...at, 'fields'])
  const tags = party.tags === undefined ? null : compileField(party.tags, header, [...at, 'tags'])
  const { client = kind !== 'persons' } = party
  const isClient = typeof client === 'boolean' ? null : compileField(client, header, [...at, 'client'])
  const used = new Set([refIndex, ...columns, ...(tags?.columns ?? []), ...(isClient?.columns ?? [])])
  const ref = (row: Row): string => row.values[refIndex]?.trim() ?? ''
  return {
    ref,
    unmapped: header.filter((_, index) => !used.has(index)),
    read: (row) => ({
      ref: ref(row),
      entity,
      client: isClient === null ? client === true : isClient.read(row.values) === true,
      collectedData: { entity_type: entity, customer_ref: ref(row), ...build(row.values) },
      tags: tags === null ? [] : tagsOf(tags.read(row.values)),
    }),
  }
}

function tagsOf(value: unknown): string[] {
  if (value === undefined) return []
  const tags = [...new Set((Array.isArray(value) ? value : [value]).map(String))]
  const long = tags.find((tag) => tag.length > tagMax)
  if (long === undefined) return tags
  throw new MappingFault({
    code: 'TAG_TOO_LONG',
    reason: `The label "${long}" has ${long.length} characters, ${tagMax} are the most`,
    suggestion: 'Shorten it, or name a shorter one under "values"',
  })
}
