import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../test/postgres.ts'
import { asAccount } from '../account-transaction.ts'
import { createPool } from '../db/index.ts'
import { enqueue, type Job, migrateQueue, startWorker, type WorkerOptions } from './index.ts'
import { makePresence } from './recovery.ts'

let database: TestDatabase
let appPool: Pool
let ownerPool: Pool
let stopping: AbortController
let running: Promise<void>[]
let logged: string[] = []
const account = randomUUID()

beforeAll(async () => {
  database = await createTestDatabase()
  appPool = createPool({ ...database.appConfig, max: 4 }, () => undefined)
  ownerPool = createPool({ ...database.ownerConfig, max: 2 }, () => undefined)
  await migrateQueue(database.ownerConfig, { info: note, warn: note, error: note })
})

afterAll(async () => {
  await appPool.end()
  await ownerPool.end()
  await database.drop()
})

beforeEach(() => {
  stopping = new AbortController()
  running = []
  logged = []
})

afterEach(async () => {
  stopping.abort()
  await Promise.all(running)
  await ownerPool.query('delete from graphile_worker._private_jobs')
})

const note = (fields: object, message: string) => void logged.push(JSON.stringify({ ...fields, message }))

async function work(options: Pick<WorkerOptions, 'handlers'> & Partial<WorkerOptions>): Promise<void> {
  const log = { info: note, warn: note, error: note }
  const worker = await startWorker({ owner: database.ownerConfig, signal: stopping.signal, log, ...options })
  running.push(worker.stopped)
}

const add = (job: string, ids: Record<string, string>, options = {}) =>
  asAccount(appPool, account, (query) => enqueue(query, job, ids, options))

async function waiting(): Promise<
  { payload: unknown; attempts: number; last_error: string | null; locked_by: string | null }[]
> {
  const { rows } = await ownerPool.query('select * from graphile_worker._private_jobs order by id')
  return rows
}

test('a job commits with the change it belongs to, and runs once with its account and ids', async () => {
  const seen: Pick<Job, 'account' | 'ids'>[] = []
  await work({ handlers: { greet: async ({ account, ids }) => void seen.push({ account, ids }) } })
  await add('greet', { profile: 'p-1' })
  await expect.poll(() => seen.length).toBe(1)
  await expect.poll(waiting).toEqual([])
  expect(seen).toEqual([{ account, ids: { profile: 'p-1' } }])
})

test('a job of a transaction that is rolled back never was', async () => {
  const undone = asAccount(appPool, account, async (query) => {
    await enqueue(query, 'greet', { profile: 'p-1' })
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  expect(await waiting()).toEqual([])
})

test('the account comes from the transaction: the caller cannot name another, nor add a job without one', async () => {
  const other = randomUUID()
  await add('greet', { account_id: other })
  expect((await waiting()).map((job) => job.payload)).toEqual([
    { account_id: account, ids: { account_id: other } },
  ])
  const nobody = appPool.query("select add_job_for_account('greet', '{}', null, null)")
  await expect(nobody).rejects.toThrow('app.account_id is not set')
})

test('what is no id is refused, and the refusal does not repeat it', async () => {
  for (const value of ['Rosalind Franklin', 'a@b.example', '', 'x'.repeat(129)])
    await expect(add('greet', { name: value })).rejects.toThrow(/^A job carries ids only: name is not one$/)
  const nested = asAccount(appPool, account, (query) =>
    query.query(`select add_job_for_account('greet', '{"a":{"b":"c"}}', null, null)`),
  )
  await expect(nested).rejects.toThrow('ids only: a is not one')
})

test('the application role sees nothing of the queue and adds no job another way', async () => {
  for (const sql of ['select * from graphile_worker.jobs', "select graphile_worker.add_job('greet')"])
    await expect(appPool.query(sql)).rejects.toThrow('permission denied')
})

test('of jobs with one key in an account the last waits; other accounts have keys of their own', async () => {
  const runAt = new Date(Date.now() + 3_600_000)
  await add('greet', { n: '1' }, { key: 'k', runAt })
  await add('greet', { n: '2' }, { key: 'k', runAt })
  const other = randomUUID()
  await asAccount(appPool, other, (query) => enqueue(query, 'greet', { n: '3' }, { key: 'k', runAt }))
  expect((await waiting()).map((job) => job.payload)).toEqual([
    { account_id: account, ids: { n: '2' } },
    { account_id: other, ids: { n: '3' } },
  ])
})

test('a job that fails is tried again, and the words of its error reach neither the table nor the log', async () => {
  let tries = 0
  await work({
    handlers: {
      fragile: async () => {
        tries += 1
        if (tries === 1) throw new TypeError('Rosalind Franklin has no address')
      },
    },
  })
  await add('fragile', { profile: 'p-secret' })
  await expect.poll(async () => (await waiting())[0]?.last_error).toBe('fragile failed: TypeError')
  await ownerPool.query('update graphile_worker._private_jobs set run_at = now()')
  await expect.poll(waiting).toEqual([])
  expect(tries).toBe(2)
  expect(logged.join()).toContain('fragile failed: TypeError')
  expect(logged.join()).not.toMatch(/Rosalind|p-secret/)
})

test('two workers never run one job twice', async () => {
  const seen: string[] = []
  const handlers = { count: async ({ ids }: Job) => void seen.push(ids.n ?? '') }
  await Promise.all([work({ handlers }), work({ handlers })])
  const names = Array.from({ length: 60 }, (_, n) => String(n))
  await asAccount(appPool, account, async (query) => {
    for (const n of names) await enqueue(query, 'count', { n })
  })
  await expect.poll(waiting).toEqual([])
  expect(seen.toSorted()).toEqual(names.toSorted())
})

test('a worker that is asked to stop finishes the job in hand and begins no other', async () => {
  const done: string[] = []
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  await work({
    concurrency: 1,
    handlers: {
      hold: async ({ ids }) => {
        done.push(`begun ${ids.n}`)
        await held
        done.push(`ended ${ids.n}`)
      },
    },
  })
  await add('hold', { n: '1' })
  await expect.poll(() => done).toEqual(['begun 1'])
  await add('hold', { n: '2' })
  stopping.abort()
  release()
  await Promise.all(running)
  expect(done).toEqual(['begun 1', 'ended 1'])
  expect((await waiting()).map((job) => job.payload)).toEqual([{ account_id: account, ids: { n: '2' } }])
})

test('a handler that would not end is told to by its signal', async () => {
  let ended = false
  await work({
    abortMs: 50,
    handlers: {
      stubborn: async ({ signal }) => {
        await once(signal, 'abort')
        ended = true
      },
    },
  })
  await add('stubborn', {})
  await expect.poll(async () => (await waiting())[0]?.locked_by ?? null).not.toBeNull()
  stopping.abort()
  await Promise.all(running)
  expect(ended).toBe(true)
})

test('the job of a worker that was killed is run by another, and a living worker keeps its own', async () => {
  await add('long-work', { n: '1' })
  const doomed = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../../test/doomed-worker.ts'), JSON.stringify(database.ownerConfig)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  await once(doomed.stdout, 'data')
  const holder = (await waiting())[0]?.locked_by
  const seen: string[] = []
  await work({ recoveryMs: 50, handlers: { 'long-work': async ({ ids }) => void seen.push(ids.n ?? '') } })
  await add('long-work', { n: '2' })
  await expect.poll(() => seen).toEqual(['2'])
  // Many looks later the job of the living one is still its own.
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect((await waiting()).map((job) => job.locked_by)).toEqual([holder])
  expect(seen).toEqual(['2'])
  doomed.kill('SIGKILL')
  await expect.poll(() => seen).toEqual(['2', '1'])
  await expect.poll(waiting).toEqual([])
  expect(logged.join()).toContain('jobs of dead workers were freed')
})

test('a worker whose connection broke shows itself again', async ({ onTestFinished }) => {
  const presence = makePresence(ownerPool, 'pool-of-this-test')
  onTestFinished(() => presence.end())
  const holders = async () => {
    const { rows } = await appPool.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory'
       and database = (select oid from pg_database where datname = current_database())`,
    )
    return rows.map((row) => row.pid)
  }
  await presence.show()
  await presence.show()
  const [pid, ...more] = await holders()
  expect(more).toEqual([])
  await ownerPool.query('select pg_terminate_backend($1)', [pid])
  const shownAnew = async () => {
    await presence.show()
    const [next, ...more] = await holders()
    return next !== undefined && next !== pid && more.length === 0
  }
  await expect.poll(shownAnew).toBe(true)
  presence.end()
  await expect.poll(holders).toEqual([])
})

test('work by the clock is run with the signal of the worker', async () => {
  const seen: boolean[] = []
  const sweep = {
    name: 'sweep',
    pattern: '* * * * *',
    run: async (signal: AbortSignal) => void seen.push(signal.aborted),
  }
  await work({ handlers: {}, cron: [sweep] })
  // The minute itself is not waited for: the same task is asked for by hand.
  await ownerPool.query("select graphile_worker.add_job('sweep')")
  await expect.poll(() => seen).toEqual([false])
})
