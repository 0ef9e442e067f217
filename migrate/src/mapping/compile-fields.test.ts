import { expect, test } from 'vitest'
import { compileFields } from './compile-fields.ts'
import { MappingError, MappingFault } from './mapping-fault.ts'
import type { Fields } from './settings.ts'

const header = ['no', 'name', 'first', 'town', 'country', 'code', 'labels']

function build(fields: Fields, row: Partial<Record<(typeof header)[number], string>>): unknown {
  return compileFields(fields, header, ['individuals', 'fields']).build(header.map((name) => row[name] ?? ''))
}

test('text stays text, so leading zeros stay', () => {
  expect(build({ 'metadata.number': 'no' }, { no: ' 00012 ' })).toEqual({ metadata: { number: '00012' } })
})

test('an empty value makes no field and no object around it', () => {
  expect(build({ 'a.b.c': 'name', 'a.d': 'town' }, { name: '  ' })).toEqual({})
})

test('a constant in a list entry is set only where the row gave the entry something', () => {
  const fields: Fields = {
    'list[0].type': { constant: 'STRUCTURED' },
    'list[0].address.town': 'town',
    source: { constant: 'legacy' },
  }
  expect(build(fields, { town: 'Leeds' })).toEqual({
    list: [{ address: { town: 'Leeds' }, type: 'STRUCTURED' }],
    source: 'legacy',
  })
  expect(build(fields, {})).toEqual({ source: 'legacy' })
})

test('a list has no holes where the row lacks an entry before the last', () => {
  expect(build({ 'list[0].a': 'name', 'list[1].a': 'town' }, { town: 'Leeds' })).toEqual({
    list: [{ a: 'Leeds' }],
  })
})

test('a map takes its key from the row, and is absent without key or value', () => {
  const fields: Fields = { ids: { key: { column: 'country', transform: ['country'] }, value: 'code' } }
  expect(build(fields, { country: 'Germany', code: '007' })).toEqual({ ids: { DEU: '007' } })
  expect(build(fields, { country: 'Germany' })).toEqual({})
  expect(build(fields, { code: '007' })).toEqual({})
})

test('a target path or a key of a row never reaches what all objects share', () => {
  expect(build({ 'constructor.prototype.polluted': 'name' }, { name: 'yes' })).toEqual({
    constructor: { prototype: { polluted: 'yes' } },
  })
  expect('polluted' in {}).toBe(false)
  const ids: Fields = { ids: { key: 'country', value: { column: 'labels', transform: [{ split: '|' }] } } }
  const built = build(ids, { country: '__proto__', labels: 'a|b' })
  expect(JSON.stringify(built)).toBe('{"ids":{"__proto__":["a","b"]}}')
})

test('split makes a list without empty parts, join one text of several columns', () => {
  expect(build({ names: { column: 'labels', transform: [{ split: '|' }] } }, { labels: 'a | |b|' })).toEqual({
    names: ['a', 'b'],
  })
  expect(
    build(
      { full: { columns: ['first', 'name'], transform: [{ join: ' ' }] } },
      { first: 'Ada', name: 'Byron' },
    ),
  ).toEqual({ full: 'Ada Byron' })
})

test('a value that the mapping does not name is kept, dropped or refused, as it says', () => {
  const values = { M: 'M', U: null }
  const read = (otherwise: 'keep' | 'omit' | 'unusable' | undefined, text: string) =>
    build(
      { g: { column: 'code', values, ...(otherwise === undefined ? {} : { otherwise }) } },
      { code: text },
    )
  expect(read(undefined, 'M')).toEqual({ g: 'M' })
  expect(read(undefined, 'U')).toEqual({})
  expect(read('keep', 'X')).toEqual({ g: 'X' })
  expect(read('omit', 'X')).toEqual({})
  expect(() => read(undefined, 'X')).toThrow(MappingFault)
})

test('a default fills what the source leaves empty', () => {
  expect(build({ c: { column: 'country', transform: ['country'], default: 'GBR' } }, {})).toEqual({
    c: 'GBR',
  })
})

test('a column that the source lacks is an error at its place in the project file', () => {
  try {
    compileFields({ 'a.b': { column: 'surname' } }, header, ['individuals', 'fields'])
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(MappingError)
    expect(error).toMatchObject({ path: ['individuals', 'fields', 'a.b', 'column'] })
    expect(String(error)).toContain('the source has no column "surname". It has: no, name')
  }
})

test('a target path that would reach a prototype is refused', () => {
  expect(() => compileFields({ '__proto__.x': 'no' }, header, [])).toThrow(MappingError)
})
