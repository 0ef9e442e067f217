import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { decode, type Encoding, encodings, unitSize } from './encoding.ts'
import { type RawRecord, type ScanFormat, scanRecords } from './scan-records.ts'
import { splitFields } from './split-fields.ts'

/** How a file of rows is written. */
export interface CsvFormat {
  encoding: Encoding
  /** One ASCII character. */
  delimiter: string
  /** One ASCII character. */
  quote: string
}

/** Why a row cannot be used, in a code, words, and what to do. */
export interface Fault {
  code: string
  reason: string
  suggestion: string
}

/** One row: `values` in the order of the header; as many as the row has, which a fault may say is wrong. */
export interface Row {
  line: number
  offset: number
  length: number
  values: string[]
  fault?: Fault
}

/** A CSV file that is open: read through in order, or one row at a known place. */
export interface CsvSource {
  header: readonly string[]
  /** Size of the file. */
  bytes: number
  /** All rows from the first after the header on. */
  rows(): Generator<Row>
  /** The row at a place that `rows` gave earlier. */
  rowAt(offset: number, length: number, line: number): Row
  close(): void
}

/**
 * Opens a CSV file with a header row. A byte order mark is passed over (and counted in offsets).
 * Throws an `Error` in plain words when the file cannot be opened or has no usable header.
 */
export function openCsv(path: string, format: CsvFormat): CsvSource {
  const fd = openSync(path, 'r')
  try {
    return new OpenCsv(fd, format, path)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

class OpenCsv implements CsvSource {
  readonly header: readonly string[]
  readonly bytes: number
  readonly #fd: number
  readonly #format: CsvFormat
  readonly #scan: ScanFormat
  /** Where single rows are read to, again and again; nothing keeps the bytes. */
  #place: Buffer = Buffer.allocUnsafe(4096)
  readonly #first: { offset: number; line: number }

  constructor(fd: number, format: CsvFormat, path: string) {
    this.bytes = fstatSync(fd).size
    this.#fd = fd
    this.#format = format
    this.#scan = {
      delimiter: format.delimiter.charCodeAt(0),
      quote: format.quote.charCodeAt(0),
      unit: unitSize(format.encoding),
    }
    const records = scanRecords(fd, this.#scan, byteOrderMark(fd, format.encoding, path), 1)
    const top = records.next()
    if (top.done === true) throw new Error(`${path} is empty: its first line must name the columns`)
    this.header = readHeader(top.value, format, path)
    const second = records.next()
    this.#first = second.done === true ? { offset: Number.NaN, line: 0 } : second.value
  }

  *rows(): Generator<Row> {
    if (Number.isNaN(this.#first.offset)) return
    for (const raw of scanRecords(this.#fd, this.#scan, this.#first.offset, this.#first.line)) {
      yield toRow(raw, this.#format, this.header)
    }
  }

  rowAt(offset: number, length: number, line: number): Row {
    if (this.#place.length < length) this.#place = Buffer.allocUnsafe(length * 2)
    const bytes = this.#place.subarray(0, length)
    const read = readSync(this.#fd, bytes, 0, length, offset)
    if (read !== length)
      throw new Error(`The source has changed while it was read: line ${line} is not there any more`)
    return toRow({ offset, bytes, line, unclosedQuote: false }, this.#format, this.header)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

function readHeader(raw: RawRecord, format: CsvFormat, path: string): string[] {
  const row = toRow(raw, format, null)
  if (row.fault !== undefined)
    throw new Error(`${path}, line ${row.line}: ${row.fault.reason}. ${row.fault.suggestion}`)
  const header = row.values.map((name) => name.trim())
  const twice = header.find((name, index) => header.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new Error(
      `${path}, line ${row.line}: the column "${twice}" is named twice. Give every column its own name`,
    )
  }
  return header
}

function toRow(raw: RawRecord, format: CsvFormat, header: readonly string[] | null): Row {
  const decoded = decode(raw.bytes, format.encoding)
  const split = raw.unclosedQuote ? null : splitFields(decoded.text, format.delimiter, format.quote)
  const values = split ?? decoded.text.split(format.delimiter)
  const row: Row = { line: raw.line, offset: raw.offset, length: raw.bytes.length, values }
  if (decoded.at !== undefined) row.fault = encodingFault(raw, decoded.at, format.encoding)
  else if (split === null) row.fault = quoteFault(raw.line, format.quote)
  else if (header !== null && values.length !== header.length) {
    row.fault = countFault(values.length, header.length, format.delimiter)
  } else if (decoded.text.includes('\u0000')) row.fault = nulFault
  return row
}

function encodingFault(raw: RawRecord, at: number, encoding: Encoding): Fault {
  const byte = raw.bytes.subarray(at, at + 1)
  const shown = `0x${byte.toString('hex').toUpperCase()}`
  const meant = decode(byte, 'windows-1252').text
  return {
    code: 'ENCODING',
    reason: `Byte ${at + 1} of the row (${shown}) is not ${encoding}`,
    suggestion:
      encoding === 'utf-8'
        ? `In latin-1 it is "${meant}": save line ${raw.line} as UTF-8, or declare "encoding: latin-1" if all of the file is`
        : `Save line ${raw.line} as ${encoding}, or declare the encoding that the file has`,
  }
}

function quoteFault(line: number, quote: string): Fault {
  return {
    code: 'QUOTE',
    reason: `A value that begins with ${quote} does not end with ${quote} and a delimiter`,
    suggestion: `Close the quote on line ${line}, or write ${quote} inside a quoted value twice`,
  }
}

function countFault(found: number, expected: number, delimiter: string): Fault {
  return {
    code: 'COLUMN_COUNT',
    reason: `The row has ${found} values, the header has ${expected}`,
    suggestion:
      found > expected
        ? `Put quotes around the value that holds "${delimiter}"`
        : 'Add the missing values, or join the row with the line it was broken from',
  }
}

const nulFault: Fault = {
  code: 'CONTROL_CHARACTER',
  reason: 'The row holds a zero character (U+0000), which no target accepts',
  suggestion: 'Remove it; a file full of them is often UTF-16: declare "encoding: utf-16le"',
}

/** Byte order marks, hexadecimal, and the encoding that a file which begins with one is in. */
const marks: readonly (readonly [mark: string, encoding: string])[] = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'UTF-16 big-endian'],
]

/** How long the file's byte order mark is; refuses a file whose mark contradicts the declared encoding. */
function byteOrderMark(fd: number, encoding: Encoding, path: string): number {
  const start = Buffer.alloc(3)
  const read = readSync(fd, start, 0, 3, 0)
  const hex = start.subarray(0, read).toString('hex')
  const [mark, marked] = marks.find(([known]) => hex.startsWith(known)) ?? ['', encoding]
  if (marked === encoding) return mark.length / 2
  const isKnown = (encodings as readonly string[]).includes(marked)
  const advice = isKnown ? `Declare "encoding: ${marked}"` : 'Save it as UTF-8'
  throw new Error(`${path} is declared as ${encoding} and begins with the mark of ${marked}. ${advice}`)
}
