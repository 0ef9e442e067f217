const SIGNIFICANT_DIGITS_MAX = 17

/** The digits that count and the power of ten they are multiplied with: 1200 and 12e2 are one value. */
interface Decimal {
  readonly digits: string
  readonly exponent: number
}

function decimalOf(literal: string): Decimal {
  const unsigned = literal.startsWith('-') ? literal.slice(1) : literal
  const [mantissa = '', power = '0'] = unsigned.split(/[eE]/)
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  let first = 0
  while (first < all.length && all.charCodeAt(first) === 0x30) first++
  let last = all.length
  while (last > first && all.charCodeAt(last - 1) === 0x30) last--
  return { digits: all.slice(first, last), exponent: Number(power) - fraction.length + (all.length - last) }
}

function isSameDecimal(left: Decimal, right: Decimal): boolean {
  return left.digits === right.digits && (left.digits === '' || left.exponent === right.exponent)
}

/**
 * Tells why a number, as it is written in JSON, would not keep its value in a 64-bit float, or `null` when it
 * does: an integer beyond ±(2^53 − 1), more than 17 significant digits, an overflow to infinity, an underflow
 * to zero. `literal` must already be valid JSON number syntax. ASVS 1.5.3.
 */
export function lossOfNumber(literal: string): string | null {
  const value = Number(literal)
  if (!Number.isFinite(value)) return 'The number is too large; send it as a string'
  if (/^-?\d+$/.test(literal)) {
    return Number.isSafeInteger(value)
      ? null
      : 'The integer has more digits than can be kept; send it as a string'
  }
  const written = decimalOf(literal)
  if (value === 0 && written.digits !== '') return 'The number is too small to be kept; send it as a string'
  if (written.digits.length > SIGNIFICANT_DIGITS_MAX) {
    return 'The number has more than 17 significant digits; send it as a string'
  }
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER && !isSameDecimal(written, decimalOf(String(value)))) {
    return 'The number has more digits than can be kept; send it as a string'
  }
  return null
}
