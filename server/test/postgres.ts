import { createHash, randomBytes } from 'node:crypto'
import { lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMigrations } from 'graphile-worker'
import pg from 'pg'
import { silentLog } from '../src/platform/log-sentences.ts'
import { migrate, prepareDatabase, readMigrations, startEmbedded } from '../src/platform/postgres/index.ts'
import { connectionAs, withClient } from '../src/platform/postgres/roles.ts'

/** A server for tests, and the way to end its use. */
export interface TestPostgres {
  /** Its superuser, in the database `postgres`. */
  readonly adminConfig: pg.ClientConfig
  stop(): Promise<void>
}

/** A database of one test file, with the schema of today and nothing in it. */
export interface TestDatabase {
  /** As `drawbridge_owner`, which has DDL. */
  readonly ownerConfig: pg.ClientConfig
  /** As `drawbridge_app`, which the platform runs as. */
  readonly appConfig: pg.ClientConfig
  /** As superuser, whom row-level security does not hold back. */
  readonly adminConfig: pg.ClientConfig
  /** Removes the database, and every connection to it. */
  drop(): Promise<void>
}

const MIGRATIONS = join(import.meta.dirname, '..', 'migrations')
const ENVIRONMENT = 'DRAWBRIDGE_TEST_POSTGRES'
const PASSWORDS = { ownerPassword: 'owner-of-tests', appPassword: 'app-of-tests' }
const TEMPLATE_KEY = '7236147085613'

/**
 * Starts the one PostgreSQL that all test files use, or attaches to that of another run of the same work tree, and
 * tells the test processes by the environment where it is. It is the real thing, durable as in production.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const server = await startEmbedded({ home: await testHome(), log: silentLog, connectionsMax: 300 })
  process.env[ENVIRONMENT] = JSON.stringify(server.connection)
  await withClient(server.connection, dropLeftovers)
  return { adminConfig: server.connection, stop: () => server.stop() }
}

/**
 * A fresh, migrated database in some tens of milliseconds: a copy of a template that is made once for each state of
 * the migration files. Works without the global set-up too; the server then stays for the next run.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await testServer()
  const database = `test_${process.pid}_${randomBytes(6).toString('hex')}`
  await withClient(server, async (client) => {
    // Held until the copy is made: another run may be making a newer template and removing this one.
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_KEY])
    const template = await prepareTemplate(server, client)
    await client.query(`create database ${database} template ${template} owner drawbridge_owner`)
    await client.query(`revoke all on database ${database} from public`)
    await client.query(`grant connect on database ${database} to drawbridge_app`)
  })
  return {
    adminConfig: connectionAs(server, { database }),
    ownerConfig: connectionAs(server, {
      user: 'drawbridge_owner',
      password: PASSWORDS.ownerPassword,
      database,
    }),
    appConfig: connectionAs(server, { user: 'drawbridge_app', password: PASSWORDS.appPassword, database }),
    drop: () => withClient(server, (client) => dropDatabase(client, database)),
  }
}

/** A database without any schema, owned by `drawbridge_owner`: for tests of the migrations themselves. */
export async function createEmptyTestDatabase(): Promise<TestDatabase> {
  const server = await testServer()
  const database = `test_${process.pid}_${randomBytes(6).toString('hex')}`
  const { owner, app } = await prepareDatabase(server, { database, rolePrefix: 'drawbridge', ...PASSWORDS })
  return {
    adminConfig: connectionAs(server, { database }),
    ownerConfig: owner,
    appConfig: app,
    drop: () => withClient(server, (client) => dropDatabase(client, database)),
  }
}

let ownServer: Promise<TestPostgres> | undefined

async function testServer(): Promise<pg.ClientConfig> {
  const given = process.env[ENVIRONMENT]
  if (given !== undefined) return JSON.parse(given)
  ownServer ??= startTestPostgres()
  return (await ownServer).adminConfig
}

/** A home of this user and work tree, below the temporary directory; a foreign one under its name is refused. */
async function testHome(): Promise<string> {
  const user = process.getuid?.() ?? 0
  const tree = createHash('sha256')
    .update(import.meta.dirname)
    .digest('hex')
    .slice(0, 8)
  const home = join(tmpdir(), `drawbridge-test-${user}-${tree}`)
  await mkdir(home, { recursive: true, mode: 0o700 })
  const found = await lstat(home)
  if (!found.isDirectory() || found.uid !== user)
    throw new Error(`${home} belongs to user ${found.uid}: remove it`)
  return home
}

async function prepareTemplate(server: pg.ClientConfig, client: pg.Client): Promise<string> {
  const state = createHash('sha256')
  for (const { sha256 } of await readMigrations(MIGRATIONS)) state.update(sha256)
  const template = `template_${state.digest('hex').slice(0, 12)}`
  const { rows } = await client.query('select from pg_database where datname = $1', [template])
  if (rows.length > 0) return template
  await dropTemplates(client)
  await dropDatabase(client, 'drawbridge')
  const { owner } = await prepareDatabase(server, { database: 'drawbridge', ...PASSWORDS })
  await migrate(owner, MIGRATIONS)
  await prepareQueue(owner)
  // The new name comes last, so that a template under its name is always whole.
  await client.query(`alter database drawbridge rename to ${template}`)
  return template
}

async function prepareQueue(owner: pg.ClientConfig): Promise<void> {
  const pool = new pg.Pool({ ...owner, max: 2 })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  try {
    await runMigrations({ pgPool: pool })
  } finally {
    await pool.end()
  }
}

async function dropTemplates(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select datname as name from pg_database where datname ~ '^template_[0-9a-f]{12}$'",
  )
  for (const { name } of rows) await dropDatabase(client, name)
}

/** Databases of test processes that were killed. */
async function dropLeftovers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; pid: string }>(
    "select datname as name, split_part(datname, '_', 2) as pid from pg_database where datname ~ '^test_[0-9]+_'",
  )
  for (const { name, pid } of rows) if (!processLives(Number(pid))) await dropDatabase(client, name)
}

function processLives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`)
}
