import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { queryValue, scratch } from '../../../test/embedded-testing.ts'
import { createEmptyTestDatabase, type TestDatabase } from '../../../test/postgres.ts'
import { migrate } from './migrate.ts'
import { readMigrations, schemaIsCurrent } from './migrations.ts'
import { withClient } from './roles.ts'

let database: TestDatabase
let directory: string
let remove: () => Promise<void>

beforeEach(async () => {
  database = await createEmptyTestDatabase()
  ;({ path: directory, remove } = await scratch())
  await write('0001-first.sql', 'create table first (id int);')
  await write('0002-second.sql', 'create table second (id int); insert into second values (1), (2);')
})

afterEach(async () => {
  await database.drop()
  await remove()
})

function write(name: string, sql: string): Promise<void> {
  return writeFile(join(directory, name), sql)
}

function run(): Promise<readonly string[]> {
  return migrate(database.ownerConfig, directory)
}

async function isCurrent(): Promise<boolean> {
  const migrations = await readMigrations(directory)
  return await withClient(database.appConfig, (client) => schemaIsCurrent(client, migrations))
}

describe('migrating', () => {
  test('applies each file once, in order, however many nodes start at once', async () => {
    expect(await isCurrent()).toBe(false)
    const applied = await Promise.all([run(), run(), run()])
    expect(applied.flat()).toEqual(['0001-first.sql', '0002-second.sql'])
    expect(await queryValue(database.ownerConfig, 'select count(*)::int from second')).toBe(2)
    expect(await isCurrent()).toBe(true)
    expect(await run()).toEqual([])
  })

  test('a file that fails changes nothing, keeps the earlier ones, and is applied once it is corrected', async () => {
    await write('0002-second.sql', 'create table second (id int);\ninsert into nowhere values (1);')
    await expect(run()).rejects.toThrow(/0002-second\.sql failed at line 2 and changed nothing.*nowhere/)
    expect(await queryValue(database.ownerConfig, "select to_regclass('second')")).toBeNull()
    expect(await isCurrent()).toBe(false)
    await write('0002-second.sql', 'create table second (id int);')
    expect(await run()).toEqual(['0002-second.sql'])
  })

  test('line ends of another system are no change', async () => {
    await run()
    await write('0002-second.sql', 'create table second (id int); insert into second values (1), (2);')
    await write('0003-third.sql', 'select 1;\r\nselect 2;\r\n')
    await run()
    await write('0003-third.sql', 'select 1;\nselect 2;\n')
    expect(await isCurrent()).toBe(true)
  })
})

describe('a schema and files that do not belong together are refused', () => {
  beforeEach(async () => {
    await run()
  })

  test('when an applied file was changed', async () => {
    await write('0001-first.sql', 'create table first (id bigint);')
    await expect(run()).rejects.toThrow(/0001-first\.sql was applied .* its file was changed/)
    expect(await isCurrent()).toBe(false)
  })

  test('when an applied file gave way to another', async () => {
    await rm(join(directory, '0001-first.sql'))
    await write('0001-another.sql', 'select 1;')
    await expect(run()).rejects.toThrow(/0001-first\.sql was applied .* taken by 0001-another\.sql/)
  })

  test('when a newer release wrote the database', async () => {
    await rm(join(directory, '0002-second.sql'))
    await expect(run()).rejects.toThrow(/newer release: it has migration 0002-second\.sql/)
    expect(await isCurrent()).toBe(false)
  })

  test('when the numbers of the files have a gap, a double or a wrong form', async () => {
    for (const name of ['0004-gap.sql', '0002-twice.sql', '3-short.sql', '0003_underscore.sql']) {
      await write(name, 'select 1;')
      await expect(run()).rejects.toThrow(/numbered from 0001 without gaps/)
      await rm(join(directory, name))
    }
  })
})

test('a fresh install and one upgraded file by file have the same schema', async () => {
  const real = join(import.meta.dirname, '..', '..', '..', 'migrations')
  await rm(directory, { recursive: true })
  const upgraded = await createEmptyTestDatabase()
  for (const name of (await readdir(real)).sort()) {
    await cp(join(real, name), join(directory, name), { recursive: true })
    await migrate(upgraded.ownerConfig, directory)
  }
  await migrate(database.ownerConfig, real)
  const [fresh, stepwise] = [await describeSchema(database), await describeSchema(upgraded)]
  expect(fresh.length).toBeGreaterThan(100)
  expect(stepwise).toEqual(fresh)

  await withClient(upgraded.ownerConfig, (client) =>
    client.query('create index stray on schema_migration (name)'),
  )
  expect(await describeSchema(upgraded)).not.toEqual(fresh)
  await upgraded.drop()
})

/** Every object of the schema in words: columns, constraints, indexes, functions, triggers, policies and rights. */
async function describeSchema({ adminConfig }: TestDatabase): Promise<readonly string[]> {
  return await withClient(adminConfig, async (client) => {
    const { rows } = await client.query<{ line: string }>(SCHEMA)
    return rows.map(({ line }) => line)
  })
}

const SCHEMA = `
  with mine as (select oid, nspname from pg_namespace where nspname !~ '^pg_|^information_schema$')
  select line from (
    select concat_ws(' ', 'relation', c.oid::regclass, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relacl,
                     pg_get_userbyid(c.relowner), c.reloptions) as line
      from pg_class c join mine on mine.oid = c.relnamespace
    union all
    select concat_ws(' ', 'column', a.attrelid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
                     a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), a.attacl)
      from pg_attribute a join pg_class c on c.oid = a.attrelid join mine on mine.oid = c.relnamespace
      left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum) where a.attnum > 0
    union all
    select concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(k.oid))
      from pg_constraint k join mine on mine.oid = k.connamespace
    union all
    select concat_ws(' ', 'index', pg_get_indexdef(indexrelid)) from pg_index
      join pg_class c on c.oid = indrelid join mine on mine.oid = c.relnamespace
    union all
    select concat_ws(' ', 'function', p.oid::regprocedure, p.proacl, pg_get_userbyid(p.proowner), pg_get_functiondef(p.oid))
      from pg_proc p join mine on mine.oid = p.pronamespace where p.prokind in ('f', 'p')
    union all
    select concat_ws(' ', 'trigger', tgrelid::regclass, pg_get_triggerdef(t.oid)) from pg_trigger t
      join pg_class c on c.oid = tgrelid join mine on mine.oid = c.relnamespace where not tgisinternal
    union all
    select concat_ws(' ', 'policy', p.*) from pg_policies p
    union all
    select concat_ws(' ', 'type', t.oid::regtype, typtype, enumlabel) from pg_type t
      join mine on mine.oid = typnamespace left join pg_enum on enumtypid = t.oid
    union all
    select concat_ws(' ', 'schema', nspname, pg_get_userbyid(nspowner), nspacl) from pg_namespace join mine using (nspname)
  ) as described order by line collate "C"`
