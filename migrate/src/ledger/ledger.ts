import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { type Binding, requireSameBinding } from './binding.ts'
import { type Crash, noCrash } from './crash-point.ts'
import type { HeaderLine, Line } from './line.ts'
import { lockProject } from './lock.ts'
import {
  emptySegment,
  LedgerDamaged,
  listSegments,
  readEnds,
  readSegment,
  type SegmentEnd,
  segmentPath,
} from './segment.ts'
import { StateIndex } from './state-index.ts'
import { LedgerWriter } from './writer.ts'

/** Where a ledger lies, and what it must belong to. */
export interface LedgerOptions {
  /** `<project>/work`. */
  workDirectory: string
  /** What the ledger must belong to; null takes the ledger as it is, for reading, and requires one. */
  binding: Binding | null
  /** Milliseconds since 1970. */
  now: () => number
  /** Size at which a segment is sealed. Default 64 MB. */
  segmentBytes?: number
  /** Test seam: where to die. */
  crash?: Crash
}

/** An open ledger: the only writer of a project's record. */
export interface Ledger {
  readonly binding: Binding
  readonly index: StateIndex
  /** Bytes of a torn last line that were cut off at start; 0 when it was whole. */
  readonly cut: number
  /** Lines replayed into the index at start. */
  readonly replayed: number
  /** Appends lines in order; resolves when they are durable and folded into the index. */
  append(...lines: Line[]): Promise<void>
  close(): Promise<void>
}

/** There is no ledger to read. */
export class NoLedger extends Error {
  override readonly name = 'NoLedger'
}

const defaultSegmentBytes = 64 * 1024 * 1024

/**
 * Opens the project's ledger as its only writer, creates it when there is none, cuts a torn last line, checks full
 * segments by their ends and the last one line by line, and brings the index up to date from its mark.
 * @throws {ProjectLocked} another process has it. @throws {ForeignLedger} it belongs to another source, mapping or
 * account. @throws {LedgerDamaged} it is not what was written. @throws {NoLedger} nothing to read.
 */
export function openLedger(options: LedgerOptions): Ledger {
  const directory = join(options.workDirectory, 'ledger')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const lock = lockProject(options.workDirectory)
  try {
    return openLocked(options, directory, lock.release)
  } catch (error) {
    lock.release()
    throw error
  }
}

function openLocked(options: LedgerOptions, directory: string, release: () => void): Ledger {
  const crash = options.crash ?? noCrash
  const found = survey(directory)
  const binding = options.binding ?? found.binding
  if (binding === null) {
    throw new NoLedger(
      `There is no run in ${options.workDirectory} yet. Start one with: drawbridge migrate run`,
    )
  }
  if (found.binding !== null && options.binding !== null) {
    requireSameBinding(found.binding, options.binding, directory)
  }
  const index = new StateIndex(join(options.workDirectory, 'ledger.sqlite'), binding.run, {
    beforeCommit: () => crash('before-index-commit'),
    afterCommit: () => crash('after-index-commit'),
  })
  const { active, replayed } = bringUpToDate(directory, found, index)
  const writer = new LedgerWriter({
    directory,
    binding,
    index,
    crash,
    now: options.now,
    segmentBytes: options.segmentBytes ?? defaultSegmentBytes,
    segment: active.segment,
    end: active.end,
    previous: active.previous,
  })
  return {
    binding,
    index,
    cut: active.cut,
    replayed,
    append: (...lines) => writer.append(lines),
    close: async () => {
      await writer.close()
      index.close()
      release()
    },
  }
}

interface Survey {
  binding: Binding | null
  /** Full segments in order: where each begins in the count of lines. */
  sealed: { segment: number; firstNumber: number; lastNumber: number; sealHash: string }[]
  /** The segment still open for writing, or null where the last one is full or there is none. */
  open: number | null
}

function survey(directory: string): Survey {
  const result: Survey = { binding: null, sealed: [], open: null }
  const segments = listSegments(directory)
  for (const segment of segments) {
    const path = segmentPath(directory, segment)
    const ends = readEnds(path)
    if (ends === null) {
      if (segment !== segments.length) {
        throw new LedgerDamaged(`Segment ${path} does not end in its seal. Restore it from a backup.`)
      }
      result.open = segment
      break
    }
    requireChain(ends.header, segment, result.sealed.at(-1)?.sealHash ?? '', path)
    result.binding ??= ends.header.binding
    const { firstNumber, lastNumber, sealHash } = ends
    result.sealed.push({ segment, firstNumber, lastNumber, sealHash })
  }
  if (result.open !== null) result.binding ??= headerBinding(segmentPath(directory, result.open))
  return result
}

function headerBinding(path: string): Binding | null {
  let binding: Binding | null = null
  readSegment(path, 1, ({ line }) => {
    if (line.t === 'H') binding ??= line.binding
  })
  return binding
}

function requireChain(header: HeaderLine, segment: number, previous: string, path: string): void {
  if (header.segment === segment && header.previous === previous) return
  throw new LedgerDamaged(
    `Segment ${path} does not follow the segment before it: one of the two was exchanged. Restore them from a backup.`,
  )
}

interface Active {
  segment: number
  end: SegmentEnd
  previous: string
  cut: number
}

function bringUpToDate(
  directory: string,
  found: Survey,
  index: StateIndex,
): { active: Active; replayed: number } {
  const lastSealed = found.sealed.at(-1)
  const active = readActive(directory, found)
  const last = active.end.lastNumber
  // An index ahead of its ledger saw lines that are gone (a ledger put back from a backup): it knows too much.
  if (index.mark.n > last) index.reset()
  const from = index.mark.n
  for (const { segment, firstNumber, lastNumber } of found.sealed) {
    // The seal itself is never folded in, so a mark just before it has the whole segment.
    if (lastNumber - 1 <= from) continue
    readSegment(segmentPath(directory, segment), firstNumber, (read) => index.apply(read, segment))
  }
  if (active.end.lines > 0 && last > from) {
    readSegment(segmentPath(directory, active.segment), (lastSealed?.lastNumber ?? 0) + 1, (read) =>
      index.apply(read, active.segment),
    )
  }
  index.commit()
  return { active, replayed: Math.max(0, last - from) }
}

function readActive(directory: string, found: Survey): Active {
  const lastSealed = found.sealed.at(-1)
  const firstNumber = (lastSealed?.lastNumber ?? 0) + 1
  const previous = lastSealed?.sealHash ?? ''
  const segment = found.open ?? (lastSealed?.segment ?? 0) + 1
  const path = segmentPath(directory, segment)
  if (!existsSync(path)) return { segment, end: emptySegment(firstNumber), previous, cut: 0 }
  const end = readSegment(path, firstNumber, ({ line }) => {
    if (line.t === 'H') requireChain(line, segment, previous, path)
  })
  if (end.torn > 0) cutTail(path, end.bytes)
  return { segment, end, previous, cut: end.torn }
}

function cutTail(path: string, bytes: number): void {
  const file = openSync(path, 'r+')
  try {
    ftruncateSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
