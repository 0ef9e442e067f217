import { isUtf8 } from 'node:buffer'

/** Encodings a source may be declared in. Nothing is guessed while reading: the project file says which. */
export const encodings = ['utf-8', 'latin-1', 'windows-1252', 'utf-16le'] as const

export type Encoding = (typeof encodings)[number]

/** Decoded text, or `at`: the first byte (counted from 0 in `bytes`) that the encoding does not have. */
export type Decoded = { text: string; at?: undefined } | { text: string; at: number }

/** Bytes a code unit takes: delimiters and quotes are looked for at this step. */
export function unitSize(encoding: Encoding): 1 | 2 {
  return encoding === 'utf-16le' ? 2 : 1
}

/**
 * Decodes one record. Where a byte does not belong to the encoding, `text` still shows the row (the byte read as
 * windows-1252, which is what such bytes almost always are) so that a person can recognise it.
 */
export function decode(bytes: Buffer, encoding: Encoding): Decoded {
  switch (encoding) {
    case 'utf-8':
      if (isUtf8(bytes)) return { text: bytes.toString('utf8') }
      return { text: showDamagedUtf8(bytes), at: firstInvalidUtf8(bytes) }
    case 'latin-1':
      return { text: bytes.toString('latin1') }
    case 'windows-1252':
      return decodeWindows1252(bytes)
    case 'utf-16le': {
      const text = bytes.toString('utf16le')
      return text.isWellFormed() ? { text } : { text: text.toWellFormed(), at: 0 }
    }
  }
}

/** What windows-1252 has at 0x80 to 0x9F where Latin-1 has control characters; a space stands for "nothing". */
const windows1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'
const highControls = /[\u0080-\u009f]/g

function decodeWindows1252(bytes: Buffer): Decoded {
  const latin = bytes.toString('latin1')
  const text = latin.replace(highControls, (c) => windows1252[c.charCodeAt(0) - 0x80] ?? c)
  const at = bytes.findIndex((byte) => byte >= 0x80 && byte <= 0x9f && windows1252[byte - 0x80] === ' ')
  return at === -1 ? { text } : { text, at }
}

function firstInvalidUtf8(bytes: Buffer): number {
  let low = 0
  let high = bytes.length
  // The longest valid prefix, ignoring a character cut at its end.
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (isUtf8Prefix(bytes.subarray(0, middle))) low = middle
    else high = middle - 1
  }
  while (low > 0 && !isUtf8(bytes.subarray(0, low))) low -= 1
  return low
}

function isUtf8Prefix(bytes: Buffer): boolean {
  for (let cut = 0; cut <= 3 && cut <= bytes.length; cut += 1) {
    if (isUtf8(bytes.subarray(0, bytes.length - cut))) return true
  }
  return false
}

function showDamagedUtf8(bytes: Buffer): string {
  let text = ''
  let rest = bytes
  while (rest.length > 0) {
    const at = firstInvalidUtf8(rest)
    text += rest.toString('utf8', 0, at)
    if (at >= rest.length) break
    text += decodeWindows1252(rest.subarray(at, at + 1)).text
    rest = rest.subarray(at + 1)
  }
  return text
}
