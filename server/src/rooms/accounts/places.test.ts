import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePerson, reasonOf } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { untilWaiting } from '../../../test/until-waiting.ts'
import { createPool } from '../../platform/db/index.ts'
import { createApp } from '../../platform/http/index.ts'
import { routes } from '../../wiring.ts'
import { authenticator } from './index.ts'

let server: TestServer
const release: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  for (const end of release) await end()
  await server.close()
})

/** A second node: its own pool and HTTP server on the same database. */
async function secondNode(): Promise<string> {
  const pool = createPool({ ...server.database.appConfig, max: 6 }, () => undefined)
  const engine = { ...server.engine, pool }
  const authenticate = authenticator(engine)
  const app = createApp({
    engine,
    routes,
    endpoints: [],
    authenticate,
    log: engine.log,
    observe: () => undefined,
  })
  release.push(
    () => app.close(),
    () => pool.end(),
  )
  return app.listen({ port: 0, host: '127.0.0.1' })
}

async function connected(): Promise<pg.Client> {
  const client = new pg.Client(server.database.adminConfig)
  await client.connect()
  release.push(() => client.end())
  return client
}

test('a key has no more requests in flight than it may, over all nodes together, and its place back afterwards', async () => {
  const key = await server.issueKey(server.demo.accountId, 'MIGRATION', { maxInFlight: 2 })
  const { id, path } = await makePerson(server)
  const other = await secondNode()
  const [admin, watcher] = [await connected(), await connected()]
  const addTag = (name: string, url: string) =>
    fetch(`${url}${path}/tags`, {
      method: 'POST',
      headers: { apikey: key, 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    })
  await admin.query('begin')
  await admin.query('select from profile where id = $1 for update', [id])
  const running = [addTag('one', server.url), addTag('two', other)]
  await untilWaiting(watcher, 2)
  for (const url of [server.url, other]) {
    const refused = await addTag('three', url)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(reasonOf({ body: await refused.json() })).toBe('rate.in-flight')
  }
  // Another key of the same environment is not concerned.
  expect((await server.ask('GET', path)).status).toBe(200)
  await admin.query('rollback')
  expect((await Promise.all(running)).map((answer) => answer.status)).toEqual([200, 200])
  expect((await addTag('three', other)).status).toBe(200)
})
