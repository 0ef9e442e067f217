import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CsvFormat, type CsvSource, openCsv, type Row } from './csv-source.ts'
import { quotedMax } from './scan-records.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'csv-source-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const utf8: CsvFormat = { encoding: 'utf-8', delimiter: ';', quote: '"' }

function withSource<T>(content: string | Buffer, format: CsvFormat, use: (source: CsvSource) => T): T {
  const path = join(directory, 'source.csv')
  writeFileSync(path, content)
  const source = openCsv(path, format)
  try {
    return use(source)
  } finally {
    source.close()
  }
}

function rowsOf(content: string | Buffer, format: CsvFormat = utf8): Row[] {
  return withSource(content, format, (source) => [...source.rows()])
}

const cell = fc
  .array(fc.constantFrom('a', 'ö', '漢', '😀', '"', ';', '\n', '\r\n', ' ', '0', '=', 'x"y'), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''))
const table = fc.integer({ min: 2, max: 4 }).chain((width) =>
  fc.array(
    fc.record({
      cells: fc.array(cell, { minLength: width, maxLength: width }),
      quoteAll: fc.boolean(),
      blankBefore: fc.integer({ min: 0, max: 2 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
)

function written(text: string, quoteAll: boolean): string {
  return quoteAll || /[";\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function linesIn(text: string): number {
  return text.split('\n').length - 1
}

describe('any table that is written as CSV', () => {
  test.each(['utf-8', 'utf-16le'] as const)(
    'reads back with its values, lines and places (%s)',
    (encoding) => {
      fc.assert(
        fc.property(
          table,
          fc.constantFrom('\n', '\r\n'),
          fc.boolean(),
          fc.boolean(),
          (rows, end, endsWithLine, withMark) => {
            const header = rows[0]?.cells.map((_, index) => `c${index}`) ?? []
            let text = header.join(';')
            const lines: number[] = []
            for (const { cells, quoteAll, blankBefore } of rows) {
              text += end.repeat(1 + blankBefore)
              lines.push(linesIn(text) + 1)
              text += cells.map((value) => written(value, quoteAll)).join(';')
            }
            text += endsWithLine ? end : ''
            const mark = withMark ? '\ufeff' : ''
            const bytes = Buffer.from(mark + text, encoding === 'utf-8' ? 'utf8' : 'utf16le')
            withSource(bytes, { ...utf8, encoding }, (source) => {
              const read = [...source.rows()]
              expect(read.map((row) => row.values)).toEqual(rows.map((row) => row.cells))
              expect(read.map((row) => row.line)).toEqual(lines)
              expect(read.map((row) => source.rowAt(row.offset, row.length, row.line))).toEqual(read)
            })
            if (encoding === 'utf-8') {
              const independent = parse(bytes, { delimiter: ';', bom: true, skip_empty_lines: true, from: 2 })
              expect(rowsOf(bytes).map((row) => row.values)).toEqual(independent)
            }
          },
        ),
        { numRuns: 150 },
      )
    },
  )
})

test('a row is found whole across the edge of what is read at once', () => {
  const long = 'x'.repeat(100_000)
  const rows = rowsOf(`a;b\n${Array.from({ length: 9 }, (_, n) => `${n};${long}`).join('\n')}\n`)
  expect(rows.map((row) => [row.line, row.values[0], row.values[1]?.length])).toEqual(
    Array.from({ length: 9 }, (_, n) => [n + 2, String(n), 100_000]),
  )
})

test('Latin-1 bytes in a UTF-8 file spoil their own row alone and say which encoding to declare', () => {
  const bytes = Buffer.concat([
    Buffer.from('no;name\r\n1;Müller\r\n'),
    Buffer.from('2;Müller\r\n', 'latin1'),
    Buffer.from('3;Ångström\r\n'),
  ])
  const [first, second, third] = rowsOf(bytes)
  expect(first).toMatchObject({ line: 2, values: ['1', 'Müller'] })
  expect(second).toMatchObject({ line: 3, values: ['2', 'Müller'], fault: { code: 'ENCODING' } })
  expect(second?.fault?.reason).toContain('0xFC')
  expect(second?.fault?.suggestion).toMatch(/"ü": save line 3 as UTF-8, or declare "encoding: latin-1"/)
  expect(third?.fault).toBeUndefined()
})

test('declared encodings give the characters they hold', () => {
  const latin = Buffer.from('no;name\n1;Müller\n', 'latin1')
  expect(rowsOf(latin, { ...utf8, encoding: 'latin-1' })[0]?.values).toEqual(['1', 'Müller'])
  const euro = Buffer.from([...Buffer.from('no;name\n1;'), 0x80, 0x93, 0x8a])
  expect(rowsOf(euro, { ...utf8, encoding: 'windows-1252' })[0]?.values).toEqual(['1', '€“Š'])
  const nothing = Buffer.from([...Buffer.from('no;name\n1;'), 0x81])
  expect(rowsOf(nothing, { ...utf8, encoding: 'windows-1252' })[0]?.fault?.code).toBe('ENCODING')
})

test('a quote that is never closed costs its own row, not the rest of the file', () => {
  const rest = Array.from({ length: 20_000 }, (_, n) => `${n};name`).join('\n')
  const rows = rowsOf(`no;name\n1;"never closed\n${rest}\n`)
  expect(rows.length).toBe(20_001)
  expect(rows[0]).toMatchObject({ line: 2, fault: { code: 'QUOTE' } })
  expect(rows.slice(1).every((row) => row.fault === undefined)).toBe(true)
  expect(rows.at(-1)?.line).toBe(20_002)
  expect(rest.length).toBeGreaterThan(quotedMax)
})

test('a row with too many or too few values is named with what to do', () => {
  const [more, fewer] = rowsOf('a;b\n1;2;3\n1\n')
  expect(more?.fault).toMatchObject({
    code: 'COLUMN_COUNT',
    reason: 'The row has 3 values, the header has 2',
  })
  expect(fewer?.fault).toMatchObject({
    code: 'COLUMN_COUNT',
    reason: 'The row has 1 values, the header has 2',
  })
})

test('text after a closing quote and a zero character are faults of the row', () => {
  const [quote, zero] = rowsOf('a;b\n"1"x;2\n1;\u0000\n')
  expect(quote?.fault?.code).toBe('QUOTE')
  expect(zero?.fault?.code).toBe('CONTROL_CHARACTER')
})

test('an empty file and a column named twice are refused with the place', () => {
  expect(() => rowsOf('')).toThrow(/is empty: its first line must name the columns/)
  expect(() => rowsOf('a;b;a\n1;2;3\n')).toThrow(/line 1: the column "a" is named twice/)
})

test('a mark at the start of the file that contradicts the declared encoding is refused, never read as text', () => {
  const utf16 = Buffer.from('\ufeffa;b\n1;2\n', 'utf16le')
  expect(() => rowsOf(utf16)).toThrow(/begins with the mark of utf-16le\. Declare "encoding: utf-16le"/)
  expect(() => rowsOf('\ufeffa;b\n1;ü\n', { ...utf8, encoding: 'windows-1252' })).toThrow(
    /Declare "encoding: utf-8"/,
  )
  expect(() => rowsOf(Buffer.from(utf16).swap16())).toThrow(/UTF-16 big-endian\. Save it as UTF-8/)
})
