import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lossOfNumber } from './number.ts'
import { type ScanProblem, scanJson } from './scan.ts'

const scan = (text: string) => scanJson(Buffer.from(text))

function parses(bytes: Buffer): boolean {
  if (!isUtf8(bytes)) return false
  try {
    JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

/** What `JSON.parse` refuses, the scan refuses; what the scan accepts, `JSON.parse` accepts. */
function agreesWithParser(bytes: Buffer): void {
  const found = scanJson(bytes)
  if (found === null || ['syntax', 'utf8', 'bom'].includes(found.problem)) {
    expect(parses(bytes), JSON.stringify(found)).toBe(found === null)
  }
}

/** The platform's own refusals, decided again from the parsed value and the text, the slow and obvious way. */
function keptFaithfully(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\u0000')
  if (typeof value === 'number') return lossOfNumber(JSON.stringify(value)) === null
  if (typeof value !== 'object' || value === null) return true
  if (depth === 64) return false
  return Object.entries(value).every(
    ([key, item]) =>
      keptFaithfully(key) &&
      key !== '__proto__' &&
      !(
        key === 'constructor' &&
        item !== null &&
        typeof item === 'object' &&
        Object.hasOwn(item, 'prototype')
      ) &&
      keptFaithfully(item, depth + 1),
  )
}

const mutation = fc.record({
  at: fc.nat(),
  drop: fc.nat({ max: 2 }),
  add: fc.oneof(
    fc.string({ maxLength: 2, unit: 'binary' }),
    fc.constantFrom(
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '-',
      '.',
      'e',
      '0',
      '\\u00',
      '\\ud800',
      '\n',
      '\u0001',
      'null',
    ),
  ),
})

describe('the scan accepts exactly what JSON.parse accepts, less what cannot be kept faithfully', () => {
  test('for any JSON value', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary', maxDepth: 6 }), (text) => {
        expect(scan(text) === null).toBe(keptFaithfully(JSON.parse(text)))
      }),
      { numRuns: 2000 },
    )
  })

  test('for JSON with a few characters changed', () => {
    fc.assert(
      fc.property(
        fc.json({ stringUnit: 'binary', noUnicodeString: false } as fc.JsonSharedConstraints),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (text, mutations, indented) => {
          let mutated = indented ? JSON.stringify(JSON.parse(text), null, 2) : text
          for (const { at, drop, add } of mutations) {
            const place = at % (mutated.length + 1)
            mutated = mutated.slice(0, place) + add + mutated.slice(place + drop)
          }
          agreesWithParser(Buffer.from(mutated))
        },
      ),
      { numRuns: 8000 },
    )
  })

  test('for random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => agreesWithParser(Buffer.from(bytes))),
      { numRuns: 4000 },
    )
  })

  test('for short strings over the alphabet of JSON itself', () => {
    const alphabet = fc.constantFrom(...'{}[]",:\\/ue0123456789+-.Etruefalsn \n\t\r\u00e9')
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 12 }), (characters) => {
        agreesWithParser(Buffer.from(characters.join('')))
      }),
      { numRuns: 8000 },
    )
  })
})

const refused: [what: string, text: string, problem: ScanProblem, offset: number, pointer: string][] = [
  ['an empty body', ' ', 'syntax', 1, ''],
  ['a byte order mark', '\ufeff{}', 'bom', 0, ''],
  ['an escaped NUL', '{"a":"x\\u0000"}', 'nul', 7, '/a'],
  ['an escaped NUL in a key', '{"\\u0000":1}', 'nul', 2, '/'],
  ['a high surrogate alone', '["\\ud83dx"]', 'surrogate', 2, '/0'],
  ['a low surrogate alone', '["\\ude00"]', 'surrogate', 2, '/0'],
  ['two high surrogates', '["\\ud83d\\ud83d"]', 'surrogate', 2, '/0'],
  ['a key twice', '{"a":1,"b":{"a":2},"a":3}', 'duplicate-key', 19, '/a'],
  ['a key twice, once escaped', '{"a":1,"\\u0061":2}', 'duplicate-key', 7, '/a'],
  ['__proto__', '{"x":[{"__proto__":{}}]}', 'forbidden-key', 7, '/x/0/__proto__'],
  ['__proto__, escaped', '{"__proto\\u005f_":{}}', 'forbidden-key', 1, '/__proto__'],
  [
    'constructor.prototype',
    '{"constructor":{"prototype":{}}}',
    'forbidden-key',
    16,
    '/constructor/prototype',
  ],
  ['an integer beyond 2^53 - 1', '{"n":9007199254740993}', 'number', 5, '/n'],
  ['an overflow to infinity', '[1, -1e400]', 'number', 4, '/1'],
  ['an underflow to zero', '[1e-400]', 'number', 1, '/0'],
  ['eighteen significant digits', '[0.123456789012345678]', 'number', 1, '/0'],
  ['something after the end', '{} {}', 'syntax', 3, ''],
  ['a raw control character', '["a\tb"]', 'syntax', 3, '/0'],
  ['a trailing comma', '[1,]', 'syntax', 3, '/1'],
  ['sixty-five levels', `${'['.repeat(65)}${']'.repeat(65)}`, 'depth', 64, '/0'.repeat(64)],
]

test.each(refused)('%s is refused with its place', (_, text, problem, offset, pointer) => {
  expect(scan(text)).toMatchObject({ problem, offset, pointer })
})

test('a million open brackets are refused without a stack overflow', () => {
  expect(scan('['.repeat(1_000_000))?.reason).toBe('request.too-deep')
  expect(scan('{"a":'.repeat(1_000_000))?.reason).toBe('request.too-deep')
})

test.each([
  '"\\ud83d\\ude00"',
  '{"constructor":"name","prototype":1}',
  '[9007199254740991,-9007199254740991,1e22,1.5e300,0.1,-0,0e0,10.00000000000000000000,0.10000000000000001]',
  `${'['.repeat(64)}${']'.repeat(64)}`,
  ' [ ] ',
  '{"a":{"b":1},"b":{"a":1}}',
])('%s is accepted', (text) => {
  expect(scan(text)).toBeNull()
})

test('the first byte that is not UTF-8 is named, wherever chunks end', () => {
  const text = Buffer.from('"é€😀é€😀"'.repeat(12_000))
  for (const at of [0, 3, 65_535, 65_536, 65_537, 131_071, text.length - 1]) {
    const broken = Buffer.from(text)
    broken[at] = 0xff
    const found = scanJson(broken)
    expect(found?.problem).toBe('utf8')
    expect(isUtf8(broken.subarray(0, found?.offset))).toBe(true)
    expect(found?.offset).toBeLessThanOrEqual(at)
    expect(found?.offset).toBeGreaterThan(at - 4)
  }
})

test('line and column count characters from 1', () => {
  expect(scan('{\n "näme": 😀}')).toMatchObject({ line: 2, column: 10 })
})

test('an object with 100,000 keys still notices the last one twice', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `"k${index}":1`)
  expect(scan(`{${keys.join(',')},"k5":1}`)).toMatchObject({ problem: 'duplicate-key', pointer: '/k5' })
  expect(scan(`{${keys.join(',')}}`)).toBeNull()
})

test('a number is kept exactly when reading and printing it gives it back', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const literal = JSON.stringify(value)
      const isWholeAndLarge = /^-?\d+$/.test(literal) && !Number.isSafeInteger(value)
      expect(lossOfNumber(literal) === null).toBe(!isWholeAndLarge)
    }),
  )
  fc.assert(
    fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }), (value) => {
      expect(lossOfNumber(`${value}`)).not.toBeNull()
      expect(lossOfNumber(`${value}.0`) === null).toBe(
        BigInt(Number(value)) === value &&
          `${value}`.replace(/0+$/, '').length <= 17 &&
          BigInt(String(Number(value)).includes('e') ? Number(value) : String(Number(value))) === value,
      )
    }),
  )
})
