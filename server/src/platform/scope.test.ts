import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../test/server.ts'
import { withClient } from './postgres/roles.ts'
import { type Engine, type Reaction, type Scope, withScope } from './scope.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const opening = () => ({ accountId: server.demo.accountId, actor: { kind: 'system' as const, id: null } })
const withReactions = (...reactions: Reaction[]): Engine => ({ ...server.engine, reactions })

/** A fact without a subject, told apart by its id. */
const revoked = (id: string) => ({ kind: 'key.revoked' as const, payload: { key_id: id } })
const issued = (id: string) => ({
  kind: 'key.issued' as const,
  payload: { key_id: id, name: 'x', key_class: 'MASTER' as const },
})
const anId = () => crypto.randomUUID()

async function rowsOf(table: string): Promise<number> {
  return withClient(server.database.adminConfig, async (client) => {
    const { rows } = await client.query<{ rows: string }>(`select count(*)::text as rows from ${table}`)
    return Number(rows[0]?.rows)
  })
}

const insertProfileKey = (scope: Scope) =>
  scope.query('insert into profile_key (account_id, profile_id, wrapped) values ($1, $2, $3)', [
    scope.accountId,
    scope.newId(),
    Buffer.alloc(8),
  ])

const kept = async () => [
  await rowsOf('profile_key'),
  await rowsOf('fact'),
  await rowsOf('graphile_worker._private_jobs'),
]

async function doAll(scope: Scope): Promise<void> {
  await insertProfileKey(scope)
  scope.record(revoked(anId()), null)
  await scope.enqueue('finish-erasure', { profile_id: scope.newId() })
}

test('rows, facts and jobs of a transaction are kept together', async () => {
  const [rows = 0, facts = 0, jobs = 0] = await kept()
  await withScope(server.engine, opening(), doAll)
  expect(await kept()).toEqual([rows + 1, facts + 1, jobs + 1])
})

test('when the work throws, or swallows the failure of a statement, nothing is kept', async () => {
  const before = await kept()
  const thrown = withScope(server.engine, opening(), async (scope) => {
    await doAll(scope)
    throw new Error('No')
  })
  await expect(thrown).rejects.toThrow('No')
  const swallowed = withScope(server.engine, opening(), async (scope) => {
    await insertProfileKey(scope)
    await scope.query('select 1 / 0').catch(() => undefined)
  })
  await expect(swallowed).rejects.toThrow('division by zero')
  const failing: Reaction = {
    kind: 'key.revoked',
    react: async () => {
      throw new Error('A reaction failed')
    },
  }
  await expect(withScope(withReactions(failing), opening(), doAll)).rejects.toThrow('A reaction failed')
  expect(await kept()).toEqual(before)
})

test('reactions run in the order of the house, and to what reactions record, before the work is over', async () => {
  const order: string[] = []
  const lower: Reaction = {
    kind: 'key.revoked',
    react: async (scope) => {
      order.push('lower')
      scope.record(issued(anId()), null)
    },
  }
  const upper: Reaction = { kind: 'key.revoked', react: async () => void order.push('upper') }
  const further: Reaction = { kind: 'key.issued', react: async () => void order.push('further') }
  await withScope(withReactions(lower, upper, further), opening(), async (scope) => {
    scope.record(revoked(anId()), null)
    await scope.drain()
    expect(order).toEqual(['lower', 'upper', 'further'])
    await scope.drain()
  })
  expect(order).toEqual(['lower', 'upper', 'further'])
})

test('reactions that call each other without end are an error and keep nothing', async () => {
  const before = await kept()
  const endless: Reaction = {
    kind: 'key.revoked',
    react: async (scope) => scope.record(revoked(anId()), null),
  }
  await expect(withScope(withReactions(endless), opening(), doAll)).rejects.toThrow(/More than 10000 facts/)
  expect(await kept()).toEqual(before)
})

test('of two transactions that lock each other out both are kept, one of them after another try', async () => {
  const [first, second] = [anId(), anId()]
  const insert = (scope: Scope, id: string) =>
    scope.query(
      'insert into erasure (account_id, profile_id, erased_at) values ($1, $2, $3) on conflict do nothing',
      [scope.accountId, id, scope.now],
    )
  let arrived = 0
  let open: () => void = () => undefined
  const both = new Promise<void>((resolve) => {
    open = resolve
  })
  let tries = 0
  const run = (ids: readonly string[]) =>
    withScope(server.engine, opening(), async (scope) => {
      tries += 1
      await insert(scope, ids[0] ?? '')
      arrived += 1
      if (arrived === 2) open()
      await both
      await insert(scope, ids[1] ?? '')
    })
  const done = await Promise.allSettled([run([first, second]), run([second, first])])
  expect(done.map((outcome) => outcome.status)).toEqual(['fulfilled', 'fulfilled'])
  expect(tries).toBeGreaterThanOrEqual(3)
  expect(await rowsOf(`erasure where profile_id in ('${first}', '${second}')`)).toBe(2)
})

test('a transaction has one instant, moved by the offset of the clock, and ids in the order of their making', async () => {
  server.clockOffsetMs = 86_400_000
  const { now, ids } = await withScope(server.engine, opening(), async (scope) => ({
    now: scope.now,
    ids: Array.from({ length: 2_000 }, () => scope.newId()),
  }))
  server.clockOffsetMs = 0
  expect(Math.abs(now.getTime() - Date.now() - 86_400_000)).toBeLessThan(600_000)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('a reading transaction sees one state of the database, however long it reads', async () => {
  const statement = 'select count(*) as rows from profile_key where account_id = $1'
  const count = async (scope: Scope) => (await scope.query(statement, [scope.accountId])).rows
  await withScope(server.engine, { ...opening(), readOnly: true }, async (scope) => {
    const before = await count(scope)
    await withScope(server.engine, opening(), insertProfileKey)
    expect(await count(scope)).toEqual(before)
  })
})

test('a reading transaction cannot write', async () => {
  const before = await kept()
  const written = withScope(server.engine, { ...opening(), readOnly: true }, insertProfileKey)
  await expect(written).rejects.toThrow(/read-only/)
  expect(await kept()).toEqual(before)
})
