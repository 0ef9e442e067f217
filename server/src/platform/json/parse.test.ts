import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { Fault } from '../fault.ts'
import { createJsonPool, decodeBase64, parseJson, parseUploadBody } from './index.ts'

const pool = createJsonPool()
afterAll(() => pool.close())

const body = (value: unknown) => Buffer.from(JSON.stringify(value))
const MB = 1_000_000

function reasonOf(act: () => unknown): string {
  try {
    act()
    return 'accepted'
  } catch (error) {
    return error instanceof Fault ? error.reason : String(error)
  }
}

describe('Base64', () => {
  test('any bytes come back as they were, plain or as a data URI', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (content, asUri) => {
        const text = Buffer.from(content).toString('base64')
        const decoded = decodeBase64(Buffer.from(asUri ? `data:image/PNG;base64,${text}` : text), MB)
        expect(decoded.bytes.equals(content)).toBe(true)
        expect(decoded.declaredMime).toBe(asUri ? 'image/png' : null)
      }),
    )
  })

  test('only the one canonical text of some bytes is accepted', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'ABCxyz019+/=-_ \n'), { maxLength: 8 }), (characters) => {
        const text = characters.join('')
        const isCanonical = Buffer.from(text, 'base64').toString('base64') === text
        expect(reasonOf(() => decodeBase64(Buffer.from(text), MB)) === 'accepted').toBe(isCanonical)
      }),
      { numRuns: 5000 },
    )
  })

  test.each([
    'data:image/png,AAAA',
    'data:;base64AAAA',
    'data:',
    'AAA',
    'AAAA\nAAAA',
    'AA-_',
    '====',
    'A===',
    'QQ==QQ==',
    'é',
  ])('%j is refused', (text) => {
    expect(reasonOf(() => decodeBase64(Buffer.from(text), MB))).toBe('file.not-base64')
  })

  test('a file of exactly the limit is accepted and one byte more is refused', () => {
    const text = (length: number) => Buffer.from(Buffer.alloc(length, 7).toString('base64'))
    for (const limit of [99, 100, 101]) {
      expect(decodeBase64(text(limit), limit).bytes.length).toBe(limit)
      expect(reasonOf(() => decodeBase64(text(limit + 1), limit))).toBe('file.too-large')
    }
  })
})

describe('an upload', () => {
  test('comes apart into the file and the rest', () => {
    const upload = parseUploadBody(body({ name: 'ü', data: 'QUJD', nested: { data: 'kept' } }), MB)
    expect(upload.value).toEqual({ name: 'ü', nested: { data: 'kept' } })
    expect(upload.data?.toString()).toBe('ABC')
  })

  test('with escaped slashes, or an escaped key, is read the same', () => {
    const upload = parseUploadBody(Buffer.from('{"d\\u0061ta":"\\/\\/\\/\\u002f"}'), MB)
    expect(upload.value).toEqual({})
    expect(upload.data?.toString('base64')).toBe('////')
  })

  test('whose data is no string keeps it for the schema to refuse', () => {
    expect(parseUploadBody(body({ data: 7 }), MB)).toEqual({
      value: { data: 7 },
      data: null,
      declaredMime: null,
    })
    expect(reasonOf(() => parseUploadBody(body(['data', 'QUJD']), MB))).toBe('request.malformed')
  })
})

describe('a body', () => {
  test('that is refused says where', () => {
    expect.assertions(1)
    try {
      parseJson(Buffer.from('{"a":1,\n"a":2}'))
    } catch (error) {
      expect(error).toMatchObject({
        reason: 'request.malformed',
        pointer: '/a',
        info: { line: 2, column: 1 },
      })
    }
  })

  test('over 1 MB is read in a worker, with the same outcome', async () => {
    const content = Buffer.alloc(3 * MB, 'drawbridge')
    const bytes = body({ name: 'large', data: content.toString('base64') })
    const upload = await pool.parseUpload(bytes)
    expect(upload.value).toEqual({ name: 'large' })
    expect(upload.data?.equals(content)).toBe(true)
    expect(bytes.length).toBeGreaterThan(4 * MB)
    expect(await pool.parseLarge(bytes)).toEqual(JSON.parse(bytes.toString()))
    await expect(pool.parseUpload(bytes, MB)).rejects.toMatchObject({
      reason: 'file.too-large',
      pointer: '/data',
    })
    const broken = Buffer.concat([bytes, Buffer.from(' x')])
    await expect(pool.parseLarge(broken)).rejects.toMatchObject({ reason: 'request.malformed' })
  })

  test('that is the fifth large one at the same moment is refused with Retry-After, and later accepted', async () => {
    const bytes = body({ text: 'x'.repeat(2 * MB) })
    const four = Array.from({ length: 4 }, () => pool.parseLarge(bytes))
    await expect(pool.parseLarge(bytes)).rejects.toMatchObject({
      reason: 'service.busy',
      retryAfterSeconds: 1,
    })
    expect(await Promise.all(four)).toHaveLength(4)
    expect(await pool.parseLarge(bytes)).toEqual({ text: 'x'.repeat(2 * MB) })
  })

  test('that breaks its worker is answered, and the next one gets a new worker', async () => {
    const small = createJsonPool({ workers: 1, heapMegabytesMax: 32 })
    const greedy = body(Array.from({ length: 300_000 }, (_, index) => ({ [`k${index}`]: index })))
    await expect(small.parseLarge(greedy)).rejects.toMatchObject({ reason: 'request.too-large' })
    expect(await small.parseLarge(body({ text: 'x'.repeat(2 * MB) }))).toHaveProperty('text')
    await small.close()
  })
})
