import { createHash, type Hash } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { sha256Of } from '../sha256.ts'
import {
  decodeLine,
  encodeLine,
  endOfLine,
  type HeaderLine,
  type NumberedLine,
  type SealLine,
} from './line.ts'

/** The ledger on disk is not what was written. */
export class LedgerDamaged extends Error {
  override readonly name = 'LedgerDamaged'
}

/** Where a whole, verified prefix of a segment ends, and what is needed to write on from there. */
export interface SegmentEnd {
  /** Bytes of whole lines. */
  bytes: number
  /** Bytes after them: a line that was being written when the process or the machine died. */
  torn: number
  lines: number
  /** Number of the last line; of the line before the segment where it has none. */
  lastNumber: number
  /** Running SHA-256 over the whole lines. */
  hash: Hash
  sealed: boolean
}

const blockSize = 1 << 20

/** The end of a segment that has no line yet; `firstNumber` is what its first line will have. */
export function emptySegment(firstNumber: number): SegmentEnd {
  return {
    bytes: 0,
    torn: 0,
    lines: 0,
    lastNumber: firstNumber - 1,
    hash: createHash('sha256'),
    sealed: false,
  }
}

/** Path of segment `number` (from 1). */
export function segmentPath(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(6, '0')}.ledger`)
}

/**
 * Numbers of the segments present, ascending.
 * @throws {LedgerDamaged} when one is missing.
 */
export function listSegments(directory: string): number[] {
  const numbers = readdirSync(directory)
    .filter((name) => /^\d{6}\.ledger$/.test(name))
    .map((name) => Number(name.slice(0, 6)))
    .sort((a, b) => a - b)
  numbers.forEach((number, index) => {
    if (number !== index + 1) {
      throw new LedgerDamaged(
        `${directory} has no segment ${String(index + 1).padStart(6, '0')}.ledger. Restore it from a backup.`,
      )
    }
  })
  return numbers
}

/** SHA-256 of a line as written, without its newline: what the next segment's header repeats. */
export function hashOfLine(bytes: Buffer): string {
  return sha256Of(bytes)
}

/**
 * Reads a segment from its first byte, checks every line, and hands each to `visit` with the byte position after
 * it. Memory: one megabyte and one line. A last line that is not whole is not visited; it is counted in `torn`.
 * @throws {LedgerDamaged} naming segment and line, when a line that is not the last is not as written.
 */
export function readSegment(
  path: string,
  firstNumber: number,
  visit: (read: NumberedLine, end: number, raw: Buffer) => void,
): SegmentEnd {
  const file = openSync(path, 'r')
  try {
    return scan(file, path, firstNumber, visit)
  } finally {
    closeSync(file)
  }
}

function scan(
  file: number,
  path: string,
  firstNumber: number,
  visit: (read: NumberedLine, end: number, raw: Buffer) => void,
): SegmentEnd {
  const end = emptySegment(firstNumber)
  let rest = Buffer.alloc(0)
  let bad = 0
  for (;;) {
    const block = Buffer.allocUnsafe(blockSize)
    const length = readSync(file, block, 0, blockSize, null)
    if (length === 0) break
    rest = rest.length === 0 ? block.subarray(0, length) : Buffer.concat([rest, block.subarray(0, length)])
    let at = 0
    for (let next = endOfLine(rest, at); next !== -1; next = endOfLine(rest, at)) {
      const raw = rest.subarray(at, next - 1)
      const read = decodeLine(raw)
      const expected = read !== null && read.n === end.lastNumber + 1 && !end.sealed
      if (read !== null && (bad > 0 || !expected)) throw damaged(path, end.lines + 1, read)
      if (read === null) bad += next - at
      else take(end, read, rest.subarray(at, next), raw, visit)
      at = next
    }
    rest = rest.subarray(at)
  }
  end.torn = bad + rest.length
  return end
}

function take(
  end: SegmentEnd,
  read: NumberedLine,
  whole: Buffer,
  raw: Buffer,
  visit: (read: NumberedLine, end: number, raw: Buffer) => void,
): void {
  if (read.line.t === 'S') end.sealed = true
  else end.hash.update(whole)
  end.bytes += whole.length
  end.lines += 1
  end.lastNumber = read.n
  visit(read, end.bytes, raw)
}

function damaged(path: string, line: number, read: NumberedLine): LedgerDamaged {
  return new LedgerDamaged(
    `Segment ${basename(path)} is damaged at line ${line}: it is not the line that was written, and line number ` +
      `${read.n} of the ledger stands whole after it. Nothing was sent. Restore the segment from a backup; ` +
      'the ledger is not repaired by guessing.',
  )
}

/** What the first and the last line of a full segment say. */
export interface SealedEnds {
  header: HeaderLine
  firstNumber: number
  seal: SealLine
  lastNumber: number
  /** SHA-256 of the seal line, for the next header. */
  sealHash: string
}

/**
 * Reads only the first and the last line of a segment and checks that they agree with its size. Null when it does
 * not end in a seal.
 * @throws {LedgerDamaged} when the header cannot be read or the size is not what the seal says.
 */
export function readEnds(path: string): SealedEnds | null {
  const file = openSync(path, 'r')
  try {
    const size = fstatSync(file).size
    const head = readAt(file, 0, Math.min(size, 8192))
    const tail = readAt(file, Math.max(0, size - 8192), Math.min(size, 8192))
    const header = decodeLine(head.subarray(0, Math.max(0, endOfLine(head, 0) - 1)))
    const lastStart = tail.lastIndexOf(0x0a, tail.length - 2) + 1
    const raw = tail.subarray(lastStart, tail.length - 1)
    const seal = tail[tail.length - 1] === 0x0a ? decodeLine(raw) : null
    if (seal?.line.t !== 'S') return null
    const consistent =
      header?.line.t === 'H' &&
      seal.line.bytes + raw.length + 1 === size &&
      seal.n - header.n === seal.line.lines
    if (!consistent || header.line.t !== 'H') {
      throw new LedgerDamaged(
        `Segment ${basename(path)} does not have the size and the lines that its seal names. Restore it from a backup.`,
      )
    }
    const { line } = header
    return {
      header: line,
      firstNumber: header.n,
      seal: seal.line,
      lastNumber: seal.n,
      sealHash: hashOfLine(raw),
    }
  } finally {
    closeSync(file)
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  readSync(file, bytes, 0, length, position)
  return bytes
}

/** The seal for a segment that ends as `end` says, encoded. */
export function encodeSeal(
  end: { bytes: number; lines: number; lastNumber: number; hash: Hash },
  at: number,
): Buffer {
  const sha256 = end.hash.copy().digest('hex')
  return encodeLine(end.lastNumber + 1, { t: 'S', at, lines: end.lines, bytes: end.bytes, sha256 })
}

/** Makes the directory's entries durable, so that a new file survives a power cut. */
export function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
