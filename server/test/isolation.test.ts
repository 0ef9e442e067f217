import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withClient } from '../src/platform/postgres/roles.ts'
import { thePlatform } from '../src/platform/scope.ts'
import { signingKeyOf, signRequest } from '../src/provider-kit/signing.ts'
import { stepRescreens } from '../src/rooms/monitoring/index.ts'
import { takePlace } from '../src/rooms/providers/index.ts'
import { makeFullProfile } from './calls.ts'
import { makePerson } from './cases.ts'
import { startTestServer, type TestServer } from './server.ts'

let server: TestServer
let tables: string[]
beforeAll(async () => {
  server = await startTestServer()
  const { id } = await makeFullProfile(server, server.demo.key)
  const erased = await makePerson(server)
  const company = {
    entity_type: 'COMPANY',
    customer_ref: 'crm-1',
    metadata: { name: 'NORTH QUAY TRADING LTD' },
    officers: { directors: [{ entity_type: 'INDIVIDUAL', linked_profile: { id } }] },
  }
  const made = await server.ask<{ id: string }>('POST', '/4.0/profiles', {
    headers: { 'idempotency-key': 'isolation' },
    body: { role: 'COMPANY_CUSTOMER', collected_data: company },
  })
  expect(made.status, made.text).toBe(200)
  await configure()
  await server.ask('POST', `${erased.path}/delete`, { body: { confirm_id: erased.id } })
  await makeProviderCall(server)
  await makeMonitoring(id)
  tables = await withClient(server.database.adminConfig, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select c.table_name as name from information_schema.columns c join information_schema.tables t
         using (table_schema, table_name)
       where c.table_schema = 'public' and c.column_name = 'account_id' and t.table_type = 'BASE TABLE' order by 1`,
    )
    return rows.map((row) => row.name)
  })
})
afterAll(() => server.close())

/** Registers a data provider and leaves a call to it under way. */
async function makeProviderCall(at: TestServer): Promise<void> {
  const body = {
    alias: 'a-source',
    name: 'A source',
    url: 'http://127.0.0.1:9/',
    check_type: 'IDENTITY_CHECK',
  }
  const registered = await at.ask<{ id: string; secret: string }>('POST', '/4.0/providers', { body })
  const opening = { accountId: at.demo.accountId, actor: thePlatform }
  await takePlace(at.engine, opening, { id: registered.body.id, timeoutSeconds: 60 }, 0)
  await callBackEarly(at, registered.body.secret)
}

/** Calls back, as an integration, about a check that nobody has begun. */
async function callBackEarly(at: TestServer, secret: string): Promise<void> {
  const url = `${at.url}/integrations/v1/callbacks`
  const body = JSON.stringify({ provider_id: crypto.randomUUID(), reference: 'early' })
  const signed = signRequest(signingKeyOf(secret), { method: 'POST', url, body, date: new Date() })
  const headers = { ...signed, 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
}

/** A client that is watched and waited for, and a rescreen that has reached it. */
async function makeMonitoring(id: string): Promise<void> {
  const at = `/4.0/profiles/${id}`
  await server.ask('POST', `${at}/collection_steps`, { body: [{ collection_type: 'EMAIL' }] })
  const adopted = { provider: 'demo', reference: 'relation-1', adopted_from: 'Elsewhere' }
  const body = { ...adopted, check_type: 'PEPS_AND_SANCTIONS_SCREEN' }
  await server.ask('POST', `${at}/monitoring`, { body })
  await server.ask('POST', '/4.0/rescreens', { body: { check_variant: 'screening' } })
  await stepRescreens(server.engine, new AbortController().signal)
}

/** A policy that was published, a draft, and a check that is switched off. */
async function configure(): Promise<void> {
  const { body } = await server.ask('GET', '/4.0/policy')
  await server.ask('POST', '/4.0/policies/draft', { body })
  await server.ask('POST', '/4.0/policies/publish')
  await server.ask('POST', '/4.0/policies/draft', { body })
  const checks = await server.ask<{ id: string }[]>('GET', '/4.0/policies/check_variants')
  const off = { is_on: false, reason: 'A pause' }
  await server.ask('POST', `/4.0/policies/check_variants/${checks.body[0]?.id}/switch`, { body: off })
}

/** Runs as the application in a transaction of the account, which is then undone. */
async function asApplication<R>(account: string | null, work: (client: pg.Client) => Promise<R>): Promise<R> {
  return withClient(server.database.appConfig, async (client) => {
    await client.query('begin')
    await client.query(`select set_config('app.account_id', $1, true)`, [account ?? ''])
    return work(client)
  })
}

async function rowsSeen(account: string | null): Promise<Record<string, number>> {
  return asApplication(account, async (client) => {
    const seen: Record<string, number> = {}
    for (const table of tables) {
      const { rows } = await client.query<{ rows: string }>(
        `select count(*)::text as rows from ${pg.escapeIdentifier(table)}`,
      )
      seen[table] = Number(rows[0]?.rows)
    }
    return seen
  })
}

/** Tables to which the application has no right to read, or into which this test puts nothing. */
const empty = new Set(['checkpoint'])
const unreadable = new Set(['rate_bucket'])

test('a statement without its account filter sees no row of another account, in any table', async () => {
  expect(tables.length).toBeGreaterThan(15)
  tables = tables.filter((table) => !unreadable.has(table))
  const [own, foreign, none] = [
    await rowsSeen(server.demo.accountId),
    await rowsSeen(crypto.randomUUID()),
    await rowsSeen(null),
  ]
  for (const table of tables) {
    if (!empty.has(table)) expect(own[table], `${table} as its own account`).toBeGreaterThan(0)
    expect(foreign[table], `${table} as another account`).toBe(0)
    expect(none[table], `${table} without an account`).toBe(0)
  }
})

test('institutions and accounts are seen only by their own', async () => {
  const seen = (account: string | null) =>
    asApplication(account, async (client) => {
      const { rows } = await client.query<{ accounts: string; institutions: string }>(
        'select (select count(*) from account)::text as accounts, (select count(*) from institution)::text as institutions',
      )
      return [rows[0]?.accounts, rows[0]?.institutions]
    })
  expect(await seen(server.demo.accountId)).toEqual(['1', '1'])
  expect(await seen(crypto.randomUUID())).toEqual(['0', '0'])
  expect(await seen(null)).toEqual(['0', '0'])
})

async function refusalOf(statement: string): Promise<string> {
  return asApplication(server.demo.accountId, async (client) => {
    try {
      await client.query(statement)
      return 'done'
    } catch (error) {
      return error instanceof pg.DatabaseError ? (error.code ?? '') : String(error)
    }
  })
}

test('the application cannot write a row of another account', async () => {
  const foreign = crypto.randomUUID()
  for (const statement of [
    `insert into profile_key (account_id, profile_id, wrapped) values ('${foreign}', '${foreign}', 'x')`,
    `update tag_count set account_id = '${foreign}'`,
  ])
    expect(await refusalOf(statement), statement).toBe('42501')
})

test('the application has no DDL, changes no fact and cannot step out of its policies', async () => {
  const denied = '42501'
  for (const statement of [
    'create table own (id int)',
    'drop table fact',
    'alter table fact disable row level security',
    'alter table profile add column more int',
    'create function f() returns int language sql as $$ select 1 $$',
    'truncate fact',
    'delete from fact',
    `update fact set payload = ''`,
    'update fact set at = now()',
    'delete from erasure',
    `update api_key set hash = ''`,
    'delete from checkpoint',
    'select * from rate_bucket',
    'set role drawbridge_owner',
    'alter role drawbridge_app bypassrls',
  ])
    expect(await refusalOf(statement), statement).toBe(denied)
  expect(await refusalOf('update fact set position = null, hash = null')).toBe(denied)
})

/** What is asked across accounts, on purpose, by functions that answer ids; and locks and calls, which answer nothing. */
const acrossAccounts =
  /find_api_key\(|find_provider_by_key\(|list_accounts\(|blobs_in_use\(|insert into (institution|account) |set_config\(|pg_(try_)?advisory_xact_lock\(|pg_notify\(/

const source = join(import.meta.dirname, '..', 'src')

async function filesNamed(test: (path: string) => boolean): Promise<[string, string][]> {
  const paths = (await readdir(source, { recursive: true })).filter(test)
  return Promise.all(
    paths.map(async (path): Promise<[string, string]> => [path, await readFile(join(source, path), 'utf8')]),
  )
}

const isQueries = (path: string) => /\/queries(-\w+)?\.ts$/.test(path)

/** The SQL statements in a file, with the pieces that are named constants of the file put in. */
function statementsIn(text: string): string[] {
  const code = text.replace(/^\s*(\/\/|\/?\*).*$/gm, '')
  const pieces = new Map(
    [...code.matchAll(/const (\w+) = (`[^`]*`|'[^'\n]*'|"[^"\n]*")/g)].map((found) => [
      found[1] ?? '',
      found[2] ?? '',
    ]),
  )
  return [...code.matchAll(/`[^`]*`|'[^'\n]*'|"[^"\n]*"/g)]
    .map(([literal]) =>
      literal.slice(1, -1).replace(/\$\{(\w+)\}/g, (whole, name: string) => pieces.get(name) ?? whole),
    )
    .filter((literal) => /^\s*(select|insert|update|delete|with)\s/i.test(literal))
}

test('no statement of any room lacks the account', async () => {
  const files = await filesNamed((path) => path.startsWith('rooms/') && isQueries(path))
  const statements = files.flatMap(([path, text]) =>
    statementsIn(text).map((statement) => ({ path, statement })),
  )
  expect(statements.length).toBeGreaterThan(60)
  const lacking = statements.filter(
    ({ statement }) => !/account_id/.test(statement) && !acrossAccounts.test(statement),
  )
  expect(lacking).toEqual([])
})

test('rooms speak SQL in their queries and nowhere else', async () => {
  const others = await filesNamed(
    (path) => /^rooms\/.*\.ts$/.test(path) && !isQueries(path) && !path.endsWith('.test.ts'),
  )
  expect(others.length).toBeGreaterThan(60)
  const speaking = others.filter(([, text]) => /\.query[<(]/.test(text) || statementsIn(text).length > 0)
  expect(speaking.map(([path]) => path)).toEqual([])
})
