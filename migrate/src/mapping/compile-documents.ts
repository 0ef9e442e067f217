import type { Row } from '../sources/csv-source.ts'
import { columnIndex } from './compile-field.ts'
import { compileFields } from './compile-fields.ts'
import { MappingFault } from './mapping-fault.ts'
import type { Documents } from './settings.ts'
import type { Json } from './target-path.ts'

type Kind = Documents['kinds'][string]

/** One row of documents, mapped. `path` is as the source writes it. */
export interface MappedDocument {
  owner: string
  path: string
  title: string
  kind: Kind
  extractedData: Json
}

/** The documents' mapping bound to the header of its source. */
export interface DocumentReader {
  /** Throws MappingFault. */
  read(row: Row): MappedDocument
  unmapped: string[]
}

/** Binds the mapping of documents to a header; throws MappingError with the place in the project file. */
export function compileDocuments(
  documents: Documents,
  header: readonly string[],
  at: readonly (string | number)[],
): DocumentReader {
  const index = (name: 'owner' | 'path' | 'kind'): number =>
    columnIndex(documents[name], header, [...at, name])
  const [owner, path, kind] = [index('owner'), index('path'), index('kind')]
  const title = documents.title === undefined ? null : columnIndex(documents.title, header, [...at, 'title'])
  const { build, columns } = compileFields(documents.extracted_data, header, [...at, 'extracted_data'])
  const used = new Set([owner, path, kind, title, ...columns])
  const kinds = new Map(Object.entries(documents.kinds))
  const text = (row: Row, column: number | null): string =>
    column === null ? '' : (row.values[column]?.trim() ?? '')
  return {
    unmapped: header.filter((_, column) => !used.has(column)),
    read: (row) => {
      const found = kinds.get(text(row, kind))
      if (found === undefined) throw unknownKind(text(row, kind), [...kinds.keys()])
      const source = text(row, path)
      return {
        owner: text(row, owner),
        path: source,
        title: text(row, title) || (source.split(/[\\/]/u).at(-1) ?? source),
        kind: found,
        extractedData: build(row.values),
      }
    },
  }
}

function unknownKind(name: string, known: readonly string[]): MappingFault {
  return new MappingFault({
    code: 'UNKNOWN_KIND',
    reason: `"${name}" is not among the kinds of documents that the mapping names`,
    suggestion: `Correct it to one of ${known.join(', ')}, or add it under "kinds"`,
  })
}
