import { isUtf8 } from 'node:buffer'
import { KeySet, keyAt } from './key-set.ts'
import { lossOfNumber } from './number.ts'
import { endOfNumber, firstInvalidUtf8, lengthOfLiteral, positionOf, SPACE, STRING_STOP } from './tokens.ts'

/** How deep arrays and objects may be nested before a body is refused. */
const DEPTH_MAX = 64

/** What a scan bounds, and what it tells on its way. */
export interface ScanLimits {
  /** How many arrays and objects may be open at once; 64 when absent. */
  readonly depthMax?: number
  /** Called for every string that is a member of the outermost object, with the byte range between its quotes. */
  readonly onTopLevelString?: (key: string, start: number, end: number) => void
}

/** What kind of thing is wrong; only `syntax`, `bom` and `utf8` are refused by `JSON.parse` itself. */
export type ScanProblem =
  | 'syntax'
  | 'bom'
  | 'utf8'
  | 'nul'
  | 'surrogate'
  | 'depth'
  | 'number'
  | 'duplicate-key'
  | 'forbidden-key'

/** Why a body is refused. `offset` is in bytes from 0; line and column count characters from 1. */
export interface ScanFinding {
  readonly reason: 'request.malformed' | 'request.too-deep'
  readonly problem: ScanProblem
  readonly offset: number
  readonly line: number
  readonly column: number
  /** RFC 6901 pointer to the value that was being read. */
  readonly pointer: string
  /** For the customer; names the place and never repeats a value. */
  readonly message: string
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const POINTER_MAX = 500
const ALWAYS_KEPT = 15
const FORBIDDEN_LENGTH = '__proto__'.length

/** Thrown inside this file only, to leave the pass from any depth of calls. */
class Stop {
  readonly problem: ScanProblem
  readonly offset: number
  readonly message: string

  constructor(problem: ScanProblem, offset: number, message: string) {
    this.problem = problem
    this.offset = offset
    this.message = message
  }
}

class Scanner {
  readonly #bytes: Buffer
  readonly #depthMax: number
  readonly #onTopLevelString: ScanLimits['onTopLevelString']
  #at = 0
  #depth = 0
  /** Per depth: the keys met so far, or null in an array; where the key begins, or the index, being read. */
  readonly #keys: (KeySet | null)[] = []
  readonly #spareKeys: KeySet[] = []
  readonly #steps: number[] = []

  constructor(bytes: Buffer, limits: ScanLimits) {
    this.#bytes = bytes
    this.#depthMax = limits.depthMax ?? DEPTH_MAX
    this.#onTopLevelString = limits.onTopLevelString
  }

  /** Reads the whole body: exactly one value. */
  run(): void {
    this.#skipSpace()
    if (this.#at === this.#bytes.length) throw new Stop('syntax', this.#at, 'The body is empty')
    let open = this.#value()
    while (this.#depth > 0) open = open ? this.#first() : this.#next()
    this.#skipSpace()
    if (this.#at < this.#bytes.length) {
      throw new Stop('syntax', this.#at, 'There is more after the end of the JSON value')
    }
  }

  pointer(): string {
    const steps = this.#steps.slice(0, this.#depth).map((_, level) => this.#step(level))
    const text = steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    return text.slice(0, POINTER_MAX)
  }

  #skipSpace(): void {
    const bytes = this.#bytes
    let at = this.#at
    while (at < bytes.length && SPACE[bytes[at] ?? 0] === 1) at++
    this.#at = at
  }

  /** Reads a scalar, or opens an array or object; true when one was opened. */
  #value(): boolean {
    const byte = this.#bytes[this.#at]
    if (byte === QUOTE) {
      this.#stringValue()
      return false
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      this.#open(byte === OPEN_OBJECT)
      return true
    }
    const literal = lengthOfLiteral(this.#bytes, this.#at)
    if (literal > 0) this.#at += literal
    else this.#number()
    return false
  }

  #stringValue(): void {
    const start = this.#at + 1
    this.#string()
    if (this.#onTopLevelString && this.#depth === 1 && this.#keys[0]) {
      this.#onTopLevelString(String(this.#step(0)), start, this.#at - 1)
    }
  }

  #open(isObject: boolean): void {
    if (this.#depth >= this.#depthMax) {
      throw new Stop('depth', this.#at, `The body is nested more than ${this.#depthMax} levels deep`)
    }
    this.#at++
    this.#steps[this.#depth] = isObject ? -1 : 0
    this.#keys[this.#depth] = isObject ? this.#emptyKeys() : null
    this.#depth++
  }

  #emptyKeys(): KeySet {
    const keys = this.#spareKeys[this.#depth] ?? new KeySet(this.#bytes)
    this.#spareKeys[this.#depth] = keys
    keys.clear()
    return keys
  }

  /** After an opening bracket: the first element or the end. */
  #first(): boolean {
    this.#skipSpace()
    const keys = this.#keys[this.#depth - 1]
    const byte = this.#bytes[this.#at]
    if (byte === (keys ? CLOSE_OBJECT : CLOSE_ARRAY)) {
      this.#at++
      this.#depth--
      return false
    }
    if (keys) this.#key(keys)
    return this.#value()
  }

  /** After an element: a comma and the next one, or the end. */
  #next(): boolean {
    this.#skipSpace()
    const level = this.#depth - 1
    const keys = this.#keys[level]
    const byte = this.#bytes[this.#at]
    if (byte === (keys ? CLOSE_OBJECT : CLOSE_ARRAY)) {
      this.#at++
      this.#depth--
      return false
    }
    if (byte !== COMMA) {
      throw new Stop(
        'syntax',
        this.#at,
        keys ? 'A comma or } is expected here' : 'A comma or ] is expected here',
      )
    }
    this.#at++
    this.#skipSpace()
    if (keys) this.#key(keys)
    else this.#steps[level] = (this.#steps[level] ?? 0) + 1
    return this.#value()
  }

  #key(keys: KeySet): void {
    const start = this.#at
    if (this.#bytes[start] !== QUOTE)
      throw new Stop('syntax', start, 'A key in double quotes is expected here')
    const level = this.#depth - 1
    this.#steps[level] = -1
    const escaped = this.#string()
    this.#steps[level] = start
    if (!keys.add(start + 1, this.#at - 1, escaped)) {
      throw new Stop('duplicate-key', start, 'The same key appears twice in one object')
    }
    if (this.#isForbidden(level, escaped)) throw new Stop('forbidden-key', start, 'This key is not allowed')
    this.#skipSpace()
    if (this.#bytes[this.#at] !== COLON) throw new Stop('syntax', this.#at, 'A colon is expected here')
    this.#at++
    this.#skipSpace()
  }

  /** Both forbidden keys have nine characters, so that all others cost one comparison. */
  #isForbidden(level: number, escaped: boolean): boolean {
    if (!escaped && this.#at - (this.#steps[level] ?? 0) !== FORBIDDEN_LENGTH + 2) return false
    const key = this.#step(level)
    if (key === '__proto__') return true
    return key === 'prototype' && level > 0 && this.#step(level - 1) === 'constructor'
  }

  /** The key or the index that is being read at a depth. */
  #step(level: number): string | number {
    const step = this.#steps[level] ?? 0
    if (!this.#keys[level]) return step
    return step < 0 ? '' : keyAt(this.#bytes, step)
  }

  /** Reads a string from its opening to past its closing quote; true when it contains escapes. */
  #string(): boolean {
    const bytes = this.#bytes
    const length = bytes.length
    let at = this.#at + 1
    let escaped = false
    for (;;) {
      while (at < length && STRING_STOP[bytes[at] ?? 0] === 0) at++
      const byte = bytes[at]
      if (byte === QUOTE) break
      if (byte === undefined) throw new Stop('syntax', at, 'The body ends inside a string')
      if (byte !== BACKSLASH) {
        throw new Stop('syntax', at, 'A control character inside a string must be written as an escape')
      }
      escaped = true
      at = this.#escape(at)
    }
    this.#at = at + 1
    return escaped
  }

  #escape(at: number): number {
    const byte = this.#bytes[at + 1]
    if (byte !== 0x75) {
      if (byte === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(byte))) {
        throw new Stop('syntax', at, 'This escape does not exist in JSON')
      }
      return at + 2
    }
    const unit = this.#hex4(at)
    if (unit === 0) throw new Stop('nul', at, 'The character \\u0000 is not allowed')
    if (unit < 0xd800 || unit > 0xdfff) return at + 6
    const follows = this.#bytes[at + 6] === BACKSLASH && this.#bytes[at + 7] === 0x75
    const low = unit < 0xdc00 && follows ? this.#hex4(at + 6) : 0
    if (low < 0xdc00 || low > 0xdfff) throw new Stop('surrogate', at, 'Half of a surrogate pair stands alone')
    return at + 12
  }

  #hex4(at: number): number {
    const digits = this.#bytes.toString('latin1', at + 2, at + 6)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new Stop('syntax', at, '\\u needs four hexadecimal digits')
    return Number.parseInt(digits, 16)
  }

  #hasExponent(start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      if (((this.#bytes[at] ?? 0) | 0x20) === 0x65) return true
    }
    return false
  }

  #number(): void {
    const start = this.#at
    const end = endOfNumber(this.#bytes, start)
    if (end < 0) throw new Stop('syntax', start, 'A value is expected here')
    // Fifteen characters without an exponent always fit; only the long ones are worth the exact look.
    if (end - start > ALWAYS_KEPT || this.#hasExponent(start, end)) {
      const loss = lossOfNumber(this.#bytes.toString('latin1', start, end))
      if (loss) throw new Stop('number', start, loss)
    }
    this.#at = end
  }
}

function finding(bytes: Buffer, stop: Stop, pointer: string): ScanFinding {
  const { line, column } = positionOf(bytes, stop.offset)
  return {
    reason: stop.problem === 'depth' ? 'request.too-deep' : 'request.malformed',
    problem: stop.problem,
    offset: stop.offset,
    line,
    column,
    pointer,
    message: `${stop.message} (line ${line}, column ${column})`,
  }
}

/**
 * Reads the raw bytes of a body once, before they are parsed, and tells the first reason to refuse them, or
 * `null`. It accepts exactly what `JSON.parse` accepts, less what the platform cannot keep faithfully in every
 * place it is read: invalid UTF-8, a byte order mark, `\u0000`, lone surrogates, nesting beyond 64, numbers that
 * lose their value, a key twice in one object, keys that reach for a prototype (ASVS 1.5.2, 1.5.3). It never
 * recurses and its time is linear in the length.
 */
export function scanJson(bytes: Buffer, limits: ScanLimits = {}): ScanFinding | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return finding(bytes, new Stop('bom', 0, 'The body starts with a byte order mark; send it without'), '')
  }
  if (!isUtf8(bytes)) {
    const offset = firstInvalidUtf8(bytes)
    return finding(bytes, new Stop('utf8', offset, 'The body is not valid UTF-8'), '')
  }
  const scanner = new Scanner(bytes, limits)
  try {
    scanner.run()
    return null
  } catch (stop) {
    if (stop instanceof Stop) return finding(bytes, stop, scanner.pointer())
    throw stop
  }
}
