import type { Pool, PoolClient } from 'pg'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePerson, reasonOf } from '../../../test/cases.ts'
import { sentStatements } from '../../../test/sent-statements.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { untilWaiting } from '../../../test/until-waiting.ts'
import { preparedQuery } from '../db/index.ts'
import { withClient } from '../postgres/roles.ts'
import { createApp } from './index.ts'

let server: TestServer
let admin: pg.Client
beforeAll(async () => {
  server = await startTestServer()
  admin = new pg.Client(server.database.adminConfig)
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await server.close()
})

const count = async (table: string) => {
  const { rows } = await admin.query<{ rows: string }>(`select count(*)::text as rows from ${table}`)
  return Number(rows[0]?.rows)
}

/** Runs `work` while a profile's row is locked by somebody else. */
const whileLocked = (profileId: string, work: () => Promise<void>) =>
  withClient(server.database.adminConfig, async (client) => {
    await client.query('begin')
    await client.query('select from profile where id = $1 for update', [profileId])
    await work()
    await client.query('rollback')
  })

test('a connection killed within the transaction leaves nothing, and the same request then runs', async () => {
  const { id, path } = await makePerson(server)
  const add = () =>
    server.ask('POST', `${path}/tags`, { headers: { 'idempotency-key': 'killed' }, body: { name: 'killed' } })
  let killed: ReturnType<typeof add> | undefined
  await whileLocked(id, async () => {
    killed = add()
    await admin.query('select pg_terminate_backend($1)', (await untilWaiting(admin)).slice(0, 1))
    await killed
  })
  const refused = await killed
  expect([refused?.status, refused && reasonOf(refused)]).toEqual([503, 'service.unavailable'])
  expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/)
  expect([await count('idempotency'), await count('profile_tag')]).toEqual([0, 0])
  const retried = await add()
  expect([retried.status, retried.headers.get('idempotency-replayed')]).toEqual([200, null])
  expect(await count('profile_tag')).toBe(1)
})

test('a key whose request still runs after two seconds is answered 409, with when to come again', async () => {
  const { id, path } = await makePerson(server)
  const add = () =>
    server.ask('POST', `${path}/tags`, { headers: { 'idempotency-key': 'slow' }, body: { name: 'slow' } })
  let both: Awaited<ReturnType<typeof add>>[] = []
  await whileLocked(id, async () => {
    const first = add()
    await untilWaiting(admin)
    both = await Promise.all([first, add()])
  })
  const reasons = both.map((answer) => [answer.status, reasonOf(answer)])
  // The first gives up on the profile's lock; the second then owns the key, or had given up on it before.
  expect(reasons[0]).toEqual([503, 'service.busy'])
  expect([
    [409, 'idempotency-key.in-progress'],
    [503, 'service.busy'],
  ]).toContainEqual(reasons[1])
  for (const answer of both) expect(answer.headers.get('retry-after')).toBe('1')
  expect((await add()).status).toBe(200)
})

type Loss = 'before' | 'after'

/** A pool whose next commit loses its connection, before the database has it or after. */
function losingPool(pool: Pool, next: () => Loss | undefined): Pool {
  const losing: Pool = Object.create(pool)
  losing.connect = (async () => {
    const client = await pool.connect()
    const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>
    const lossy = async (...given: unknown[]) => {
      const statements = sentStatements(given)
      const loss = statements.some(({ text }) => text === 'commit') ? next() : undefined
      if (loss === undefined) return query(...given)
      if (loss === 'after')
        for (const { text, values } of statements) await preparedQuery(client).query(text, [...values])
      const { rows } = (await query('select pg_backend_pid() as pid')) as { rows: { pid: number }[] }
      await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid])
      return query(...given)
    }
    client.query = lossy as PoolClient['query']
    const release = client.release.bind(client)
    client.release = (error) => {
      client.query = query as PoolClient['query']
      release(error)
    }
    return client
  }) as Pool['connect']
  return losing
}

test('a connection lost during the commit is answered as unknown, and the same key finds the truth', async () => {
  const { routes } = await import('../../wiring.ts')
  const { authenticator } = await import('../../rooms/accounts/index.ts')
  const losses: Loss[] = []
  let armed = false
  const pool = losingPool(server.engine.pool, () => (armed ? losses.shift() : undefined))
  const engine = { ...server.engine, pool }
  const authenticate = authenticator(server.engine)
  const app = createApp({
    engine,
    routes,
    endpoints: [],
    authenticate,
    log: engine.log,
    observe: () => undefined,
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const { path } = await makePerson(server)
  const add = async (name: string) => {
    const answer = await fetch(`${url}${path}/tags`, {
      method: 'POST',
      headers: { apikey: server.demo.key, 'content-type': 'application/json', 'idempotency-key': name },
      body: JSON.stringify({ name }),
    })
    return {
      status: answer.status,
      replayed: answer.headers.get('idempotency-replayed'),
      body: await answer.json(),
    }
  }
  try {
    for (const loss of ['before', 'after'] as const) {
      const tags = await count('profile_tag')
      losses.push(loss)
      armed = true
      const unknown = await add(`lost-${loss}`)
      armed = false
      expect([unknown.status, reasonOf(unknown)], loss).toEqual([503, 'outcome.unknown'])
      const happened = loss === 'after' ? 1 : 0
      expect((await count('profile_tag')) - tags).toBe(happened)
      const truth = await add(`lost-${loss}`)
      expect([truth.status, truth.replayed], loss).toEqual([200, happened === 1 ? 'true' : null])
      expect((await count('profile_tag')) - tags).toBe(1)
    }
  } finally {
    await app.close()
  }
})

test('a connection that breaks while nobody waits on it ends its request and not the server', async () => {
  const client = await server.engine.pool.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const ended = new Promise((resolve) => client.once('end', resolve))
  await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  await ended
  client.release(new Error('Broken on purpose'))
  expect((await server.ask('GET', '/4.0/whoami')).status).toBe(200)
})
