import { setImmediate } from 'node:timers/promises'
import type { Settings } from '../mapping/settings.ts'
import type { Fault, Row } from '../sources/csv-source.ts'
import { checkDocument, checkParty, checkRelation, placeOf } from './check-rows.ts'
import type { AnySource, DocumentSource, PartySource, RelationSource, Sources } from './open-sources.ts'
import type { PartyEntry, SourceIndex } from './source-index.ts'

/** How far the reading is; its share is that of the bytes, since nobody has counted the rows yet. */
export interface IndexProgress {
  file: string
  rows: number
  unusable: number
  bytes: number
  bytesTotal: number
}

/** What one source holds. */
export interface SourceSummary {
  kind: string
  file: string
  rows: number
  usable: number
  unusable: number
  /** Columns that the mapping does not read. */
  unmapped_columns: string[]
}

/** Rows after which other work of the process gets its turn. */
const turnRows = 1000

/**
 * Reads every row of every source once, checks it, and writes the index. Parties come first, since relations and
 * documents are held against them. Memory does not grow with the sources.
 */
export async function buildIndex(
  sources: Sources,
  settings: Settings,
  index: SourceIndex,
  onProgress: (progress: IndexProgress) => void,
): Promise<SourceSummary[]> {
  const summaries: SourceSummary[] = []
  const piece = Buffer.allocUnsafe(1024 * 1024)
  const bytesTotal = sources.all.reduce((sum, source) => sum + source.csv.bytes, 0)
  const before = { rows: 0, unusable: 0, bytes: 0 }
  const readAll = async (source: AnySource, take: (row: Row) => Fault | null): Promise<void> => {
    let rows = 0
    let unusable = 0
    for (const row of source.csv.rows()) {
      const found = take(row)
      rows += 1
      if (found !== null) {
        unusable += 1
        index.addUnusable({ ...placeOf(source.number, row), ...found })
      }
      if (rows % turnRows === 0) {
        onProgress({
          file: source.file,
          rows: before.rows + rows,
          unusable: before.unusable + unusable,
          bytes: before.bytes + row.offset + row.length,
          bytesTotal,
        })
        await setImmediate()
      }
    }
    before.rows += rows
    before.unusable += unusable
    before.bytes += source.csv.bytes
    const { kind, file, reader } = source
    summaries.push({ kind, file, rows, usable: rows - unusable, unusable, unmapped_columns: reader.unmapped })
  }
  for (const source of sources.parties)
    await readAll(source, (row) => takeParty(source, row, settings, index, sources))
  for (const source of sources.relations) await readAll(source, (row) => takeRelation(source, row, index))
  index.markSent()
  for (const source of sources.documents) {
    await readAll(source, (row) => takeDocument(source, row, index, sources.directory, piece))
  }
  return summaries
}

function takeParty(
  source: PartySource,
  row: Row,
  settings: Settings,
  index: SourceIndex,
  sources: Sources,
): Fault | null {
  const { value, fault } = checkParty(source, row, settings.minimum.address)
  const ref = source.reader.ref(row)
  // Broken bytes may have moved the columns: such a row takes no reference from others.
  const hasPlace = ref !== '' && (row.fault === undefined || row.fault.code === 'ENCODING')
  if (!hasPlace) return fault ?? null
  const entity = source.kind === 'companies' ? 'COMPANY' : 'INDIVIDUAL'
  const entry = {
    ref,
    entity,
    client: value?.client ?? true,
    usable: fault === undefined,
    ...placeOf(source.number, row),
  } as const
  if (index.addParty(entry, new Set([...settings.tags, ...(value?.tags ?? [])]).size)) return fault ?? null
  return fault ?? duplicate(ref, index.party(ref), sources)
}

function duplicate(ref: string, first: PartyEntry | null, sources: Sources): Fault {
  const file = first === null ? '' : (sources.all[first.source]?.file ?? '')
  return {
    code: 'DUPLICATE_REFERENCE',
    reason: `The reference ${ref} is that of ${file}, line ${first?.line} already; the first row is the one that counts`,
    suggestion: 'Give the row its own number, or remove it if it is the same client',
  }
}

function takeRelation(source: RelationSource, row: Row, index: SourceIndex): Fault | null {
  const { value, fault } = checkRelation(source, row, index)
  if (fault !== undefined) return fault
  index.addRelation(value)
  return null
}

function takeDocument(
  source: DocumentSource,
  row: Row,
  index: SourceIndex,
  directory: string,
  piece: Buffer,
): Fault | null {
  const { value, fault } = checkDocument(source, row, index, directory, piece)
  if (fault !== undefined) return fault
  if (index.addDocument(value)) return null
  return {
    code: 'DUPLICATE_DOCUMENT',
    reason: `${value.owner} has a document with the same content and the same title or side already`,
    suggestion: 'Remove the row',
  }
}
