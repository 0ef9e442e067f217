import pg from 'pg'
import { errorCode } from '../error-code.ts'
import { type Migration, pendingMigrations, readApplied, readMigrations } from './migrations.ts'
import { DatabaseRefusal } from './refusal.ts'
import { withClient } from './roles.ts'

const MIGRATE_KEY = '7236147085612'

/**
 * Brings the schema to the state of the files in `directory`: each missing migration in a transaction of its own,
 * recorded with its SHA-256 in the same transaction. Several nodes may do it at once: one works, the others wait.
 * Returns the names of the files that were applied now.
 *
 * Raises DatabaseRefusal when a file fails, or when the database and the files do not belong together.
 */
export async function migrate(owner: pg.ClientConfig, directory: string): Promise<readonly string[]> {
  const migrations = await readMigrations(directory)
  return await withClient(owner, async (client) => {
    await client.query('select pg_advisory_lock($1)', [MIGRATE_KEY])
    await prepareHistory(client)
    const pending = pendingMigrations(migrations, await readApplied(client))
    for (const migration of pending) await apply(client, migration)
    return pending.map(({ name }) => name)
  })
}

async function prepareHistory(client: pg.Client): Promise<void> {
  await client.query(`
    create table if not exists public.schema_migration (
      number integer primary key,
      name text not null,
      sha256 text not null,
      applied_at timestamptz not null default clock_timestamp()
    )`)
  // The roles come in pairs, `<prefix>_owner` and `<prefix>_app`; the app reads the history for /readyz.
  const { rows } = await client.query<{ role: string }>(
    "select rolname as role from pg_roles where rolname = regexp_replace(current_user, '_owner$', '_app')",
  )
  const role = rows[0]?.role
  if (role !== undefined)
    await client.query(`grant select on public.schema_migration to ${pg.escapeIdentifier(role)}`)
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query('begin')
    await client.query(migration.sql)
    await client.query('insert into public.schema_migration (number, name, sha256) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.sha256,
    ])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    const reason = error instanceof Error ? error.message : 'unknown'
    throw new DatabaseRefusal(
      `Migration ${migration.name} failed${lineOf(error, migration.sql)} and changed nothing: ${reason} (${errorCode(error)}). Earlier migrations stay applied; correct the cause and start again.`,
      { cause: error },
    )
  }
}

function lineOf(error: unknown, sql: string): string {
  const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN
  return Number.isNaN(position) ? '' : ` at line ${sql.slice(0, position).split('\n').length}`
}
