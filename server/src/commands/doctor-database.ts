import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { databaseName, migrationsDirectory, sharedSecret } from '../open-platform.ts'
import { SUPERUSER } from '../platform/postgres/cluster.ts'
import { assertAppRole, readMigrations, withClient } from '../platform/postgres/index.ts'
import { POSTGRES_MAJOR } from '../platform/postgres/layout.ts'
import { pendingMigrations, readApplied } from '../platform/postgres/migrations.ts'
import { readPostmaster } from '../platform/postgres/process.ts'
import { connectionAs } from '../platform/postgres/roles.ts'
import { isServerOf } from '../platform/postgres/running.ts'
import { appRolePassword, ownerRolePassword } from '../platform/vault/index.ts'
import type { Settings } from '../settings.ts'
import { attempt, type Check, failed, judgeSkew, ok, unknown, warning } from './doctor-check.ts'
import { checkWork } from './doctor-work.ts'
import { requireKeys } from './installation.ts'

/** Looks at the database, if one can be reached; starts none. */
export async function checkDatabase(settings: Settings): Promise<readonly Check[]> {
  const remedy = 'See that the database runs and that DATABASE_URL is right.'
  return attempt('database', remedy, async () => {
    const admin = await reach(settings)
    if (admin === undefined)
      return unknown('database', 'not running: the checks of it need drawbridge serve to run meanwhile')
    return [
      ...(await withClient(admin, checkServer)),
      ...(await attempt('schema', 'Start drawbridge serve, which prepares the database.', () =>
        checkInside(settings, admin),
      )),
    ]
  })
}

/** How to reach the database as its administrator; undefined where the embedded server does not run. */
async function reach(settings: Settings): Promise<pg.ClientConfig | undefined> {
  if (settings.databaseUrl !== undefined)
    return { connectionString: settings.databaseUrl, connectionTimeoutMillis: 5_000 }
  const root = await realpath(join(settings.home, 'postgres')).catch(() => undefined)
  if (root === undefined) return undefined
  const version = join(root, String(POSTGRES_MAJOR))
  const server = await readPostmaster(join(version, 'data'))
  if (server === undefined || !(await isServerOf(server.pid, join(version, 'data')))) return undefined
  const password = (await readFile(join(version, 'superuser-password'), 'utf8')).trim()
  return { host: server.socketDirectory, port: 5432, user: SUPERUSER, password, database: 'postgres' }
}

interface ServerFacts {
  readonly number: number
  readonly version: string
  readonly fsync: string
  readonly synchronous_commit: string
  readonly full_page_writes: string
  readonly data_checksums: string
  readonly now: Date
}

async function checkServer(client: pg.Client): Promise<readonly Check[]> {
  const asked = Date.now()
  const { rows } = await client.query<ServerFacts>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
            current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
            current_setting('full_page_writes') as full_page_writes,
            current_setting('data_checksums') as data_checksums, clock_timestamp() as now`,
  )
  const answered = Date.now()
  const facts = rows[0]
  if (facts === undefined) throw new Error('The database gave no answer')
  return [
    facts.number >= 150_000
      ? ok('database', `PostgreSQL ${facts.version}`)
      : failed('database', `PostgreSQL ${facts.version}`, 'Drawbridge needs PostgreSQL 15 or later.'),
    ...judgeDurability(facts),
    judgeSkew((asked + answered) / 2 - facts.now.getTime()),
  ]
}

/** Whether what was acknowledged survives a loss of power, and whether the disk is believed blindly. */
export function judgeDurability(facts: Omit<ServerFacts, 'number' | 'version' | 'now'>): readonly Check[] {
  const { fsync, synchronous_commit, full_page_writes, data_checksums } = facts
  const off = Object.entries({ fsync, synchronous_commit, full_page_writes }).filter(
    ([, value]) => value === 'off',
  )
  const name = 'durability'
  const durable =
    off.length === 0
      ? ok(name, `fsync and full_page_writes are on, synchronous_commit is ${synchronous_commit}`)
      : failed(
          name,
          `${off.map(([setting]) => setting).join(', ')} is off`,
          'Turn it on: a loss of power would lose what was acknowledged, or all of it.',
        )
  const checksums =
    data_checksums === 'on'
      ? ok('checksums', 'on')
      : warning('checksums', 'off', 'Turn them on with pg_checksums, so that a bad disk is noticed.')
  return [durable, checksums]
}

async function checkInside(settings: Settings, admin: pg.ClientConfig): Promise<readonly Check[]> {
  const [kek] = await requireKeys(settings)
  const database = databaseName(settings)
  const secret = sharedSecret(admin, kek ?? Buffer.alloc(0))
  const app = connectionAs(admin, { user: `${database}_app`, password: appRolePassword(secret), database })
  const owner = connectionAs(admin, {
    user: `${database}_owner`,
    password: ownerRolePassword(secret),
    database,
  })
  return withClient(app, async (client) => [
    ...(await attempt('role', 'Take these rights from the role.', async () => {
      await assertAppRole(client)
      return ok('role', `${database}_app is bound by row-level security`)
    })),
    ...(await attempt('schema', 'Start the newer release.', () => checkSchema(client))),
    ...(await checkWork(settings, client, owner)),
  ])
}

async function checkSchema(client: pg.Client): Promise<Check> {
  const pending = pendingMigrations(await readMigrations(migrationsDirectory), await readApplied(client))
  if (pending.length === 0) return ok('schema', 'current')
  return warning(
    'schema',
    `${pending.length} migrations are to come`,
    'The next start of drawbridge serve applies them.',
  )
}
