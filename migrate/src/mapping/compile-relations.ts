import type { ClassicList } from '@drawbridge/schema/associate-lists.ts'
import type { Row } from '../sources/csv-source.ts'
import { columnIndex } from './compile-field.ts'
import { compileFields, type DocumentBuilder } from './compile-fields.ts'
import { MappingFault } from './mapping-fault.ts'
import type { Relations } from './settings.ts'
import type { Json } from './target-path.ts'

/** One row of relations, mapped. */
export interface MappedRelation {
  company: string
  party: string
  list: ClassicList
  fields: Json
  taskVariantIds: string[]
}

/** The relations' mapping bound to the header of its source. */
export interface RelationReader {
  /** Throws MappingFault. */
  read(row: Row): MappedRelation
  unmapped: string[]
}

interface Role {
  list: ClassicList
  ended: { index: number; list: ClassicList } | null
  build: DocumentBuilder
  taskVariantIds: string[]
}

/** Binds the mapping of relations to a header; throws MappingError with the place in the project file. */
export function compileRelations(
  relations: Relations,
  header: readonly string[],
  at: readonly (string | number)[],
): RelationReader {
  const index = (name: 'company' | 'party' | 'role'): number =>
    columnIndex(relations[name], header, [...at, name])
  const [company, party, role] = [index('company'), index('party'), index('role')]
  const used = new Set([company, party, role])
  const roles = new Map<string, Role>()
  for (const [name, rule] of Object.entries(relations.roles)) {
    const here = [...at, 'roles', name]
    const { build, columns } = compileFields(rule.fields, header, [...here, 'fields'])
    const ended =
      rule.ended === undefined
        ? null
        : { index: columnIndex(rule.ended.when, header, [...here, 'ended', 'when']), list: rule.ended.list }
    for (const column of [...columns, ...(ended === null ? [] : [ended.index])]) used.add(column)
    roles.set(name, { list: rule.list, ended, build, taskVariantIds: rule.task_variant_ids ?? [] })
  }
  const text = (row: Row, column: number): string => row.values[column]?.trim() ?? ''
  return {
    unmapped: header.filter((_, column) => !used.has(column)),
    read: (row) => {
      const found = roles.get(text(row, role))
      if (found === undefined) throw unknownRole(text(row, role), [...roles.keys()])
      const hasEnded = found.ended !== null && text(row, found.ended.index) !== ''
      return {
        company: text(row, company),
        party: text(row, party),
        list: hasEnded && found.ended !== null ? found.ended.list : found.list,
        fields: found.build(row.values),
        taskVariantIds: found.taskVariantIds,
      }
    },
  }
}

function unknownRole(name: string, known: readonly string[]): MappingFault {
  return new MappingFault({
    code: 'UNKNOWN_ROLE',
    reason: `"${name}" is not among the roles that the mapping names`,
    suggestion: `Correct it to one of ${known.join(', ')}, or add it under "roles"`,
  })
}
