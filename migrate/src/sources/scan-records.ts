import { readSync } from 'node:fs'

/** One record as it stands in the file: where it begins, its bytes without the line end, its first line. */
export interface RawRecord {
  /** Bytes from the start of the file. */
  offset: number
  bytes: Buffer
  /** First line of the record, counted from 1 as an editor does. */
  line: number
  /** A quote was opened on this line and never closed; the record is this line alone. */
  unclosedQuote: boolean
}

export interface ScanFormat {
  /** Character codes; both below 0x80, so that no multi-byte character can contain them. */
  delimiter: number
  quote: number
  /** Bytes of a code unit. */
  unit: 1 | 2
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

/**
 * A quoted value may hold line ends, up to this many bytes; then the quote counts as never closed. Without a
 * bound one stray quote would swallow the rest of the file into one record.
 */
export const quotedMax = 64 * 1024

const chunkSize = 256 * 1024

/** No client's row is this long; a file without line ends that we know would otherwise be read into memory whole. */
const recordMax = 4 * 1024 * 1024

/**
 * Splits an open file into records: exact byte offsets, exact lines also where quoted values hold line ends
 * (`\n` or `\r\n`; a lone `\r` is text). Blank lines are passed over and counted. Holds one chunk at a time.
 *
 * Written here because csv-parse counts a quoted `\r\n` and a blank line twice, and cannot go on after a quote
 * that is never closed.
 */
export function* scanRecords(
  fd: number,
  format: ScanFormat,
  from: number,
  line: number,
): Generator<RawRecord> {
  let buffer: Buffer = Buffer.alloc(0)
  let bufferOffset = from
  let currentLine = line
  for (let ended = false; !ended; ) {
    const chunk = Buffer.allocUnsafe(chunkSize)
    const read = readSync(fd, chunk, 0, chunkSize, bufferOffset + buffer.length)
    ended = read === 0
    buffer = buffer.length === 0 ? chunk.subarray(0, read) : Buffer.concat([buffer, chunk.subarray(0, read)])
    let start = 0
    while (start < buffer.length) {
      const found = findEnd(buffer, start, format, ended)
      if (found === null) {
        if (buffer.length - start > recordMax) throw new Error(tooLong(currentLine))
        break
      }
      const bytes = buffer.subarray(start, found.end)
      if (!isBlank(bytes)) {
        yield { offset: bufferOffset + start, bytes, line: currentLine, unclosedQuote: found.unclosedQuote }
      }
      currentLine += found.lines
      start = found.next
    }
    bufferOffset += start
    buffer = buffer.subarray(start)
  }
}

interface End {
  /** Where the record's bytes end, without its line end. */
  end: number
  /** Where the next record begins. */
  next: number
  lines: number
  unclosedQuote: boolean
}

/** The end of the record that begins at `start`; null where more bytes are needed to know. */
function findEnd(buffer: Buffer, start: number, format: ScanFormat, ended: boolean): End | null {
  const { unit, delimiter, quote } = format
  let firstLineEnd = -1
  let lines = 0
  let quoted = false
  let fieldStart = true
  let closedAt = -1
  let at = start
  for (; at + unit <= buffer.length; at += unit) {
    const code = unit === 1 ? buffer[at] : buffer.readUInt16LE(at)
    if (code === lineFeed) {
      lines += 1
      if (!quoted) return endAt(buffer, start, at, unit, lines, false)
      if (firstLineEnd === -1) firstLineEnd = at
    } else if (code === quote) {
      // A doubled quote closes and opens again; a quote inside an unquoted value is text.
      if (quoted) {
        quoted = false
        closedAt = at
      } else if (fieldStart || closedAt === at - unit) quoted = true
    }
    fieldStart = code === delimiter && !quoted
    if (quoted && at - start > quotedMax && firstLineEnd !== -1) {
      return endAt(buffer, start, firstLineEnd, unit, 1, true)
    }
  }
  if (!ended) return null
  if (quoted && firstLineEnd !== -1) return endAt(buffer, start, firstLineEnd, unit, 1, true)
  return { end: buffer.length, next: buffer.length, lines: 1, unclosedQuote: quoted }
}

function endAt(
  buffer: Buffer,
  start: number,
  at: number,
  unit: number,
  lines: number,
  unclosedQuote: boolean,
): End {
  const before = at - unit
  const hasReturn =
    before >= start && buffer[before] === carriageReturn && (unit === 1 || buffer[before + 1] === 0)
  return { end: hasReturn ? before : at, next: at + unit, lines, unclosedQuote }
}

function tooLong(line: number): string {
  return `Line ${line} does not end within ${recordMax / 1024 / 1024} MB. Save the file with line ends LF or CRLF`
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length === 0 || (bytes.length === 1 && bytes[0] === carriageReturn)
}
