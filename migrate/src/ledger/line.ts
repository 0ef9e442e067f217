import { crc32 } from 'node:zlib'
import type { Binding } from './binding.ts'

/** How an effect came to be known as done. */
export type How = 'sent' | 'replayed' | 'found' | 'adopted'

/** First line of every segment: what this ledger belongs to and what the segment follows. */
export interface HeaderLine {
  t: 'H'
  version: 1
  segment: number
  /** SHA-256 of the last line of the segment before, hexadecimal; empty for the first. */
  previous: string
  at: number
  binding: Binding
}

/** Something is about to be sent. Durable before the first byte leaves. */
export interface IntentLine {
  t: 'I'
  at: number
  op: string
  ref: string
  name: string
  body_sha: string
  attempt: number
}

/** It exists in the target, under `id` where it has one. */
export interface DoneLine {
  t: 'D'
  at: number
  op: string
  ref: string
  name: string
  id?: string
  how: How
  /** For a file: its path as the source writes it. */
  path?: string
  /** Milliseconds between the first byte sent and the reply. */
  ms: number
}

/** It may or may not exist: nothing is sent again before that is settled. */
export interface UnknownLine {
  t: 'U'
  at: number
  op: string
  ref: string
  name: string
  why: string
}

/** The target said no, or it cannot be sent: for the list a person works through. */
export interface RefusedLine {
  t: 'X'
  at: number
  op: string
  ref: string
  name: string
  status: number
  code: string
  why: string
  /** Source file and line, as `file:line`. */
  source?: string
}

/** It was looked for and is not there, twice, after the settle time: it may be sent again. */
export interface AbsentLine {
  t: 'A'
  at: number
  op: string
  ref: string
  name: string
}

/** A unit is finished: every effect is done or refused. */
export interface UnitLine {
  t: 'F'
  at: number
  position: number
  ref: string
  client: boolean
  /** Every unit of the source up to this position was finished before. */
  upto: number
  state: 'complete' | 'partial' | 'failed'
}

/** The run began, changed pace, slowed down, drained or ended. */
export interface RunLine {
  t: 'R'
  at: number
  event: 'start' | 'ramp' | 'throttled' | 'drain' | 'end' | 'facts'
  workers: number
  facts?: Record<string, number | string>
}

/** Last line of a full segment: what stands before it. */
export interface SealLine {
  t: 'S'
  at: number
  lines: number
  bytes: number
  /** SHA-256 of all bytes of the segment before this line, hexadecimal. */
  sha256: string
}

/** A line of the ledger. */
export type Line =
  | HeaderLine
  | IntentLine
  | DoneLine
  | UnknownLine
  | RefusedLine
  | AbsentLine
  | UnitLine
  | RunLine
  | SealLine

/** A line together with its number in the whole ledger, counted from 1. */
export interface NumberedLine {
  n: number
  line: Line
}

const newline = 0x0a

/**
 * One line as it stands in a segment: `<CRC-32 in 8 hex digits> <number> <JSON>\n`. The CRC covers number and
 * JSON, so a damaged, a missing and a moved line are all seen.
 */
export function encodeLine(n: number, line: Line): Buffer {
  const payload = `${n} ${JSON.stringify(line)}`
  return Buffer.from(`${crcOf(Buffer.from(payload))} ${payload}\n`)
}

/** Reads one line (without its newline); null when it is not a whole line that was written here. */
export function decodeLine(bytes: Buffer): NumberedLine | null {
  if (bytes.length < 11 || bytes[8] !== 0x20) return null
  const payload = bytes.subarray(9)
  if (bytes.toString('latin1', 0, 8) !== crcOf(payload)) return null
  const space = payload.indexOf(0x20)
  const n = Number(payload.toString('latin1', 0, space))
  return Number.isSafeInteger(n) ? { n, line: JSON.parse(payload.toString('utf8', space + 1)) as Line } : null
}

/** Position just after the next newline, or -1 where there is none. */
export function endOfLine(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(newline, from)
  return at === -1 ? -1 : at + 1
}

function crcOf(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0')
}
