import { expect, test } from 'vitest'
import { mayStartAgain } from './attach.ts'

test.each([
  [{ waited: 0, attempt: 0, wasKilled: false, words: 'out of luck' }, true],
  [{ waited: 900, attempt: 1, wasKilled: false, words: 'out of luck' }, false],
  [{ waited: 900, attempt: 7, wasKilled: true, words: '' }, true],
  [{ waited: 900, attempt: 7, wasKilled: false, words: 'lock file "x" already exists' }, true],
  [{ waited: 900, attempt: 7, wasKilled: false, words: 'pre-existing shared memory block' }, true],
  [{ waited: 30_001, attempt: 0, wasKilled: true, words: '' }, false],
])('a start that failed as %o is tried again: %s', (failed, again) => {
  expect(mayStartAgain(failed)).toBe(again)
})
