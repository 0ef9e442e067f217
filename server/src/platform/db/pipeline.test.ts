import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../test/postgres.ts'
import { createPool, Pipeline } from './index.ts'

let database: TestDatabase
let pool: ReturnType<typeof createPool>

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ ...database.ownerConfig, max: 2 }, () => undefined)
  await pool.query('create table entry (place integer generated always as identity, word text unique)')
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

const insert = 'insert into entry (word) values ($1)'

async function inTransaction(work: (pipeline: Pipeline) => Promise<void>): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await work(new Pipeline(client))
  } finally {
    await client.query('rollback')
    client.release()
  }
}

async function words(): Promise<string[]> {
  const { rows } = await pool.query<{ word: string }>('select word from entry order by place')
  return rows.map((row) => row.word)
}

it('what is asked sees everything written before it, in its order', async () => {
  await inTransaction(async (pipeline) => {
    pipeline.write(insert, ['first'])
    pipeline.write(insert, ['second'])
    const { rows } = await pipeline.query<{ word: string }>('select word from entry order by place')
    expect(rows.map((row) => row.word)).toEqual(['first', 'second'])
  })
  expect(await words()).toEqual([])
})

it('a commit keeps what nobody asked about', async () => {
  await inTransaction(async (pipeline) => {
    pipeline.write(insert, ['kept'])
    await pipeline.commit()
  })
  expect(await words()).toEqual(['kept'])
})

it('a failed write is what the next question and the commit raise, and nothing is kept', async () => {
  await inTransaction(async (pipeline) => {
    pipeline.write(insert, ['lost'])
    pipeline.write(insert, ['kept'])
    pipeline.write(insert, ['lost too'])
    await expect(pipeline.query('select 1 as one')).rejects.toMatchObject({ code: '23505' })
    await expect(pipeline.commit()).rejects.toMatchObject({ code: '23505' })
  })
  await inTransaction(async (pipeline) => {
    pipeline.write(insert, ['kept'])
    await expect(pipeline.commit()).rejects.toMatchObject({ code: '23505' })
  })
  expect(await words()).toEqual(['kept'])
})

it('a statement that nothing was asked after, and no commit came for, is never sent', async () => {
  await inTransaction(async (pipeline) => pipeline.write(insert, ['never']))
  expect(await words()).toEqual(['kept'])
})
