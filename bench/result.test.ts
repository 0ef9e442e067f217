import { expect, it } from 'vitest'
import { OptionRefusal, readArguments } from './options.ts'
import { type Figure, holds, jsonLine, median, table } from './result.ts'
import { timeId } from './seed-rows.ts'

const figure = (value: number, wanted?: Figure['wanted']): Figure => ({
  name: 'speed',
  value,
  unit: '1/s',
  ...(wanted === undefined ? {} : { wanted }),
})
const lineOf = (...figures: Figure[]) =>
  JSON.parse(jsonLine({ name: 'some', settings: {}, figures, details: {} }, new Date(0)))

it('a figure holds from the least to the most that is wanted, and nothing is said where nothing is', () => {
  expect(holds(figure(0.4, { least: 0.4 }))).toBe(true)
  expect(holds(figure(0.39, { least: 0.4 }))).toBe(false)
  expect(holds(figure(1.51, { most: 1.5 }))).toBe(false)
  expect(holds(figure(1))).toBeUndefined()
})

it('one figure that is missed makes the whole benchmark not hold', () => {
  expect(lineOf(figure(2, { least: 1 }), figure(7)).holds).toBe(true)
  expect(lineOf(figure(2, { least: 1 }), figure(0.5, { least: 1 })).holds).toBe(false)
})

it('a figure that could not be measured does not hold', () => {
  expect(holds(figure(Number.NaN, { most: 256 }))).toBe(false)
})

it('the table names what was missed', () => {
  const text = table({ name: 'some', settings: {}, figures: [figure(0.5, { least: 1 })], details: {} })
  expect(text).toContain('at least 1 1/s')
  expect(text).toContain('MISSED')
})

it('the median of an even number of values is between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([1, 9, 5, 3])).toBe(4)
})

it('ids made later sort later, and look like UUIDv7', () => {
  const ids = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000].map(timeId)
  expect(ids.toSorted()).toEqual(ids)
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

it('an option that is no number above 0 is refused by name', () => {
  const { options } = readArguments(['list-search', '--profiles', '1_000', '--rounds', '0'])
  expect(options.number('profiles', 5)).toBe(1_000)
  expect(options.number('lines', 5)).toBe(5)
  expect(() => options.number('rounds', 5)).toThrow(OptionRefusal)
  expect(() => readArguments(['list-search', '--unknown', '1'])).toThrow(OptionRefusal)
})
