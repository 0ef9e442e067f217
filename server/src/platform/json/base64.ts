import { Fault } from '../fault.ts'

/** A decoded upload. `declaredMime` is what a data URI said the content is, in lower case; it is not believed. */
export interface DecodedData {
  readonly bytes: Buffer<ArrayBuffer>
  readonly declaredMime: string | null
}

const PAD = 0x3d
const DATA_URI_HEAD_MAX = 200

/** The six bits of every character of the standard alphabet (RFC 4648 section 4); 255 for all others. */
const BITS = new Uint8Array(256).fill(255)
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (let value = 0; value < ALPHABET.length; value++) BITS[ALPHABET.charCodeAt(value)] = value

function refusal(pointer: string, message: string): Fault {
  return new Fault('file.not-base64', { pointer, message })
}

function headOf(text: Buffer, pointer: string): { start: number; declaredMime: string | null } {
  if (text.toString('latin1', 0, 5).toLowerCase() !== 'data:') return { start: 0, declaredMime: null }
  const comma = text.subarray(0, DATA_URI_HEAD_MAX).indexOf(0x2c)
  const head = text.toString('latin1', 5, Math.max(comma, 5)).toLowerCase()
  if (comma < 0 || !head.endsWith(';base64')) {
    throw refusal(pointer, 'The data URI must be of the form data:<type>;base64,<data>')
  }
  return { start: comma + 1, declaredMime: head.split(';')[0] || null }
}

function paddingOf(text: Buffer): number {
  if (text.at(-1) !== PAD) return 0
  return text.at(-2) === PAD ? 2 : 1
}

function assertAlphabet(text: Buffer, padding: number, pointer: string): void {
  const end = text.length - padding
  let at = 0
  while (at < end && BITS[text[at] ?? 0] !== 255) at++
  if (at < end) throw refusal(pointer, `The data has a character that is not Base64 at position ${at + 1}`)
  if (text.length % 4 !== 0)
    throw refusal(pointer, 'The Base64 data is cut off: its length is not a multiple of four')
  // The bits that padding leaves unused are zero in canonical Base64; otherwise two texts would mean one file.
  const unused = padding === 2 ? 0b1111 : padding === 1 ? 0b11 : 0
  if (((BITS[text[end - 1] ?? 0] ?? 0) & unused) !== 0)
    throw refusal(pointer, 'The Base64 data has stray bits at its end')
}

/**
 * Decodes canonical Base64 with padding (RFC 4648 section 4) or a Base64 data URI (RFC 2397); anything else,
 * such as line breaks or the URL alphabet, is `file.not-base64` (R72). More than `decodedBytesMax` bytes is
 * `file.too-large`, found before anything is decoded.
 */
export function decodeBase64(text: Buffer, decodedBytesMax: number, pointer = '/data'): DecodedData {
  const { start, declaredMime } = headOf(text, pointer)
  const body = text.subarray(start)
  const padding = paddingOf(body)
  const decodedLength = Math.floor((body.length * 3) / 4) - padding
  if (decodedLength > decodedBytesMax) {
    const limit = `${Math.floor(decodedBytesMax / 1_000_000)} MB`
    throw new Fault('file.too-large', { pointer, message: `The file is larger than ${limit}` })
  }
  assertAlphabet(body, padding, pointer)
  const bytes = Buffer.from(new ArrayBuffer(Math.max(decodedLength, 0)))
  bytes.write(body.toString('latin1'), 'base64')
  return { bytes, declaredMime }
}
