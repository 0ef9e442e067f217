import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../test/postgres.ts'
import { createPool, preparedQuery } from './index.ts'

let database: TestDatabase
let pool: ReturnType<typeof createPool>

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ ...database.ownerConfig, max: 1 }, () => undefined)
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

async function cameBack(type: string, value: unknown): Promise<unknown> {
  const client = await pool.connect()
  try {
    const text = `select $1::${type} as value`
    return (await preparedQuery(client).query<{ value: unknown }>(text, [value])).rows[0]?.value
  } finally {
    client.release()
  }
}

const text = fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0'))
const bytes = fc.uint8Array({ maxLength: 40 }).map((list) => Buffer.from(list))
const instant = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z') })
const or = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary.filter((value) => value !== undefined))

it.each<[string, fc.Arbitrary<unknown>]>([
  ['text', or(text)],
  ['bytea', or(bytes)],
  ['timestamptz', or(instant.filter((date) => !Number.isNaN(date.getTime())))],
  ['bigint', or(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))],
  ['boolean', or(fc.boolean())],
  ['integer', or(fc.integer())],
  ['text[]', fc.array(or(text))],
  ['bytea[]', fc.array(or(bytes))],
  ['jsonb', fc.dictionary(text, or(text))],
])('a value given as %s comes back as it was', async (type, values) => {
  await fc.assert(
    fc.asyncProperty(values, async (value) => {
      expect(await cameBack(type, value)).toEqual(value)
    }),
    { numRuns: 50 },
  )
})

it.each(['NULL', 'null', '', ' ', '{}', ',', '"', '\\', 'a b'])('%j in a list is a word', async (word) => {
  expect(await cameBack('text[]', [word, null, word])).toEqual([word, null, word])
})
