import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClientConfig, Pool } from 'pg'
import { readRestoreState } from './platform/backup/restore-mark.ts'
import { createPool } from './platform/db/index.ts'
import { createFileInspector } from './platform/inspect/index.ts'
import { migrateQueue } from './platform/jobs/index.ts'
import { createJsonPool } from './platform/json/index.ts'
import { createLogger, type Log } from './platform/log.ts'
import { sentenceLog } from './platform/log-sentences.ts'
import { createGuardedFetch } from './platform/net/index.ts'
import {
  assertAppRole,
  DatabaseRefusal,
  migrate,
  type PreparedDatabase,
  prepareDatabase,
  startEmbedded,
} from './platform/postgres/index.ts'
import type { Engine } from './platform/scope.ts'
import { createStorage } from './platform/storage/index.ts'
import {
  appRolePassword,
  createVault,
  ownerRolePassword,
  readKeyEncryptionKeys,
  reloadingKeyEncryption,
} from './platform/vault/index.ts'
import type { Settings } from './settings.ts'
import { reactions } from './wiring.ts'

/** The numbered SQL files of this version. */
export const migrationsDirectory = join(import.meta.dirname, '..', 'migrations')

/** An open installation: its database, keys and files, and how to leave it. */
export interface Platform {
  readonly settings: Settings
  readonly engine: Engine
  readonly log: Log
  /** As the role that owns the schema: migrations, the job queue, vacuum. */
  readonly owner: ClientConfig
  close(): Promise<void>
}

interface Server {
  readonly admin: ClientConfig
  readonly stop: () => Promise<void>
}

async function reachDatabase(settings: Settings, log: Log): Promise<Server> {
  if (settings.databaseUrl !== undefined)
    return { admin: { connectionString: settings.databaseUrl }, stop: async () => undefined }
  const embedded = await startEmbedded({ home: settings.home, log: sentenceLog(log, 'postgres') })
  return { admin: embedded.connection, stop: () => embedded.stop() }
}

/** The name of the database: the one in the URL, or `drawbridge` in the embedded server. */
export function databaseName(settings: Settings): string {
  if (settings.databaseUrl === undefined) return 'drawbridge'
  const name = decodeURIComponent(new URL(settings.databaseUrl).pathname.slice(1))
  if (name === '')
    throw new DatabaseRefusal(
      'DATABASE_URL names no database: end it with the name of one, such as /drawbridge.',
    )
  return name
}

/** The roles' passwords come of what all nodes share and what a rotation of the key-encryption key leaves alone. */
export function sharedSecret(admin: ClientConfig, kek: Buffer): Buffer {
  const inUrl = admin.connectionString === undefined ? undefined : new URL(admin.connectionString).password
  const password = typeof admin.password === 'string' ? admin.password : inUrl
  return password === undefined || password === '' ? kek : Buffer.from(decodeURIComponent(password))
}

async function prepare(settings: Settings, admin: ClientConfig, kek: Buffer): Promise<PreparedDatabase> {
  const secret = sharedSecret(admin, kek)
  return prepareDatabase(admin, {
    database: databaseName(settings),
    ownerPassword: ownerRolePassword(secret),
    appPassword: appRolePassword(secret),
  })
}

async function assertSafeRole(pool: Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await assertAppRole(client)
  } finally {
    client.release()
  }
}

/**
 * Opens the installation at its home: starts or reaches the database, brings the schema up to date, and reads the
 * keys. Raises `DatabaseRefusal` and plain errors with words for the operator.
 */
export async function openPlatform(
  settings: Settings,
  log: Log = createLogger({ level: settings.logLevel }),
): Promise<Platform> {
  if ((await readRestoreState(settings.home, settings.databaseUrl)) === 'placing')
    throw new DatabaseRefusal(
      `A restore of ${settings.home} was cut off before its database was in place. Run drawbridge restore again.`,
    )
  await mkdir(settings.home, { recursive: true, mode: 0o700 })
  const readKeys = () =>
    readKeyEncryptionKeys({ home: settings.home, text: settings.kek, file: settings.kekFile })
  const keys = await readKeys()
  const [kek] = keys
  if (kek === undefined) throw new Error('There is no key-encryption key')
  const server = await reachDatabase(settings, log)
  try {
    const { owner, app } = await prepare(settings, server.admin, kek)
    await migrateQueue(owner, sentenceLog(log, 'jobs'))
    await migrate(owner, migrationsDirectory)
    const pool = createPool({ ...app, max: settings.poolSize }, (error) => {
      // A server that is stopped right behind this pool may cut a connection that is closing: nothing is lost by it.
      if (!pool.ending) log.warn('database.connection-broke', { error })
    })
    await assertSafeRole(pool)
    const inspector = createFileInspector()
    const json = createJsonPool()
    const outbound = createGuardedFetch({ allowNetworks: settings.allowNetworks, log })
    const engine: Engine = {
      pool,
      vault: createVault(reloadingKeyEncryption(keys, readKeys)),
      log,
      json,
      storage: await createStorage(settings.storage, outbound.guardedFetch),
      inspectFile: (bytes, name) => inspector.inspectFile(bytes, name),
      outbound,
      reactions,
      clockOffsetMs: () => 0,
    }
    const close = async () => {
      inspector.close()
      await json.close()
      await pool.end()
      await server.stop()
    }
    return { settings, engine, log, owner, close }
  } catch (error) {
    await server.stop()
    throw error
  }
}
