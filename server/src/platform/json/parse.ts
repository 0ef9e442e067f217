import { Fault } from '../fault.ts'
import { decodeBase64 } from './base64.ts'
import { type ScanFinding, type ScanLimits, scanJson } from './scan.ts'

/** An upload with its file lifted out. */
export interface Upload {
  /** The body without `data`; with it when `data` was not a string, for the schema to refuse. */
  readonly value: Record<string, unknown>
  /** The decoded file, in memory of its own; null when the body has no string `data`. */
  readonly data: Buffer<ArrayBuffer> | null
  /** The media type that a data URI named; not to be believed. */
  readonly declaredMime: string | null
}

interface Range {
  readonly start: number
  readonly end: number
}

function faultOf(finding: ScanFinding): Fault {
  const { reason, message, pointer, line, column, offset } = finding
  return new Fault(reason, { message, pointer, info: { line, column, offset } })
}

function assertSound(bytes: Buffer, limits?: ScanLimits): void {
  const finding = scanJson(bytes, limits)
  if (finding) throw faultOf(finding)
}

/**
 * Parses a body after `scanJson` has found nothing in it. Raises `request.malformed` or `request.too-deep` with
 * line, column and offset in `info`.
 */
export function parseJson(bytes: Buffer): unknown {
  assertSound(bytes)
  return JSON.parse(bytes.toString('utf8'))
}

/** The text of a JSON string, given the bytes between its quotes. `\/` is usual in Base64 that PHP wrote. */
function unescaped(bytes: Buffer, start: number, end: number): Buffer {
  const inner = bytes.subarray(start, end)
  if (!inner.includes(0x5c)) return inner
  return Buffer.from(String(JSON.parse(bytes.toString('utf8', start - 1, end + 1))))
}

/**
 * Parses a body `{"data": Base64 or data URI, …}` without ever making a JavaScript string of the whole file.
 * Raises what `parseJson` and `decodeBase64` raise, and `request.malformed` when the body is not an object.
 */
export function parseUploadBody(bytes: Buffer, decodedBytesMax: number): Upload {
  const found: Range[] = []
  assertSound(bytes, {
    onTopLevelString: (key, start, end) => {
      if (key === 'data') found.push({ start, end })
    },
  })
  const range = found[0]
  const value = JSON.parse(textWithout(bytes, range))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Fault('request.malformed', { message: 'The body must be a JSON object', pointer: '' })
  }
  if (!range) return { value, data: null, declaredMime: null }
  delete value.data
  const decoded = decodeBase64(unescaped(bytes, range.start, range.end), decodedBytesMax)
  return { value, data: decoded.bytes, declaredMime: decoded.declaredMime }
}

function textWithout(bytes: Buffer, range: Range | undefined): string {
  if (!range) return bytes.toString('utf8')
  return bytes.toString('utf8', 0, range.start) + bytes.toString('utf8', range.end)
}
