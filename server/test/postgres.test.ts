import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { migrate, readMigrations, schemaIsCurrent } from '../src/platform/postgres/index.ts'
import { withClient } from '../src/platform/postgres/roles.ts'
import { queryValue } from './embedded-testing.ts'
import { createTestDatabase, type TestDatabase } from './postgres.ts'

const MIGRATIONS = join(import.meta.dirname, '..', 'migrations')
const databases: TestDatabase[] = []

async function create(): Promise<TestDatabase> {
  const database = await createTestDatabase()
  databases.push(database)
  return database
}

afterEach(async () => {
  await Promise.all(databases.splice(0).map((database) => database.drop()))
})

test('a test database has the schema of today, the job queue, and both roles as in production', async () => {
  const { appConfig, ownerConfig } = await create()
  const migrations = await readMigrations(MIGRATIONS)
  expect(await withClient(appConfig, (client) => schemaIsCurrent(client, migrations))).toBe(true)
  expect(await migrate(ownerConfig, MIGRATIONS)).toEqual([])
  expect(await queryValue(ownerConfig, "select to_regnamespace('graphile_worker')::text")).toBe(
    'graphile_worker',
  )
  expect(await queryValue(ownerConfig, 'select current_user')).toBe('drawbridge_owner')
  await expect(queryValue(appConfig, 'create table mine (id int)')).rejects.toMatchObject({ code: '42501' })
})

test('what one test file writes, another does not see, and a dropped database is gone', async () => {
  const [one, other] = await Promise.all([create(), create()])
  await queryValue(one.ownerConfig, 'create table mine (id int)')
  expect(await queryValue(other.ownerConfig, "select to_regclass('mine')")).toBeNull()
  await one.drop()
  await expect(queryValue(one.ownerConfig, 'select 1')).rejects.toMatchObject({ code: '3D000' })
})
