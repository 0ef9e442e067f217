import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { encodeLine, type HeaderLine } from './line.ts'
import { encodeSeal, hashOfLine, type SegmentEnd, segmentPath, syncDirectory } from './segment.ts'

/** Creates a segment that follows the line numbered `lastNumber`, durably; returns its end. */
export function createSegment(
  directory: string,
  header: HeaderLine,
  lastNumber: number,
): { file: number; end: SegmentEnd } {
  const path = segmentPath(directory, header.segment)
  const file = openSync(path, 'w', 0o600)
  const bytes = encodeLine(lastNumber + 1, header)
  writeSync(file, bytes)
  fsyncSync(file)
  syncDirectory(directory)
  const hash = createHash('sha256').update(bytes)
  return {
    file,
    end: { bytes: bytes.length, torn: 0, lines: 1, lastNumber: lastNumber + 1, hash, sealed: false },
  }
}

/** Seals an open segment, durably; returns the hash that the next header repeats and the seal's number. */
export function sealSegment(
  file: number,
  end: SegmentEnd,
  at: number,
): { sealHash: string; lastNumber: number } {
  const seal = encodeSeal(end, at)
  writeSync(file, seal, 0, seal.length, end.bytes)
  fsyncSync(file)
  closeSync(file)
  return { sealHash: hashOfLine(seal.subarray(0, seal.length - 1)), lastNumber: end.lastNumber + 1 }
}
