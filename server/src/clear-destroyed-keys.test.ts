import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../test/postgres.ts'
import { clearDestroyedKeys, mayRewriteNow } from './clear-destroyed-keys.ts'

let database: TestDatabase
let home = ''
const noon = new Date('2026-11-02T12:00:00Z')

beforeAll(async () => {
  database = await createTestDatabase()
  home = await mkdtemp(join(tmpdir(), 'clear-keys-'))
  await mkdir(join(home, 'erasures'))
})

afterAll(async () => {
  for (const client of clients) await client.end()
  await rm(home, { recursive: true, force: true })
  await database.drop()
})

const clients: pg.Client[] = []

async function connect(): Promise<pg.Client> {
  const client = new pg.Client(database.adminConfig)
  clients.push(client)
  await client.connect()
  return client
}

const cleared = () => readFile(join(home, 'erasures', 'keys-cleared'), 'utf8').catch(() => null)

test('a large table is left for the night, a small one is not', () => {
  expect(mayRewriteNow(1_000_000, noon)).toBe(true)
  expect(mayRewriteNow(100_000_000, noon)).toBe(false)
  expect(mayRewriteNow(100_000_000, new Date('2026-11-02T03:37:00Z'))).toBe(true)
})

describe('clearing destroyed keys', () => {
  test('counts as done only when no transaction can still see the deleted rows', async () => {
    const client = await connect()
    const onlooker = await connect()
    const platform = { settings: { home }, owner: database.ownerConfig }
    await client.query('insert into profile_key (account_id, profile_id, wrapped) values ($1, $1, $2)', [
      randomUUID(),
      Buffer.alloc(40, 7),
    ])
    await clearDestroyedKeys(platform, noon)
    expect(await cleared()).toBeNull()
    await onlooker.query('begin isolation level repeatable read')
    await onlooker.query('select from profile')
    await client.query('delete from profile_key')
    await writeFile(join(home, 'erasures', 'erasures.jsonl'), 'one line\n')
    await clearDestroyedKeys(platform, noon)
    expect(await cleared()).toBeNull()
    await onlooker.query('commit')
    // PostgreSQL's own look through the tables may hold a snapshot too; the job then tries again.
    const tryAgain = async () => {
      await clearDestroyedKeys(platform, noon)
      return cleared()
    }
    await expect.poll(tryAgain).toBe('9\n')
  })
})
