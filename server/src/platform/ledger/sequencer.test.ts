import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LedgerFixture, openLedger } from '../../../test/ledger.ts'
import { asAccount } from '../account-transaction.ts'
import { openPayload, runSequencer, sequence, verifyLedger } from './index.ts'

let ledger: LedgerFixture

beforeAll(async () => {
  ledger = await openLedger()
})

afterAll(async () => {
  await ledger.close()
})

const positionsOf = async (account: string) => (await ledger.rows(account)).map((row) => row.position)
const dense = (count: number) => Array.from({ length: count }, (_, at) => at + 1)
const problemsOf = async (account: string) =>
  (await verifyLedger(ledger.pool, { checkpoints: [], trusted: new Map() })).find(
    (report) => report.account === account,
  )

test('facts keep the order in which they were recorded, and their payloads are sealed', async () => {
  const account = await ledger.newAccount()
  const ids = await ledger.record(account, 5)
  await asAccount(ledger.pool, account, async (query) => {
    const keys = await ledger.vault.forAccount(query, account)
    const { rows } = await query.query<{ id: string; payload: Buffer }>(
      'select id, payload from fact order by seq',
    )
    expect(rows.map((row) => row.id)).toEqual(ids)
    const payloads = rows.map((row) => openPayload(keys.dataKey, account, row.id, row.payload))
    expect(payloads).toEqual([0, 1, 2, 3, 4].map((at) => ({ at })))
    expect(rows.some((row) => row.payload.includes('at'))).toBe(false)
  })
})

test('recorded facts get dense positions from 1 in every account, and a second pass finds nothing to do', async () => {
  const [one, two] = [await ledger.newAccount(), await ledger.newAccount()]
  await ledger.record(one, 3)
  await ledger.record(two, 2)
  await ledger.record(one, 1)
  while ((await sequence(ledger.pool)) > 0);
  expect(await positionsOf(one)).toEqual(dense(4))
  expect(await positionsOf(two)).toEqual(dense(2))
  expect(await sequence(ledger.pool)).toBe(0)
})

test('a fact that commits after later ones were placed follows them and is never skipped', async () => {
  const account = await ledger.newAccount()
  const slow = new pg.Client(ledger.database.appConfig)
  await slow.connect()
  await slow.query('begin')
  await slow.query("select set_config('app.account_id', $1, true)", [account])
  await slow.query(
    `insert into fact (account_id, id, kind, actor_kind, at, key_id, payload)
     values ($1, $2, 'tag.added', 'system', '2026-01-01', '\\x00', '\\x00')`,
    [account, randomUUID()],
  )
  await ledger.record(account, 2)
  await sequence(ledger.pool)
  expect(await positionsOf(account)).toEqual([1, 2])
  await slow.query('commit')
  await slow.end()
  await sequence(ledger.pool)
  expect(await positionsOf(account)).toEqual([3, 1, 2])
  expect((await problemsOf(account))?.problem).toBeNull()
})

test('ten sequencers at once place every fact once', async () => {
  const account = await ledger.newAccount()
  for (let n = 0; n < 12; n += 1) await ledger.record(account, 200)
  let placed = 0
  while (placed < 2_400) {
    const all = await Promise.all(Array.from({ length: 10 }, () => sequence(ledger.pool)))
    placed += all.reduce((sum, count) => sum + count, 0)
  }
  expect(placed).toBe(2_400)
  expect(await positionsOf(account)).toEqual(dense(2_400))
  expect(await problemsOf(account)).toMatchObject({ facts: 2_400, unsequenced: 0, problem: null })
})

test('the loop places what comes, tells of a failure, goes on, and ends with its signal', async () => {
  const account = await ledger.newAccount()
  const ending = new AbortController()
  const told: unknown[] = []
  let failures = 1
  const pool = new Proxy(ledger.pool, {
    get: (target, name: 'connect') => {
      if (name === 'connect' && failures > 0) {
        failures -= 1
        throw new Error('no connection')
      }
      return Reflect.get(target, name).bind(target)
    },
  })
  await ledger.record(account, 1)
  const loop = runSequencer({ pool, signal: ending.signal, idleMs: 5, onError: (error) => told.push(error) })
  await expect.poll(() => positionsOf(account)).toEqual([1])
  await ledger.record(account, 1)
  await expect.poll(() => positionsOf(account)).toEqual([1, 2])
  ending.abort()
  await loop
  expect(told).toEqual([new Error('no connection')])
})

test('the application role can change nothing of a fact, and its owner not even with rights', async () => {
  const account = await ledger.newAccount()
  await ledger.record(account, 2)
  await sequence(ledger.pool)
  const asApp = (sql: string) => asAccount(ledger.pool, account, (query) => query.query(sql))
  for (const sql of [
    'delete from fact',
    'truncate fact',
    "update fact set kind = 'x'",
    "update fact set payload = ''",
  ])
    await expect(asApp(sql)).rejects.toThrow('permission denied')
  await expect(asApp('update fact set position = position + 5')).rejects.toThrow('never changed')
  await expect(asApp("update fact set hash = sha256('x')")).rejects.toThrow('never changed')
  await expect(asApp('update fact set position = null, hash = null')).rejects.toThrow('never changed')
  const owner = new pg.Client(ledger.database.ownerConfig)
  await owner.connect()
  await owner.query("select set_config('app.account_id', $1, false)", [account])
  await expect(owner.query('delete from fact')).rejects.toThrow('never changed')
  await expect(owner.query('truncate fact')).rejects.toThrow('never changed')
  await owner.end()
  expect(await positionsOf(account)).toEqual([1, 2])
})

test('one account neither sees nor writes the facts of another', async () => {
  const [mine, theirs] = [await ledger.newAccount(), await ledger.newAccount()]
  await ledger.record(theirs, 1)
  const asMine = (sql: string) => asAccount(ledger.pool, mine, (query) => query.query(sql))
  expect((await asMine('select from fact')).rows).toEqual([])
  const insert = asMine(
    `insert into fact (account_id, id, kind, actor_kind, at, key_id, payload)
     values ('${theirs}', '${randomUUID()}', 'x', 'system', '2026-01-01', '', '')`,
  )
  await expect(insert).rejects.toThrow('row-level security')
  expect((await ledger.rows(theirs)).length).toBe(1)
})

function startDoomedSequencer(statements: number): ChildProcess {
  const settings = { config: ledger.database.appConfig, statements }
  return spawn(
    process.execPath,
    [join(import.meta.dirname, '../../../test/doomed-sequencer.ts'), JSON.stringify(settings)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
}

test('a sequencer killed after any of its statements leaves dense positions for the next', async () => {
  const account = await ledger.newAccount()
  // Nothing else may be waiting, or the statements counted would be those of another account.
  while ((await sequence(ledger.pool)) > 0);
  // List, begin, account, lock, head, facts, update: death after each; with 8 it dies once the commit was answered.
  for (let statements = 1; statements <= 8; statements += 1) {
    await ledger.record(account, 3)
    const doomed = startDoomedSequencer(statements)
    const [code, signal] = await once(doomed, 'exit')
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' })
  }
  const before = (await positionsOf(account)).filter((position) => position !== null)
  expect(before.length).toBe(24)
  while ((await sequence(ledger.pool)) > 0);
  expect(await positionsOf(account)).toEqual(dense(24))
  expect((await problemsOf(account))?.problem).toBeNull()
})
