import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { parse } from 'csv-parse'
import type { SourceRow } from './expectation.ts'
import { expectCompany, expectDocument, expectIndividual, expectLink, UnusableRow } from './expectation.ts'
import { textAt } from './values.ts'

/** A row that the checker holds for impossible to migrate, with its line as an editor shows it. */
export interface UnusableLine {
  file: string
  line: number
  reason: string
}

/** The export, read into tables on disk, so that memory does not grow with it. */
export interface SourceIndex {
  database: DatabaseSync
  unusable: UnusableLine[]
}

const tables = `
  PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
  CREATE TABLE party (ref TEXT PRIMARY KEY, source TEXT, role TEXT, expectation TEXT, labels TEXT) WITHOUT ROWID;
  CREATE TABLE relation (company TEXT, party TEXT, list TEXT, source TEXT, expectation TEXT,
    PRIMARY KEY (company, party, list)) WITHOUT ROWID;
  CREATE TABLE document (owner TEXT, path TEXT, kind TEXT, source TEXT, expectation TEXT,
    PRIMARY KEY (owner, path)) WITHOUT ROWID;
  CREATE TABLE upload (owner TEXT, path TEXT, profile_id TEXT, file_id TEXT);
  CREATE INDEX upload_by_document ON upload (owner, path);
  CREATE TABLE profile (id TEXT PRIMARY KEY, ref TEXT, images INTEGER, linked_to TEXT) WITHOUT ROWID;
  CREATE INDEX profile_by_ref ON profile (ref);
  CREATE TABLE link (company_id TEXT, company TEXT, list TEXT, linked_id TEXT, entry TEXT);
  CREATE INDEX link_by_company ON link (company, list, linked_id);
  CREATE INDEX link_by_linked ON link (linked_id);
  CREATE TABLE tagged (id TEXT PRIMARY KEY) WITHOUT ROWID;`

interface Line {
  row: SourceRow
  line: number
}

interface ParsedRecord {
  info: { lines: number }
  record: SourceRow
}

/** Rows of one file with the line each begins on: one after the line that the row before it ends on. */
async function* readLines(path: string): AsyncGenerator<Line> {
  const parser = createReadStream(path).pipe(parse({ columns: true, delimiter: ';', info: true }))
  const records: AsyncIterable<ParsedRecord> = parser
  let line = 2
  for await (const { info, record } of records) {
    yield { row: record, line }
    line = info.lines + 1
  }
}

function isClient(row: SourceRow): boolean {
  return row.client_no !== undefined || row.is_client === 'Y'
}

function labelsOf(row: SourceRow): string[] {
  return (row.labels ?? '').split('|').filter((label) => label !== '')
}

class Reader {
  readonly index: SourceIndex
  readonly #directory: string

  constructor(directory: string, database: DatabaseSync) {
    this.#directory = directory
    this.index = { database, unusable: [] }
  }

  /** Runs `use` for each row; a row that it refuses with UnusableRow is noted and left out. */
  async #each(file: string, use: (row: SourceRow, source: string) => void): Promise<void> {
    const { database, unusable } = this.index
    database.exec('BEGIN')
    for await (const { row, line } of readLines(join(this.#directory, file))) {
      try {
        use(row, `${file}:${line}`)
      } catch (error) {
        if (!(error instanceof UnusableRow)) throw error
        unusable.push({ file, line, reason: error.message })
      }
    }
    database.exec('COMMIT')
  }

  async parties(file: string, key: string): Promise<void> {
    const insert = this.index.database.prepare('INSERT OR IGNORE INTO party VALUES (?, ?, ?, ?, ?)')
    await this.#each(file, (row, source) => {
      const ref = row[key] ?? ''
      const isCompany = key === 'company_no'
      const expectation = isCompany ? expectCompany(row, ref) : expectIndividual(row, ref)
      const role = `${isCompany ? 'COMPANY' : 'INDIVIDUAL'}_${isClient(row) ? 'CUSTOMER' : 'ASSOCIATED'}`
      const labels = ['migrated', ...labelsOf(row)]
      const { changes } = insert.run(ref, source, role, JSON.stringify(expectation), JSON.stringify(labels))
      if (changes === 0) throw new UnusableRow(`${key} is that of an earlier row`)
    })
  }

  #requireParty(ref: string | undefined, column: string): void {
    const found = this.index.database.prepare('SELECT 1 FROM party WHERE ref = ?').get(ref ?? '')
    if (found === undefined) throw new UnusableRow(`${column} is in no file`)
  }

  async relations(): Promise<void> {
    const insert = this.index.database.prepare('INSERT INTO relation VALUES (?, ?, ?, ?, ?)')
    await this.#each('relations.csv', (row, source) => {
      const { list, expectation } = expectLink(row)
      this.#requireParty(row.company_no, 'company_no')
      this.#requireParty(row.party_no, 'party_no')
      insert.run(row.company_no ?? '', row.party_no ?? '', list, source, JSON.stringify(expectation))
    })
  }

  async documents(): Promise<void> {
    const insert = this.index.database.prepare('INSERT INTO document VALUES (?, ?, ?, ?, ?)')
    await this.#each('documents.csv', (row, source) => {
      const path = row.path ?? ''
      this.#requireParty(row.owner_no, 'owner_no')
      if (!existsSync(join(this.#directory, path))) throw new UnusableRow('path is not on disk')
      insert.run(row.owner_no ?? '', path, row.kind ?? '', source, JSON.stringify(expectDocument(row)))
    })
  }

  /** Reads which file became which id: the API has no list of files. */
  async uploads(path: string): Promise<void> {
    const insert = this.index.database.prepare('INSERT INTO upload VALUES (?, ?, ?, ?)')
    for await (const text of createInterface({ input: createReadStream(path) })) {
      if (text === '') continue
      const line: unknown = JSON.parse(text)
      const names = ['owner_no', 'path', 'profile_id', 'file_id'] as const
      insert.run(...names.map((name) => textAt(line, name)))
    }
  }
}

/** Reads the export into tables at `path`. Raises when a file of the export is missing or is no CSV. */
export async function indexSource(
  directory: string,
  path: string,
  uploads: string | null,
): Promise<SourceIndex> {
  const database = new DatabaseSync(path)
  database.exec(tables)
  const reader = new Reader(directory, database)
  await reader.parties('individuals.csv', 'client_no')
  await reader.parties('companies.csv', 'company_no')
  await reader.parties('persons.csv', 'person_no')
  await reader.relations()
  await reader.documents()
  if (uploads !== null) await reader.uploads(uploads)
  return reader.index
}
