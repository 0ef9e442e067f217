import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { queryValue } from '../test/embedded-testing.ts'
import { createTestDatabase, type TestDatabase } from '../test/postgres.ts'
import type { FirstStartPoint } from './first-start.ts'

const program = join(import.meta.dirname, '..', 'test', 'first-start-process.ts')

let database: TestDatabase
let home: string
beforeAll(async () => {
  database = await createTestDatabase()
  home = await mkdtemp(join(tmpdir(), 'drawbridge-first-'))
})
afterAll(async () => {
  await database.drop()
  await rm(home, { recursive: true, force: true })
})

/** How the process ended: its exit code, or the signal that killed it. */
async function firstStart(place: string, of: TestDatabase, point = ''): Promise<unknown> {
  const configs = JSON.stringify({ app: of.appConfig, owner: of.ownerConfig })
  const child = spawn(process.execPath, [program, place, configs, point], { stdio: 'inherit' })
  const [code, signal] = await once(child, 'exit')
  return signal ?? code
}

/** Of which environment the database knows the key. */
async function environmentOf(of: TestDatabase, apikey: string): Promise<unknown> {
  const hash = createHash('sha256').update(apikey).digest('hex')
  return queryValue(
    of.adminConfig,
    `select environment from api_key join account on account.id = account_id where encode(hash, 'hex') = '${hash}'`,
  )
}

async function expectWorkingKeys(place: string, of: TestDatabase): Promise<void> {
  const path = join(place, 'credentials.json')
  const { url, form_url, demo, live } = JSON.parse(await readFile(path, 'utf8'))
  expect([url, form_url]).toEqual(['http://127.0.0.1:4000', 'http://127.0.0.1:4001'])
  expect(await environmentOf(of, demo.apikey)).toBe('demo')
  expect(await environmentOf(of, live.apikey)).toBe('live')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await queryValue(of.adminConfig, 'select count(*)::int from institution')).toBe(1)
  expect((await readdir(place)).filter((name) => name !== 'files')).toEqual(['credentials.json'])
}

test('a first start that dies at every place, one after the other, ends with keys that work', async () => {
  // Each start goes on where the last one died, so that a place meets every state before it.
  const deaths: FirstStartPoint[] = [
    'institution-made',
    'key-written',
    'key-committed',
    'key-written',
    'key-committed',
  ]
  for (const point of deaths) expect(await firstStart(home, database, point)).toBe('SIGKILL')
  expect(await readdir(home)).not.toContain('credentials.json')
  expect(await firstStart(home, database)).toBe(0)
  await expectWorkingKeys(home, database)
})

test('a further start changes neither keys nor credentials', async () => {
  const before = await readFile(join(home, 'credentials.json'), 'utf8')
  expect(await firstStart(home, database)).toBe(0)
  expect(await readFile(join(home, 'credentials.json'), 'utf8')).toBe(before)
  expect(await queryValue(database.adminConfig, 'select count(*)::int from api_key')).toBe(2)
})
