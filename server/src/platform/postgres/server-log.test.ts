import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepingLog, scratch } from '../../../test/embedded-testing.ts'
import { withClient } from './roles.ts'
import { type EmbeddedPostgres, startEmbedded } from './supervisor.ts'

const PERSON = 'Wilhelmina Quattlebaum'

/** Every way in which a value meets an error, a message or a statement that some setting could log. */
const slips: readonly ((client: pg.Client) => Promise<unknown>)[] = [
  (client) =>
    client.query(`create table people (name text primary key, born date check (born > '1800-01-01'))`),
  (client) => client.query('insert into people values ($1, null), ($1, null)', [PERSON]),
  (client) => client.query('insert into people values ($1, $2)', [PERSON, '1700-01-01']),
  (client) => client.query('select $1::integer', [PERSON]),
  (client) => client.query(`select '${PERSON}'::date`),
  (client) => client.query(`select no_such_column, '${PERSON}'`),
  (client) => client.query(`do $$ begin raise warning '${PERSON}'; raise exception '${PERSON}'; end $$`),
  (client) => client.query(`set statement_timeout = '20ms'; select pg_sleep(5), '${PERSON}'`),
]

async function slip(client: pg.Client): Promise<number> {
  let refused = 0
  for (const attempt of slips) await attempt(client).catch(() => (refused += 1))
  return refused
}

async function filesOf(directory: string): Promise<string> {
  const names = await readdir(directory)
  return (await Promise.all(names.map((name) => readFile(join(directory, name), 'latin1')))).join('\n')
}

let home: Awaited<ReturnType<typeof scratch>>
let server: EmbeddedPostgres | undefined

beforeEach(async () => {
  home = await scratch()
})

afterEach(async () => {
  await server?.stopImmediately()
  await home.remove()
})

test("nothing personal reaches PostgreSQL's own log, whatever goes wrong with a value", async () => {
  server = await startEmbedded({ home: home.path, log: keepingLog() })
  const { connection } = server
  const logs = join(home.path, 'postgres', '18', 'log')
  expect(await withClient(connection, slip)).toBeGreaterThanOrEqual(6)

  // A backend that crashes in the middle of a statement is reported by the server itself.
  await withClient(connection, async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const running = client.query(`select pg_sleep(600), '${PERSON}'`).catch(() => undefined)
    process.kill(rows[0]?.pid ?? 0, 'SIGSEGV')
    await running
  })
  await expect.poll(() => filesOf(logs), { timeout: 30_000 }).toContain('was terminated by signal')
  expect(await filesOf(logs)).not.toContain('Quattlebaum')

  // The control: the same search finds the name once the log is opened to errors.
  await expect
    .poll(() => withClient(connection, async () => true).catch(() => false), { timeout: 30_000 })
    .toBe(true)
  await withClient(connection, async (client) => {
    await client.query("set log_min_messages = 'error'")
    await slip(client)
  })
  await expect.poll(() => filesOf(logs), { timeout: 30_000 }).toContain('Quattlebaum')
})
