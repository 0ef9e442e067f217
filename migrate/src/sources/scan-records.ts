import { readSync } from 'node:fs'

/** One record as it stands in the file: where it begins, its bytes without the line end, its first line. */
export interface RawRecord {
  /** Bytes from the start of the file. */
  offset: number
  /** Valid until the next record is asked for: the place is used again. */
  bytes: Buffer
  /** First line of the record, counted from 1 as an editor does. */
  line: number
  /** A quote was opened on this line and never closed; the record is this line alone. */
  unclosedQuote: boolean
}

/** A format as the scanner of bytes needs it. */
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
  let storage = Buffer.allocUnsafe(chunkSize)
  /** Bytes of `storage` that hold what has been read and not yet been given. */
  let held = 0
  let heldOffset = from
  let currentLine = line
  for (let ended = false; !ended; ) {
    if (held === storage.length) storage = grown(storage, currentLine)
    const read = readSync(fd, storage, held, storage.length - held, heldOffset + held)
    ended = read === 0
    held += read
    const buffer = storage.subarray(0, held)
    let start = 0
    while (start < held) {
      const found = findEnd(buffer, start, format, ended)
      if (found === null) break
      const bytes = buffer.subarray(start, found.end)
      if (!isBlank(bytes)) {
        yield { offset: heldOffset + start, bytes, line: currentLine, unclosedQuote: found.unclosedQuote }
      }
      currentLine += found.lines
      start = found.next
    }
    storage.copyWithin(0, start, held)
    held -= start
    heldOffset += start
  }
}

/** A larger place for a record that does not fit. */
function grown(storage: Buffer, line: number): Buffer<ArrayBuffer> {
  if (storage.length >= recordMax) {
    throw new Error(
      `Line ${line} does not end within ${recordMax / 1024 / 1024} MB. Save the file with line ends LF or CRLF`,
    )
  }
  const larger = Buffer.allocUnsafe(storage.length * 2)
  storage.copy(larger)
  return larger
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

function isBlank(bytes: Buffer): boolean {
  return bytes.length === 0 || (bytes.length === 1 && bytes[0] === carriageReturn)
}
