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

it('what is asked for at once travels together, and each gets its own rows', async () => {
  const client = await pool.connect()
  const original = client.query
  let sent = 0
  Object.assign(client, {
    query: (...given: unknown[]) => {
      sent += 1
      return Reflect.apply(original, client, given)
    },
  })
  const pipeline = new Pipeline(client)
  pipeline.write('begin', [])
  const answers = await Promise.all(
    [1, 2, 3].map((number) => pipeline.query<{ number: number }>('select $1::integer as number', [number])),
  )
  expect(answers.map(({ rows }) => rows[0]?.number)).toEqual([1, 2, 3])
  expect(sent).toBe(1)
  await pipeline.rollBack()
  Object.assign(client, { query: original })
  client.release()
})

it('after a failure in the middle the same statements run on the same connection', async () => {
  const ask = (pipeline: Pipeline, divisor: number) =>
    Promise.allSettled([
      pipeline.query('select 1 as before_it'),
      pipeline.query<{ quotient: number }>('select 6 / $1::integer as quotient', [divisor]),
      pipeline.query('select 2 as after_it'),
    ])
  await inTransaction(async (pipeline) => {
    const [before, failed, after] = await ask(pipeline, 0)
    expect([before?.status, failed?.status, after?.status]).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(failed).toMatchObject({ reason: { code: '22012' } })
    expect(after).toMatchObject({ reason: { code: '22012' } })
  })
  for (const divisor of [2, 3])
    await inTransaction(async (pipeline) => {
      const [, quotient] = await ask(pipeline, divisor)
      expect(quotient).toMatchObject({ value: { rows: [{ quotient: 6 / divisor }] } })
    })
})

it('a statement that cannot be understood fails again when it is sent again, and harms no other', async () => {
  for (let again = 0; again < 2; again += 1)
    await inTransaction(async (pipeline) => {
      await expect(pipeline.query('select nothing from nowhere')).rejects.toMatchObject({ code: '42P01' })
    })
  await inTransaction(async (pipeline) => {
    expect((await pipeline.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})

it('what was asked for but not yet sent when the transaction is rolled back is never sent', async () => {
  const client = await pool.connect()
  const pipeline = new Pipeline(client)
  pipeline.write('begin', [])
  const asked = pipeline.query(insert, ['late'])
  await Promise.all([expect(asked).rejects.toThrow('rolled back'), pipeline.rollBack()])
  await expect(pipeline.query('select 1')).rejects.toThrow('has ended')
  client.release()
  expect(await words()).toEqual(['kept'])
})

it('a value that cannot be given to the server fails what was asked together, and harms nothing after it', async () => {
  await inTransaction(async (pipeline) => {
    pipeline.write(insert, ['not sent'])
    await expect(pipeline.query('select $1::jsonb', [{ much: 1n }])).rejects.toThrow('BigInt')
    await expect(pipeline.commit()).rejects.toThrow('BigInt')
  })
  await inTransaction(async (pipeline) => {
    expect((await pipeline.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
  expect(await words()).toEqual(['kept'])
})
