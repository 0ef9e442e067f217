import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { DatabaseRefusal } from './refusal.ts'
import type { Query } from './roles.ts'

/** One file of the schema's history. */
export interface Migration {
  readonly number: number
  /** The name of the file, such as `0001-platform.sql`. */
  readonly name: string
  readonly sql: string
  /** Lower-case hex of the text with line ends `\n`. */
  readonly sha256: string
}

/** What the database remembers of a migration. */
export type AppliedMigration = Pick<Migration, 'number' | 'name' | 'sha256'>

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/

/**
 * Reads the numbered files `NNNN-name.sql` of a directory in their order; other files are an error.
 * Raises DatabaseRefusal for a wrong name, a gap or a number used twice.
 */
export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  return await Promise.all(names.map((name, index) => readMigration(directory, name, index + 1)))
}

async function readMigration(directory: string, name: string, expected: number): Promise<Migration> {
  const number = Number(FILE_NAME.exec(name)?.[1])
  if (number !== expected) {
    throw new DatabaseRefusal(
      `${join(directory, name)} should be migration ${String(expected).padStart(4, '0')}: files are named NNNN-name.sql and numbered from 0001 without gaps.`,
    )
  }
  const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n')
  return { number, name, sql, sha256: createHash('sha256').update(sql).digest('hex') }
}

/**
 * The migrations that are still to be applied.
 * Raises DatabaseRefusal when an applied file was changed or removed, or when the database is newer than this release.
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] {
  const newest = applied.at(-1)
  if (newest !== undefined && newest.number > migrations.length) {
    throw new DatabaseRefusal(
      `The database was written by a newer release: it has migration ${newest.name}, and this release ends at ${migrations.length}. Start the newer release; there is no way back but a backup.`,
    )
  }
  for (const [index, { number, name, sha256 }] of applied.entries()) {
    const migration = migrations[index]
    if (migration?.number === number && migration.name === name && migration.sha256 === sha256) continue
    throw new DatabaseRefusal(
      `Migration ${name} was applied to this database, but ${describe(migration, name)} in this release. Applied migrations never change: put the file back, and write a new migration instead.`,
    )
  }
  return migrations.slice(applied.length)
}

function describe(migration: Migration | undefined, name: string): string {
  return migration?.name === name
    ? 'its file was changed'
    : `its place is taken by ${migration?.name ?? 'no file'}`
}

/** What the database remembers, oldest first; nothing where no migration ever ran. */
export async function readApplied(client: Query): Promise<readonly AppliedMigration[]> {
  try {
    const { rows } = await client.query<AppliedMigration>(
      'select number, name, sha256 from public.schema_migration order by number',
    )
    return rows
  } catch (error) {
    if (errorCode(error) === UNDEFINED_TABLE) return []
    throw error
  }
}

const UNDEFINED_TABLE = '42P01'

/** True when the database has exactly the migrations of this release; for `/readyz`, in either role. */
export async function schemaIsCurrent(client: Query, migrations: readonly Migration[]): Promise<boolean> {
  const applied = await readApplied(client)
  return (
    applied.length === migrations.length &&
    applied.every(({ sha256 }, index) => sha256 === migrations[index]?.sha256)
  )
}
