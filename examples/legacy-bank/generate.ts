import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bank } from './bank.ts'
import { companyNumber, createBank, individualNumber } from './bank.ts'
import { breakRow } from './break-row.ts'
import { companyColumns, companyDirt, companyRow } from './companies.ts'
import { CsvWriter } from './csv-writer.ts'
import type { DirtKind, DirtyFile } from './dirt.ts'
import { dirtOf } from './dirt.ts'
import { documentBytes } from './document-bytes.ts'
import { documentColumns, planDocuments } from './documents.ts'
import type { Expected } from './expected.ts'
import { countOne } from './expected.ts'
import { exportReadme } from './export-readme.ts'
import { readNamePool } from './names.ts'
import type { Row } from './people.ts'
import { individualColumns, individualDirt, individualRow, personColumns, personRow } from './people.ts'
import { randomFor } from './random.ts'
import { ownPeople, relationColumns, relationRows } from './relations.ts'

/** What `generate` is asked for. */
export interface GenerateOptions {
  /** Made when absent (mode 0700). An export of this generator that lies there is replaced. */
  directory: string
  /** Rows of clients, 10 to 1,000,000. */
  clients: number
  seed: number
  /** Share of rows broken on purpose, 0 to 0.2; 0.02 when left out. */
  dirtyShare?: number
  /** Share of clients with files; when left out 0.3, and for more than 20,000 clients as many as 6,000 clients. */
  documentShare?: number
}

interface Output {
  bank: Bank
  directory: string
  expected: Expected
  documents: CsvWriter
}

/**
 * Writes the export of an old bank, row by row, so that memory does not grow with it, and returns what was
 * written. The same options give the same bytes. Raises RangeError for an option outside its range, and an Error
 * when the directory holds documents that are not from this generator.
 */
export async function generate(options: GenerateOptions): Promise<Expected> {
  const { directory, clients, seed, dirtyShare = 0.02 } = options
  const documentShare = options.documentShare ?? Math.min(0.3, 6000 / clients)
  const settings = { clients, seed, dirtyShare, documentShare }
  const bank = createBank(settings, await readNamePool())
  await clear(directory)
  const documents = new CsvWriter(join(directory, 'documents.csv'), documentColumns)
  const output: Output = { bank, directory, expected: emptyExpected(settings), documents }
  await writeIndividuals(output)
  await writeCompanies(output)
  documents.close()
  writeRelations(output)
  const { expected } = output
  const { clean } = expected
  expected.rows.documents = documents.rows
  clean.clients = clean.individuals + clean.client_companies
  clean.associates = clean.owner_companies + clean.persons
  clean.profiles = clean.clients + clean.associates
  await writeFile(join(directory, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`, { mode: 0o600 })
  await writeFile(join(directory, 'README.md'), exportReadme(expected), { mode: 0o600 })
  return expected
}

async function clear(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const scans = join(directory, 'documents')
  if (!existsSync(scans)) return
  if (!existsSync(join(directory, 'expected.json'))) {
    throw new Error(`${scans} exists and is not from this generator: choose an empty directory`)
  }
  await rm(scans, { recursive: true })
}

function emptyExpected(options: Expected['options']): Expected {
  const rows = { individuals: 0, companies: 0, persons: 0, relations: 0, documents: 0 }
  const clean = { client_companies: 0, owner_companies: 0, clients: 0, associates: 0, profiles: 0, labels: 0 }
  const { companies: _companies, ...files } = rows
  return {
    options,
    rows,
    clean: { ...files, ...clean },
    relations_by_role: {},
    documents_by_kind: {},
    dirty: { total: 0, by_file: {}, by_kind: {}, rows: [] },
  }
}

function noteDirt(
  { expected }: Output,
  file: DirtyFile,
  line: number,
  kind: DirtKind,
  reference: string,
): void {
  expected.dirty.total += 1
  countOne(expected.dirty.by_file, `${file}.csv`)
  countOne(expected.dirty.by_kind, kind)
  expected.dirty.rows.push({ file: `${file}.csv`, line, kind, reference })
}

function encodingFor(kind: DirtKind): 'utf8' | 'latin1' {
  return kind === 'latin1_bytes' ? 'latin1' : 'utf8'
}

function countLabels({ expected }: Output, row: Row): void {
  expected.clean.labels += (row.labels ?? '').split('|').filter((label) => label !== '').length
}

async function writeIndividuals(output: Output): Promise<void> {
  const { bank, expected } = output
  const file = new CsvWriter(join(output.directory, 'individuals.csv'), individualColumns)
  for (let index = 0; index < bank.individuals; index += 1) {
    const row = individualRow(bank, index)
    const dirt = individualDirt(bank, index)
    if (dirt !== null) {
      const broken = breakRow(row, dirt, individualNumber(index - 1))
      noteDirt(output, 'individuals', file.write(broken, encodingFor(dirt)), dirt, broken.client_no ?? '')
      continue
    }
    file.write(row)
    expected.clean.individuals += 1
    countLabels(output, row)
    await writeDocuments(output, individualNumber(index), index)
  }
  file.close()
  expected.rows.individuals = file.rows
}

async function writeCompanies(output: Output): Promise<void> {
  const { bank, expected } = output
  const file = new CsvWriter(join(output.directory, 'companies.csv'), companyColumns)
  for (let index = 0; index < bank.companies + bank.owners; index += 1) {
    const row = companyRow(bank, index)
    const dirt = companyDirt(bank, index)
    if (dirt !== null) {
      const broken = breakRow(row, dirt, companyNumber(index - 1))
      noteDirt(output, 'companies', file.write(broken, encodingFor(dirt)), dirt, broken.company_no ?? '')
      continue
    }
    file.write(row)
    expected.clean[index < bank.companies ? 'client_companies' : 'owner_companies'] += 1
    countLabels(output, row)
    if (index < bank.companies) await writeDocuments(output, companyNumber(index), index)
  }
  file.close()
  expected.rows.companies = file.rows
}

async function writeDocuments(output: Output, owner: string, index: number): Promise<void> {
  const { bank, directory, expected, documents } = output
  for (const [place, plan] of planDocuments(bank, owner, index).entries()) {
    const { format, ...row } = plan
    const dirt = dirtOf('documents', documents.rows, bank.dirtyShare)
    if (dirt !== null) {
      const line = documents.write({ ...row, path: row.path.replace('documents/', 'documents/lost/') })
      noteDirt(output, 'documents', line, dirt, owner)
      continue
    }
    const title = `${plan.title} ${plan.path}`
    const bytes = await documentBytes(format, title, randomFor(bank.seed, `bytes of ${owner}`, place))
    const path = join(directory, plan.path)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, bytes, { mode: 0o600 })
    documents.write(row)
    expected.clean.documents += 1
    countOne(expected.documents_by_kind, plan.kind)
  }
}

function writeRelations(output: Output): void {
  const { bank, directory, expected } = output
  const persons = new CsvWriter(join(directory, 'persons.csv'), personColumns)
  const relations = new CsvWriter(join(directory, 'relations.csv'), relationColumns)
  for (let index = 0; index < bank.companies + bank.owners; index += 1) {
    if (companyDirt(bank, index) !== null) continue
    for (const person of ownPeople(index)) persons.write(personRow(bank, person))
    for (const row of relationRows(bank, index)) {
      const dirt = dirtOf('relations', relations.rows, bank.dirtyShare)
      if (dirt !== null) {
        const missing = { ...row, party_no: `P9${String(relations.rows).padStart(7, '0')}` }
        noteDirt(output, 'relations', relations.write(missing), dirt, companyNumber(index))
      }
      relations.write(row)
      countOne(expected.relations_by_role, row.role ?? '')
      expected.clean.relations += 1
    }
  }
  persons.close()
  relations.close()
  expected.clean.persons = persons.rows
  expected.rows.persons = persons.rows
  expected.rows.relations = relations.rows
}

/** `node generate.ts --clients 2000 --seed 1 --out DIR [--dirty-share 0.02] [--document-share 0.3]` */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      clients: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
      'dirty-share': { type: 'string', default: '0.02' },
      'document-share': { type: 'string' },
    },
  })
  if (values.out === undefined) throw new Error('--out is missing: name the directory of the export')
  const share = values['document-share']
  const expected = await generate({
    directory: values.out,
    clients: Number(values.clients),
    seed: Number(values.seed),
    dirtyShare: Number(values['dirty-share']),
    ...(share === undefined ? {} : { documentShare: Number(share) }),
  })
  const { dirty, rows, clean } = expected
  process.stdout.write(`${JSON.stringify({ rows, clean, dirty: dirty.by_kind })}\n`)
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}
