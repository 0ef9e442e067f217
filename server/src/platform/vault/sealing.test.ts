import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  CannotOpen,
  type Cell,
  dataKey,
  keyIdOf,
  newDataKey,
  open,
  openJson,
  seal,
  sealJson,
  sealOverhead,
} from './sealing.ts'

const cell: Cell = { account: 'a', table: 'collected_data', column: 'body', row: 'r' }

test('what is sealed opens again, whatever its bytes and its cell', () => {
  const key = newDataKey()
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(fc.uint8Array(), text, text, text, text, (bytes, account, table, column, row) => {
      const where = { account, table, column, row }
      expect(open(key, where, seal(key, where, bytes)).equals(bytes)).toBe(true)
    }),
  )
})

test('a value moved to another account, table, column or row does not open', () => {
  const key = newDataKey()
  const sealed = seal(key, cell, Buffer.from('secret'))
  for (const part of ['account', 'table', 'column', 'row'] as const)
    expect(() => open(key, { ...cell, [part]: 'other' }, sealed)).toThrow(CannotOpen)
})

test('letters that slide from one part of a cell to the next make another cell', () => {
  const key = newDataKey()
  const sealed = seal(key, { ...cell, table: 'ab', column: 'c' }, Buffer.from('secret'))
  expect(() => open(key, { ...cell, table: 'a', column: 'bc' }, sealed)).toThrow(CannotOpen)
})

test('a value with any one bit changed does not open', () => {
  const key = newDataKey()
  const sealed = seal(key, cell, Buffer.from('secret'))
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(() => open(key, cell, changed)).toThrow(CannotOpen)
  }
})

test('a value cut short, to nothing even, is refused as such', () => {
  const key = newDataKey()
  const sealed = seal(key, cell, Buffer.from('secret'))
  for (let length = 0; length < sealed.length; length += 1)
    expect(() => open(key, cell, sealed.subarray(0, length))).toThrow(CannotOpen)
})

test('a value names the key that sealed it, and the refusal of another names both', () => {
  const [key, other] = [newDataKey(), newDataKey()]
  const sealed = seal(key, cell, Buffer.from('secret'))
  expect(keyIdOf(sealed)).toBe(key.id)
  expect(() => open(other, cell, sealed)).toThrow(`key ${key.id} sealed it, and key ${other.id} was tried`)
})

test('the same value sealed ten thousand times never uses a nonce twice', () => {
  const key = newDataKey()
  const nonces = new Set<string>()
  for (let n = 0; n < 10_000; n += 1)
    nonces.add(seal(key, cell, Buffer.alloc(0)).subarray(9, 21).toString('hex'))
  expect(nonces.size).toBe(10_000)
})

test('sealing adds 37 bytes and keeps nothing of the value in the clear', () => {
  const sealed = seal(newDataKey(), cell, Buffer.from('Rosalind Franklin'))
  expect(sealed.length).toBe(17 + sealOverhead)
  expect(sealed.includes('Rosalind')).toBe(false)
})

test('values of JSON come back equal', () => {
  const key = newDataKey()
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(openJson(key, cell, sealJson(key, cell, value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('one key has one id, and a key of another length is refused', () => {
  const bytes = Buffer.alloc(32, 7)
  expect(dataKey(bytes).id).toBe(dataKey(Buffer.from(bytes)).id)
  expect(dataKey(bytes).id).toMatch(/^[0-9a-f]{16}$/)
  expect(() => dataKey(Buffer.alloc(16))).toThrow('A key is 32 bytes, not 16')
})
