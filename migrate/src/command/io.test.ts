import { expect, test } from 'vitest'
import { harmless } from './io.ts'

test('a value of the source or a word of the target never commands the terminal', () => {
  const hostile = 'MISSING \x1b]52;c;ZXZpbA==\x07 \x9b2J a\rAccepted \u202etxt'
  expect(harmless(hostile)).toBe('MISSING \ufffd]52;c;ZXZpbA==\ufffd \ufffd2J a\ufffdAccepted \ufffdtxt')
})

test('what the commands write themselves stays as it is', () => {
  for (const text of ['one\n\ttwo\r\n', '\rrun  3 of 4 · 2/s', 'Zoë 李\n']) expect(harmless(text)).toBe(text)
})
