import { expect, test } from 'vitest'
import { RecentValues } from './recent-values.ts'

function valuesAt(clock: { ms: number }) {
  const values = new RecentValues<string>(1_000, () => clock.ms)
  return {
    values,
    read: (value: string, ageMs = 0) => values.keep('key', values.begin('key'), value, ageMs),
  }
}

test('a value is given out until it is too old, counted from when it was true', () => {
  const clock = { ms: 5_000 }
  const { values, read } = valuesAt(clock)
  expect(values.get('key')).toBeUndefined()
  read('first')
  clock.ms += 1_000
  expect(values.get('key')).toBe('first')
  clock.ms += 1
  expect(values.get('key')).toBeUndefined()
  read('old already', 1_001)
  expect(values.get('key')).toBeUndefined()
  expect(values.get('another')).toBeUndefined()
})

test('what began to be read before it was forgotten is not kept, nor what is older than what is known', () => {
  const clock = { ms: 0 }
  const { values, read } = valuesAt(clock)
  const before = values.begin('key')
  values.forget('key')
  values.keep('key', before, 'before', 0)
  expect(values.get('key')).toBeUndefined()
  read('new')
  read('a look into the past', 500)
  expect(values.get('key')).toBe('new')
  values.forget('key')
  expect(values.get('key')).toBeUndefined()
})
