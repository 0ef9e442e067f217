/** 128 bits of a text, the same for the same text. Not for secrets: it only has to tell inputs apart. */
function bitsOf(text: string): readonly [number, number, number, number] {
  let a = 0x6a09e667
  let b = 0xbb67ae85
  let c = 0x3c6ef372
  let d = 0xa54ff53a
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    a = b ^ Math.imul(a ^ unit, 0x9e3779b1)
    b = c ^ Math.imul(b ^ unit, 0x85ebca77)
    c = d ^ Math.imul(c ^ unit, 0xc2b2ae3d)
    d = a ^ Math.imul(d ^ unit, 0x27d4eb2f)
  }
  a = mixed(a ^ text.length)
  b = mixed(b ^ a)
  c = mixed(c ^ b)
  d = mixed(d ^ c)
  return [mixed(a ^ d), b, c, d]
}

function mixed(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}

/** A UUID (version 8) that follows from the texts: the same texts give the same one. */
export function seededUuid(...texts: readonly string[]): string {
  const digits = bitsOf(JSON.stringify(texts))
    .map((bits) => bits.toString(16).padStart(8, '0'))
    .join('')
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-')
}

/** A whole number from 0 to below `limit` that follows from the texts. */
export function seededNumber(limit: number, ...texts: readonly string[]): number {
  return bitsOf(JSON.stringify(texts))[0] % limit
}

/** One of the list, as follows from the texts. */
export function seededPick<T>(list: readonly [T, ...T[]], ...texts: readonly string[]): T {
  return list[seededNumber(list.length, ...texts)] ?? list[0]
}
