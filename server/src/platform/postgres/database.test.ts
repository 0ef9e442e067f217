import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { queryValue } from '../../../test/embedded-testing.ts'
import { createEmptyTestDatabase, createTestDatabase, type TestDatabase } from '../../../test/postgres.ts'
import { assertAppRole } from './app-role.ts'
import { prepareDatabase } from './prepare-database.ts'
import { connectionAs, scramVerifier, withClient } from './roles.ts'

// Names of this file's own, since roles belong to the whole server.
const prefix = `prepared_${process.pid}`
const passwords = { ownerPassword: 'owner password', appPassword: 'app password' }
let database: TestDatabase
let server: pg.ClientConfig
const made = new Set<string>()

beforeAll(async () => {
  database = await createEmptyTestDatabase()
  server = connectionAs(database.adminConfig, { database: 'postgres' })
})

beforeEach(removeMade)

afterAll(async () => {
  await removeMade()
  await database.drop()
})

async function removeMade(): Promise<void> {
  await withClient(server, async (client) => {
    await client.query(`drop database if exists ${prefix} with (force)`)
    for (const role of [`${prefix}_app`, `${prefix}_owner`, ...made]) {
      await client.query(`drop role if exists ${role}`)
    }
  })
  made.clear()
}

/** A role like that of a managed database's administrator. */
async function administrator(rights: string): Promise<pg.ClientConfig> {
  const role = `${prefix}_admin`
  await withClient(server, (client) =>
    client.query(`create role ${role} login ${rights} password 'admin password'`),
  )
  made.add(role)
  return connectionAs(server, { user: role, password: 'admin password' })
}

function run(config: pg.ClientConfig, ...statements: string[]): Promise<void> {
  return withClient(config, async (client) => {
    for (const statement of statements) await client.query(statement)
  })
}

describe('preparing a database', () => {
  test('several nodes at once make it once, and both roles can use it', async () => {
    const prepare = () => prepareDatabase(server, { database: prefix, ...passwords })
    const [prepared] = await Promise.all([prepare(), prepare(), prepare()])
    await run(prepared.owner, 'create table thing (id int)', `grant select on thing to ${prefix}_app`)
    expect(await queryValue(prepared.app, 'select count(*)::int from thing')).toBe(0)
    expect(
      await queryValue(
        prepared.owner,
        'select pg_get_userbyid(datdba) from pg_database where datname = current_database()',
      ),
    ).toBe(`${prefix}_owner`)
  })

  test('done again with other passwords, lets the new ones in and the old ones no longer', async () => {
    const before = await prepareDatabase(server, { database: prefix, ...passwords })
    const after = await prepareDatabase(server, {
      database: prefix,
      ownerPassword: 'new',
      appPassword: 'newer',
    })
    await expect(queryValue(before.app, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    expect(await queryValue(after.app, 'select 1')).toBe(1)
  })

  test('works from a connection string, whose other parts stay', async () => {
    const { host, user, password } = server
    const connectionString = `postgres://${user}:${encodeURIComponent(String(password))}@/postgres?host=${encodeURIComponent(String(host))}&application_name=node`
    const prepared = await prepareDatabase({ connectionString }, { database: prefix, ...passwords })
    expect(
      await queryValue(prepared.app, "select current_user || ' ' || current_setting('application_name')"),
    ).toBe(`${prefix}_app node`)
  })

  test('leaves strangers no way in, and the app no way to make or change a table', async () => {
    const prepared = await prepareDatabase(server, { database: prefix, ...passwords })
    const stranger = connectionAs(await administrator(''), { database: prefix })
    await expect(queryValue(stranger, 'select 1')).rejects.toMatchObject({ code: '42501' })
    for (const statement of [
      'create table mine (id int)',
      'create schema mine',
      'create temp table mine (id int)',
    ]) {
      await expect(run(prepared.app, statement)).rejects.toMatchObject({ code: '42501' })
    }
  })

  test('works as a role with CREATEROLE and CREATEDB, twice', async () => {
    const admin = await administrator('createrole createdb')
    await prepareDatabase(admin, { database: prefix, ...passwords })
    const { app } = await prepareDatabase(admin, { database: prefix, ...passwords })
    await withClient(app, assertAppRole)
    await run(server, `drop database ${prefix}`, `drop role ${prefix}_app`, `drop role ${prefix}_owner`)
  })

  test('works as the owner of a database and roles that exist', async () => {
    await prepareDatabase(server, { database: prefix, ...passwords })
    const owner = connectionAs(server, {
      user: `${prefix}_owner`,
      password: passwords.ownerPassword,
      database: prefix,
    })
    const { app } = await prepareDatabase(owner, { database: prefix, ...passwords })
    await withClient(app, assertAppRole)
  })

  test('names the right that is missing and the statement that helps', async () => {
    const admin = await administrator('')
    const prepare = () => prepareDatabase(admin, { database: prefix, ...passwords })
    await expect(prepare()).rejects.toThrow(/_admin may not create the role .*CREATE ROLE .*_owner/)
    await run(server, `create role ${prefix}_owner login`, `create role ${prefix}_app login`)
    await expect(prepare()).rejects.toThrow(/_admin may not create the database .*CREATE DATABASE .*OWNER/)
    await run(server, `create database ${prefix}`)
    await expect(prepare()).rejects.toThrow(/_admin may not give .*_owner the database .*ALTER DATABASE/)
  })

  test('refuses a database whose encoding cannot hold every name', async () => {
    await run(
      server,
      `create database ${prefix} template template0 encoding 'LATIN1' locale_provider libc locale 'C'`,
    )
    await expect(prepareDatabase(server, { database: prefix, ...passwords })).rejects.toThrow(
      /encoding LATIN1.*UTF8/,
    )
  })
})

test('a password becomes the verifier that PostgreSQL makes of it', async () => {
  await run(server, `create role ${prefix}_admin login password 'päss'`.replace('ä', 'a'))
  made.add(`${prefix}_admin`)
  const stored = await queryValue(
    server,
    `select rolpassword from pg_authid where rolname = '${prefix}_admin'`,
  )
  const salt = Buffer.from(/:([^$]+)\$/.exec(String(stored))?.[1] ?? '', 'base64')
  expect(scramVerifier('pass', salt)).toBe(stored)
})

describe('the role that serves requests', () => {
  test('is accepted as it was prepared', async () => {
    const migrated = await createTestDatabase()
    await withClient(migrated.appConfig, assertAppRole)
    await migrated.drop()
  })

  test('is refused as superuser or owner, or with any right to get round row-level security', async () => {
    const { app, owner } = await prepareDatabase(server, { database: prefix, ...passwords })
    const superuser = connectionAs(server, { database: prefix })
    await expect(withClient(superuser, assertAppRole)).rejects.toThrow(/is a superuser/)
    await expect(withClient(owner, assertAppRole)).rejects.toThrow(/belongs to the database's owner/)
    for (const [give, take, words] of [
      ['alter role ROLE bypassrls', 'alter role ROLE nobypassrls', /has BYPASSRLS/],
      ['alter role ROLE createrole', 'alter role ROLE nocreaterole', /has CREATEROLE/],
      ['alter role ROLE createdb', 'alter role ROLE nocreatedb', /has CREATEDB/],
      [
        'grant create on schema public to ROLE',
        'revoke create on schema public from ROLE',
        /may create tables/,
      ],
      [
        `grant ${prefix}_owner to ROLE`,
        `revoke ${prefix}_owner from ROLE`,
        /belongs to the database's owner/,
      ],
    ] as const) {
      await run(superuser, give.replace('ROLE', `${prefix}_app`))
      await expect(withClient(app, assertAppRole)).rejects.toThrow(words)
      await run(superuser, take.replace('ROLE', `${prefix}_app`))
    }
    await withClient(app, assertAppRole)
  })
})
