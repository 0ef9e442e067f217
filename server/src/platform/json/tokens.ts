import { isUtf8 } from 'node:buffer'

/** 1 at every byte that JSON allows between tokens (RFC 8259). */
export const SPACE = new Uint8Array(256)
for (const byte of [0x20, 0x09, 0x0a, 0x0d]) SPACE[byte] = 1

/** 1 at every byte that needs a look inside a string: quote, backslash, control characters. */
export const STRING_STOP = new Uint8Array(256)
STRING_STOP.fill(1, 0, 0x20)
STRING_STOP[0x22] = 1
STRING_STOP[0x5c] = 1

const TRUE = 0x74727565
const NULL = 0x6e756c6c
const ALSE = 0x616c7365

/** The length of `true`, `false` or `null` at this place; 0 when there is none. */
export function lengthOfLiteral(bytes: Buffer, at: number): number {
  const first = bytes[at]
  if (first === 0x66) return fourBytes(bytes, at + 1) === ALSE ? 5 : 0
  if (first !== 0x74 && first !== 0x6e) return 0
  const word = fourBytes(bytes, at)
  return word === TRUE || word === NULL ? 4 : 0
}

function fourBytes(bytes: Buffer, at: number): number {
  return at + 4 <= bytes.length ? bytes.readInt32BE(at) : 0
}

function endOfDigits(bytes: Buffer, start: number): number {
  let at = start
  for (let byte = bytes[at]; byte !== undefined && byte >= 0x30 && byte <= 0x39; byte = bytes[at]) at++
  return at
}

/** Where the number that starts here ends, or −1 when there is none: `-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?`. */
export function endOfNumber(bytes: Buffer, start: number): number {
  const whole = bytes[start] === 0x2d ? start + 1 : start
  let at = bytes[whole] === 0x30 ? whole + 1 : endOfDigits(bytes, whole)
  if (at === whole) return -1
  if (bytes[at] === 0x2e) {
    const end = endOfDigits(bytes, at + 1)
    if (end === at + 1) return -1
    at = end
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    const sign = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? 1 : 0
    const end = endOfDigits(bytes, at + 1 + sign)
    if (end === at + 1 + sign) return -1
    at = end
  }
  return at
}

/** The line and the column, both from 1 and in characters, of a byte offset. */
export function positionOf(bytes: Buffer, offset: number): { line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (let at = bytes.indexOf(0x0a); at !== -1 && at < offset; at = bytes.indexOf(0x0a, at + 1)) {
    line++
    lineStart = at + 1
  }
  let column = 1
  for (let at = lineStart; at < offset; at++) {
    if (((bytes[at] ?? 0) & 0xc0) !== 0x80) column++
  }
  return { line, column }
}

const CHUNK = 64 * 1024

/** The offset of the first byte that is not part of valid UTF-8; the length when all of it is valid. */
export function firstInvalidUtf8(bytes: Buffer): number {
  let at = 0
  while (at < bytes.length) {
    const end = startOfCharacter(bytes, at + CHUNK)
    if (!isUtf8(bytes.subarray(at, end))) return firstInvalidFrom(bytes, at)
    at = end
  }
  return at
}

function startOfCharacter(bytes: Buffer, from: number): number {
  let at = Math.min(from, bytes.length)
  for (let back = 0; back < 3 && at < bytes.length && ((bytes[at] ?? 0) & 0xc0) === 0x80; back++) at--
  return at
}

function firstInvalidFrom(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length) {
    const width = [1, 2, 3, 4].find(
      (size) => at + size <= bytes.length && isUtf8(bytes.subarray(at, at + size)),
    )
    if (width === undefined) return at
    at += width
  }
  return at
}
