import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { CheckResult } from './check.ts'
import { describeCheck, describeForecast } from './command/describe-check.ts'
import { emptyOutlook, type Forecast, forecast, type Outlook, type PredictedRow } from './forecast.ts'
import { openProject } from './project.ts'
import { pdfOf, type SmallBank, writeSmallBank } from './small-bank.test-kit.ts'

const left: (() => void)[] = []
afterEach(() => {
  for (const remove of left.splice(0)) remove()
})

interface Predicted {
  result: Forecast
  rows: PredictedRow[]
  checked: CheckResult
}

async function predicted(bank: SmallBank, outlook: Outlook): Promise<Predicted> {
  const { directory, remove } = writeSmallBank(bank)
  left.push(remove)
  const project = await openProject(directory)
  const result = await forecast(project, outlook)
  const text = readFileSync(join(directory, result.rows_file), 'utf8')
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictedRow)
  const checked = project.checked()
  project.close()
  return {
    result,
    rows,
    checked,
  }
}

const bank: SmallBank = {
  individuals: ['C1;Ada;Byron;10/12/1815;GB;;;', 'C2;No;Date;;GB;;;'],
  companies: ['B1;Acme;00012;GB;Y', 'B2;Owner;00013;GB;N', 'B3;Nobody asked;00014;GB;N'],
  persons: ['P1;Bo;Ek;01/01/1970;SE'],
  relations: ['B1;P1;Director;;;', 'B1;B2;Shareholder;;;60', 'B1;C2;Director;;;', 'B3;P1;Director;;;'],
  documents: ['C1;a.pdf;Evidence;evidence;', 'C1;lost.pdf;Lost;evidence;'],
  files: { 'a.pdf': pdfOf('a') },
}

test('every row of every source has one action, and the counts are those of the rows', async () => {
  const { result, rows, checked } = await predicted(bank, emptyOutlook)
  expect(rows.length).toBe(checked.sources.reduce((sum, source) => sum + source.rows, 0))
  expect(new Set(rows.map((row) => `${row.file}:${row.line}`)).size).toBe(rows.length)
  expect(result.total).toEqual({ create: 7, unchanged: 0, skip: 2, fail: 3 })
  expect(result.kinds.relations).toEqual({ create: 2, unchanged: 0, skip: 1, fail: 1 })
})

test('what the target or the ledger has already is not predicted to be created', async () => {
  const outlook: Outlook = {
    before: (ref) => (ref === 'C1' ? [{ id: 'p-1', role: 'INDIVIDUAL_CUSTOMER', tags: [] }] : []),
    ledger: (ref, name) => (ref === 'B1' && name === 'profile' ? 'done' : 'none'),
  }
  const { rows } = await predicted(bank, outlook)
  const of = (ref: string, kind: string): string[] =>
    rows.filter((row) => row.ref === ref && row.kind === kind).map((row) => `${row.action} ${row.code}`)
  expect(of('C1', 'individuals')).toEqual(['unchanged EXISTS'])
  expect(of('C1', 'documents')).toEqual(['create LOOK_FIRST'])
  expect(of('B1', 'companies')).toEqual(['unchanged ALREADY_DONE'])
  expect(of('B1', 'relations')).toEqual(['create NEW', 'create NEW'])
})

test('a profile that the target has twice, or as the other kind, is predicted to fail with all that hangs on it', async () => {
  const outlook: Outlook = {
    before: (ref) => {
      if (ref === 'C1') return ['p-1', 'p-2'].map((id) => ({ id, role: 'INDIVIDUAL_CUSTOMER', tags: [] }))
      return ref === 'P1' ? [{ id: 'p-3', role: 'COMPANY_CUSTOMER', tags: [] }] : []
    },
    ledger: () => 'none',
  }
  const { rows } = await predicted(bank, outlook)
  const of = (file: string, line: number): string => {
    const row = rows.find((one) => one.file === file && one.line === line)
    return `${row?.action} ${row?.code}`
  }
  expect(of('individuals.csv', 2)).toBe('fail DUPLICATE_IN_TARGET')
  expect(of('documents.csv', 2)).toBe('skip OWNER_FAILED')
  expect(of('persons.csv', 2)).toBe('fail OTHER_ENTITY_TYPE')
  expect(of('relations.csv', 2)).toBe('skip ASSOCIATE_MISSING')
  expect(of('relations.csv', 3)).toBe('create NEW')
})

test('check and forecast read as tables with the file to go on with', async () => {
  const { result, checked } = await predicted(bank, emptyOutlook)
  expect(describeForecast(result)).toMatch(/^rows of +create +unchanged +skip +fail\n/)
  expect(describeForecast(result)).toContain('fail MISSING_DOB')
  expect(describeForecast(result)).toContain('work/results/forecast.jsonl')
  expect(describeCheck(checked)).toContain(
    'To send: 2 clients (1 individuals, 1 companies), 2 associates, 2 links, 1 files',
  )
  expect(describeCheck(checked)).toContain('work/results/unusable.csv')
})
