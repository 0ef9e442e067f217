import { expect, test } from 'vitest'
import { namesTheHeader } from './connect.ts'

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text)
}

test('the header is found in a description whatever its case and wherever a piece ends', async () => {
  expect(await namesTheHeader(pieces('{"name":"Idempot', 'ency-Key"}'))).toBe(true)
  expect(await namesTheHeader(pieces('{"name":"apikey"}'))).toBe(false)
})

test('a description without an end is given up, and so little of it is held', async () => {
  let read = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    const piece = new Uint8Array(1024 * 1024)
    for (; read < 100; read += 1) yield piece
  }
  expect(await namesTheHeader(endless())).toBe(false)
  expect(read).toBeLessThan(20)
})
