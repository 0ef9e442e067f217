import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { csvLine } from '../sources/write-csv.ts'
import { lineOf } from './build-unit.ts'
import type { LeftOutRow, UnusableRow } from './client-unit.ts'
import type { Sources } from './open-sources.ts'
import type { SourceIndex, UnusableEntry } from './source-index.ts'

const page = 500

/** Every row that cannot be sent, with all columns of its source, in source order. */
export function* unusableRows(index: SourceIndex, sources: Sources): Generator<UnusableRow> {
  for (let after = 0; ; ) {
    const entries = index.unusableAfter(after, page)
    for (const entry of entries) {
      yield toRow(entry, sources)
      after = entry.id
    }
    if (entries.length < page) return
  }
}

/** Every usable row that is not sent: an associate's, with the rows of its relations and documents. */
export function* leftOutRows(index: SourceIndex, sources: Sources): Generator<LeftOutRow> {
  for (let after = 0; ; ) {
    const entries = index.leftOutAfter(after, page)
    for (const entry of entries) {
      const { ref } = entry
      const own = [entry, ...index.relationsOf(ref), ...index.documentsOf(ref)]
      for (const place of own) {
        yield { kind: sources.all[place.source]?.kind ?? '', ref, source: lineOf(place, sources) }
      }
      after = entry.id
    }
    if (entries.length < page) return
  }
}

/**
 * Writes the list a person works through: file, line, code, reason, suggestion, then every column that any source
 * with such a row has. UTF-8 with a byte order mark, as spreadsheets expect; mode 0600.
 */
export function writeUnusable(path: string, index: SourceIndex, sources: Sources): void {
  const columns = [...new Set(sources.all.flatMap((source) => [...source.csv.header]))]
  const unfinished = `${path}.part`
  rmSync(unfinished, { force: true })
  const fd = openSync(unfinished, 'wx', 0o600)
  try {
    const head = ['source_file', 'source_line', 'code', 'reason', 'suggestion']
    writeSync(fd, `\ufeff${csvLine([...head, ...columns, moreValues])}`)
    for (const row of unusableRows(index, sources)) {
      const { file, line } = row.source
      const values = [...columns, moreValues].map((column) => row.columns[column] ?? '')
      writeSync(fd, csvLine([file, String(line), row.code, row.reason, row.suggestion, ...values]))
    }
  } finally {
    closeSync(fd)
  }
  renameSync(unfinished, path)
}

/** Values beyond the last column of the header. */
const moreValues = '(more values)'

function toRow(entry: UnusableEntry, sources: Sources): UnusableRow {
  const source = sources.all[entry.source]
  if (source === undefined)
    throw new Error('The index of the sources is of another project; run the check again')
  const { values } = source.csv.rowAt(entry.offset, entry.length, entry.line)
  const { header } = source.csv
  const columns = Object.fromEntries(header.map((name, place) => [name, values[place] ?? '']))
  if (values.length > header.length) columns[moreValues] = values.slice(header.length).join(' | ')
  const { code, reason, suggestion } = entry
  return { kind: source.kind, source: lineOf(entry, sources), columns, code, reason, suggestion }
}
