import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from '@drawbridge/legacy-bank/generate.ts'
import { parse } from 'csv-parse/sync'
import { afterEach, expect, test } from 'vitest'
import { check } from './check.ts'
import type { UnusableRow } from './plan/client-unit.ts'
import { openProject } from './project.ts'
import { pdfOf, type SmallBank, writeSmallBank } from './small-bank.test-kit.ts'

const left: (() => void)[] = []
afterEach(() => {
  for (const remove of left.splice(0)) remove()
})

async function unusableOf(directory: string): Promise<UnusableRow[]> {
  const project = await openProject(directory)
  const rows: UnusableRow[] = []
  for await (const row of project.unusable()) rows.push(row)
  project.close()
  return rows
}

function writeAndLeave(bank: SmallBank): string {
  const { directory, remove } = writeSmallBank(bank)
  left.push(remove)
  return directory
}

async function faultsOf(bank: SmallBank): Promise<string[]> {
  return (await unusableOf(writeAndLeave(bank))).map(
    (row) => `${row.source.file}:${row.source.line} ${row.code}`,
  )
}

const ada = 'C1;Ada;Byron;10/12/1815;United Kingdom;Dean Street;London;'
const acme = 'B1;Acme;00012;GB;Y'

test("every row that the legacy bank's export has broken is named at its line with its code, and no other", async () => {
  const directory = mkdtempSync(join(tmpdir(), 'legacy-bank-'))
  left.push(() => rmSync(directory, { recursive: true, force: true }))
  const expected = await generate({ directory, clients: 600, seed: 7, dirtyShare: 0.1 })
  const example = new URL('../../examples/legacy-bank/migration.yaml', import.meta.url)
  copyFileSync(example, join(directory, 'migration.yaml'))
  const result = await check(directory)
  const codes: Record<string, string> = {
    impossible_date: 'IMPOSSIBLE_DATE',
    latin1_bytes: 'ENCODING',
    missing_last_name: 'MISSING_NAME',
    missing_country: 'MISSING_COUNTRY',
    missing_registration_no: 'MISSING_NUMBER',
    unknown_country: 'UNKNOWN_COUNTRY',
    duplicate_reference: 'DUPLICATE_REFERENCE',
    missing_party: 'MISSING_PARTY',
    missing_file: 'FILE_MISSING',
  }
  const wanted = expected.dirty.rows.map((row) => `${row.file}:${row.line} ${codes[row.kind]}`)
  const found = (await unusableOf(directory)).map(
    (row) => `${row.source.file}:${row.source.line} ${row.code}`,
  )
  expect(found.sort()).toEqual(wanted.sort())
  expect(result.counts).toMatchObject({
    clients: expected.clean.clients,
    associates: expected.clean.associates,
    units: expected.clean.profiles,
    links: expected.clean.relations,
    unusable: expected.dirty.total,
  })
  const { file, image, tag } = result.counts.effects
  expect(file + image).toBe(expected.clean.documents)
  expect(tag).toBe(expected.clean.profiles + expected.clean.labels)
})

test.each([
  ['a name without family name', 'C1;Ada;;10/12/1815;GB;;;', 'MISSING_NAME'],
  ['no date of birth', 'C1;Ada;Byron;;GB;;;', 'MISSING_DOB'],
  ['no country', 'C1;Ada;Byron;10/12/1815;;;;', 'MISSING_COUNTRY'],
  ['no reference', ';Ada;Byron;10/12/1815;GB;;;', 'MISSING_REFERENCE'],
  ['an unknown country', 'C1;Ada;Byron;10/12/1815;Yugoslawia;;;', 'UNKNOWN_COUNTRY'],
  ['a label over 64 characters', `C1;Ada;Byron;10/12/1815;GB;;;${'x'.repeat(65)}`, 'TAG_TOO_LONG'],
  ['a value the contract refuses', `C1;Ada;${'x'.repeat(1001)};10/12/1815;GB;;;`, 'NOT_ACCEPTED'],
])('an individual with %s is unusable', async (_, row, code) => {
  expect(await faultsOf({ individuals: [row] })).toEqual([`individuals.csv:2 ${code}`])
})

test.each([
  ['no name', 'B1;;00012;GB;Y', 'MISSING_NAME'],
  ['no number', 'B1;Acme;;GB;Y', 'MISSING_NUMBER'],
  ['no country', 'B1;Acme;00012;;Y', 'MISSING_COUNTRY'],
  ['no reference', ';Acme;00012;GB;Y', 'MISSING_REFERENCE'],
  ['an unknown word for client', 'B1;Acme;00012;GB;perhaps', 'UNKNOWN_VALUE'],
])('a company with %s is unusable', async (_, row, code) => {
  expect(await faultsOf({ companies: [row] })).toEqual([`companies.csv:2 ${code}`])
})

test('a row that lacks several things names all of them', async () => {
  const directory = writeAndLeave({ individuals: ['C1;;;;;;;'] })
  const [row] = await unusableOf(directory)
  expect(row?.reason).toMatch(/R50.*R51.*R52/)
})

test('the country alone is enough only where the project says so', async () => {
  const countryOnly = 'C1;Ada;Byron;10/12/1815;GB;;;'
  const full = 'minimum: { address: full }\n'
  expect(await faultsOf({ individuals: [countryOnly], settings: full })).toEqual([
    'individuals.csv:2 INCOMPLETE_ADDRESS',
  ])
  expect(await faultsOf({ individuals: [ada], settings: full })).toEqual([])
  expect(await faultsOf({ individuals: [countryOnly] })).toEqual([])
})

test('what a project demands beyond the minimum makes rows without it unusable and says why', async () => {
  const settings = `minimum: { address: country }
required:
  - { of: individuals, path: "address_history[0].address.locality", because: the identity provider asks for it }
`
  const { directory, remove } = writeSmallBank({
    individuals: [ada, 'C2;Ada;Byron;10/12/1815;GB;;;'],
    settings,
  })
  left.push(remove)
  const rows = await unusableOf(directory)
  expect(rows.map((row) => [row.source.line, row.code])).toEqual([[3, 'MISSING_REQUIRED']])
  expect(rows[0]?.reason).toContain(
    'address_history[0].address.locality, which the project demands: the identity provider',
  )
})

test('of rows with one reference the first is usable, across sources too, and the others name it', async () => {
  const bank = { individuals: [ada, ada], companies: ['C1;Acme;1;GB;Y'] }
  const directory = writeAndLeave(bank)
  const rows = await unusableOf(directory)
  expect(rows.map((row) => [row.source.file, row.code])).toEqual([
    ['individuals.csv', 'DUPLICATE_REFERENCE'],
    ['companies.csv', 'DUPLICATE_REFERENCE'],
  ])
  expect(rows.every((row) => row.reason.includes('individuals.csv, line 2'))).toBe(true)
})

test('a relation is unusable where either side is missing, unusable, itself, no company or in no known role', async () => {
  const relations = [
    'B1;P1;Director;;;',
    'B1;P9;Director;;;',
    'B9;P1;Director;;;',
    'B2;P1;Director;;;',
    'B1;P2;Director;;;',
    'B1;B1;Shareholder;;;5',
    'C1;P1;Director;;;',
    'B1;P1;Janitor;;;',
    'B1;P1;Shareholder;;;101',
    'B1;;Director;;;',
  ]
  const bank = {
    individuals: [ada],
    companies: [acme, 'B2;No number;;GB;Y'],
    persons: ['P1;Bo;Ek;01/01/1970;SE', 'P2;;;;'],
    relations,
  }
  expect((await faultsOf(bank)).filter((fault) => fault.startsWith('relations'))).toEqual([
    'relations.csv:3 MISSING_PARTY',
    'relations.csv:4 MISSING_COMPANY',
    'relations.csv:5 UNUSABLE_COMPANY',
    'relations.csv:6 UNUSABLE_PARTY',
    'relations.csv:7 RELATION_TO_ITSELF',
    'relations.csv:8 NOT_A_COMPANY',
    'relations.csv:9 UNKNOWN_ROLE',
    'relations.csv:10 NOT_ACCEPTED',
    'relations.csv:11 NO_PARTY',
  ])
})

test('entries of a list beyond the most that the API holds are unusable, so that the company keeps the others', async () => {
  const persons = Array.from({ length: 2002 }, (_, n) => `P${n};Bo;Ek;01/01/1970;SE`)
  const relations = persons.map((_, n) => `B1;P${n};Shareholder;;;`)
  const bank = { companies: [acme], persons, relations: [...relations, 'B1;P0;Director;;;'] }
  expect(await faultsOf(bank)).toEqual([
    'relations.csv:2002 LIST_TOO_LONG',
    'relations.csv:2003 LIST_TOO_LONG',
  ])
})

test('a document is unusable when it is not there, empty, of another type, too large, outside, twice or of nobody', async () => {
  const tiff = Buffer.from('49492a0008000000', 'hex')
  const large = Buffer.alloc(10 * 1024 * 1024 + 1)
  pdfOf('large').copy(large)
  const bank = {
    individuals: [ada],
    documents: [
      'C1;files/good.pdf;Good;evidence;',
      'C1;files/lost.pdf;Lost;evidence;',
      'C1;files/empty.pdf;Empty;evidence;',
      'C1;files/scan.tif;Scan;evidence;',
      'C1;files/large.pdf;Large;front;',
      'C1;files/large.pdf;Large;evidence;',
      'C1;../individuals.csv;Outside;evidence;',
      'C1;files/good.pdf;Good;evidence;',
      'C9;files/good.pdf;Good;evidence;',
      'C1;files/good.pdf;Good;selfie;',
      'C1;files;Directory;evidence;',
      'C1;files/good.pdf;Good;front;31/02/2020',
    ],
    files: {
      'files/good.pdf': pdfOf('good'),
      'files/empty.pdf': Buffer.alloc(0),
      'files/scan.tif': tiff,
      'files/large.pdf': large,
    },
  }
  expect(await faultsOf(bank)).toEqual([
    'documents.csv:3 FILE_MISSING',
    'documents.csv:4 FILE_EMPTY',
    'documents.csv:5 FILE_TYPE',
    'documents.csv:6 FILE_TOO_LARGE',
    'documents.csv:8 FILE_OUTSIDE',
    'documents.csv:9 DUPLICATE_DOCUMENT',
    'documents.csv:10 MISSING_OWNER',
    'documents.csv:11 UNKNOWN_KIND',
    'documents.csv:12 FILE_MISSING',
    'documents.csv:13 IMPOSSIBLE_DATE',
  ])
})

test('a link inside the project never has a file from outside sent along', async () => {
  const outside = writeAndLeave({ files: { 'secret/plan.pdf': pdfOf('secret') } })
  const bank = {
    individuals: [ada],
    documents: ['C1;files/link.pdf;A;evidence;', 'C1;more/plan.pdf;B;evidence;', 'C1;same.pdf;C;evidence;'],
    files: { 'files/good.pdf': pdfOf('good') },
  }
  const directory = writeAndLeave(bank)
  symlinkSync(join(outside, 'secret', 'plan.pdf'), join(directory, 'files', 'link.pdf'))
  symlinkSync(join(outside, 'secret'), join(directory, 'more'))
  symlinkSync(join('files', 'good.pdf'), join(directory, 'same.pdf'))
  expect((await unusableOf(directory)).map((row) => `${row.source.line} ${row.code}`)).toEqual([
    '2 FILE_OUTSIDE',
    '3 FILE_OUTSIDE',
  ])
})

test('a directory of work that an export brings along never has anything written outside', async () => {
  const outside = writeAndLeave({ files: { 'mine.txt': Buffer.from('mine') } })
  for (const name of ['lock.pid', 'results/report.html']) {
    const directory = writeAndLeave({
      individuals: [ada],
      files: { 'work/results/kept.json': Buffer.from('') },
    })
    symlinkSync(join(outside, 'mine.txt'), join(directory, 'work', name))
    await expect(check(directory)).rejects.toThrow(`${name} is a symbolic link`)
    await expect(openProject(directory)).rejects.toThrow(`${name} is a symbolic link`)
  }
  const directory = writeAndLeave({ individuals: [ada] })
  symlinkSync(outside, join(directory, 'work'))
  await expect(check(directory)).rejects.toThrow('work is a symbolic link')
  expect(readFileSync(join(outside, 'mine.txt'), 'utf8')).toBe('mine')
})

test('the list of unusable rows has all source columns, is safe to open as a spreadsheet, and only the owner reads it', async () => {
  const { directory, remove } = writeSmallBank({
    individuals: ['=1+1;@Ada;;10/12/1815;GB;a "b", c;;;extra', ada],
  })
  left.push(remove)
  await check(directory)
  const path = join(directory, 'work/results/unusable.csv')
  const [row] = parse(readFileSync(path), { bom: true, columns: true }) as Record<string, string>[]
  expect(row).toMatchObject({
    source_file: 'individuals.csv',
    source_line: '2',
    code: 'COLUMN_COUNT',
    no: "'=1+1",
    first: "'@Ada",
    street: 'a "b", c',
    '(more values)': 'extra',
  })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(directory, 'work/index.sqlite')).mode & 0o777).toBe(0o600)
  expect(statSync(join(directory, 'work')).mode & 0o777).toBe(0o700)
})

test('a fault that many rows share is told once as what to change in the project file', async () => {
  const american = Array.from({ length: 10 }, (_, n) => `C${n};Ada;Byron;12/${n + 20}/1815;GB;;;`)
  const directory = writeAndLeave({ individuals: [...american, ada] })
  const { hints } = await check(directory)
  expect(hints).toEqual([expect.stringMatching(/individuals\.csv .*day and month the other way round/)])
  expect((await check(writeAndLeave({ individuals: [ada, 'C2;;;;;;;'] }))).hints).toEqual([])
})

test('what a killed check left behind is removed by the next, and progress goes up to all bytes', async () => {
  const individuals = Array.from({ length: 2500 }, (_, n) => `C${n};Ada;Byron;10/12/1815;GB;;;`)
  const directory = writeAndLeave({ individuals })
  await check(directory)
  writeFileSync(join(directory, 'work/index-999999999.part'), '')
  const shares: number[] = []
  await check(directory, ({ bytes, bytesTotal }) => shares.push(bytes / bytesTotal))
  expect(readdirSync(join(directory, 'work')).sort()).toEqual(['index.sqlite', 'results'])
  expect(shares.length).toBe(2)
  expect(shares[0]).toBeGreaterThan(0)
  expect(shares[1]).toBeGreaterThan(shares[0] ?? 1)
  expect(shares[1]).toBeLessThanOrEqual(1)
})

test('a project is checked anew when a source has changed, and not when it has not', async () => {
  const directory = writeAndLeave({ individuals: [ada] })
  await check(directory)
  const indexed = (): number => statSync(join(directory, 'work/index.sqlite')).ino
  const before = indexed()
  const same = await openProject(directory)
  expect((await same.counts()).clients).toBe(1)
  same.close()
  expect(indexed()).toBe(before)
  writeFileSync(
    join(directory, 'individuals.csv'),
    `no;first;last;born;country;street;town;labels\n${ada}\nC2${ada.slice(2)}\n`,
  )
  const changed = await openProject(directory)
  expect((await changed.counts()).clients).toBe(2)
  expect(changed.sourceHash).not.toBe(same.sourceHash)
  expect(changed.mappingHash).toBe(same.mappingHash)
  changed.close()
})
