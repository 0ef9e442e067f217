import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoKey, freePort, runCommand, type ServerProcess, startServer } from './processes/server-process.ts'
import { asSuperuser } from './processes/superuser.ts'
import { callerFor, demand } from './secrets/caller.ts'
import { birthday, digits, letters } from './secrets/marked-people.ts'
import { formsOfBytes, formsOfText, type Needle, searchFiles } from './secrets/search-files.ts'
import { type Seeded, seed, sha256 } from './secrets/seed.ts'

/** A loaded machine takes its time; what is shown does not depend on it. */
const patience = { timeout: 300_000 }

let home = ''
let server: ServerProcess
let seeded: Seeded
let needles: Needle[] = []
let apikey = ''

/** So that what would be there in clear is found: nothing is compressed, in tables or in the write-ahead log. */
const storeAsItIs = `
do $$ declare one record; begin
  for one in
    select format('alter table %I.%I alter column %I set storage external', n.nspname, r.relname, a.attname) as change
    from pg_attribute a join pg_class r on r.oid = a.attrelid join pg_namespace n on n.oid = r.relnamespace
    where r.relkind = 'r' and n.nspname in ('public', 'graphile_worker') and a.attnum > 0
      and not a.attisdropped and a.attstorage in ('x', 'm')
  loop execute one.change; end loop;
end $$`

async function administer(client: pg.Client): Promise<void> {
  await client.query(storeAsItIs)
  await client.query('alter system set wal_compression = off')
  await client.query('select pg_reload_conf()')
}

async function start(port: number): Promise<ServerProcess> {
  const env = { TMPDIR: join(home, 'temporary') }
  const started = startServer({ home, port, flags: ['--log-level', 'debug'], env })
  await started.untilReady()
  return started
}

/** Stops the server, which empties all buffers, and starts it again, which signs a checkpoint of the ledger. */
async function restart(): Promise<void> {
  expect(await server.end('SIGTERM')).toBe(0)
  server = await start(Number(new URL(server.url).port))
  while ((await readdir(join(home, 'checkpoints')).catch(() => [])).length === 0) await sleep(50)
}

async function checkpoint(): Promise<void> {
  await asSuperuser(home, async (client) => {
    await client.query('select pg_switch_wal()')
    await client.query('checkpoint')
  })
}

function needlesFor({ files, secrets }: Seeded): Needle[] {
  const title = `${letters.slice(0, 1).toUpperCase()}${letters.slice(1)}`
  return [
    ...[letters, title, letters.toUpperCase()].flatMap((text) => formsOfText('a word', text)),
    ...formsOfText('a number', digits.slice(0, 8)),
    ...formsOfText('a birthday', birthday),
    ...formsOfText('an API key', apikey, ['credentials.json']),
    // The first 8 characters of a shared secret are public: they name the key in every signature.
    ...secrets.flatMap((secret) => formsOfText('a secret of an integration', secret.slice(8))),
    ...files.flatMap((bytes) => [
      ...formsOfBytes('bytes of a file', bytes.subarray(bytes.length >> 1, (bytes.length >> 1) + 24)),
      ...formsOfBytes('the hash of a file', sha256(bytes)),
    ]),
  ]
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drawbridge-clear-'))
  await mkdir(join(home, 'temporary'))
  server = await start(await freePort())
  await asSuperuser(home, administer)
  const { code, err } = await runCommand(['environment', 'set', 'query-key=on', '--home', home])
  expect(err).toBe('')
  expect(code).toBe(0)
  apikey = await demoKey(home)
  seeded = await seed(server.url, apikey)
  needles = needlesFor(seeded)
})

afterAll(async () => {
  await server.end('SIGTERM')
  await rm(home, { recursive: true, force: true })
})

describe('no personal data is in the clear', patience, () => {
  test('in any byte of database, write-ahead log, storage, logs and temporary files', async () => {
    // Before the restart everything is in the log at least, after it in the tables.
    expect(await searchFiles(home, needles)).toEqual([])
    await restart()
    expect(await searchFiles(home, needles)).toEqual([])
  })

  test('the log was kept at debug level, so there was something to search', async () => {
    const log = await readFile(server.logFile, 'utf8')
    expect(log).toContain('"level":"debug"')
    expect(log).toContain('"operation":"CreateProfile"')
  })

  test('the same search finds a canary in a table, in the log and in the storage', async () => {
    const canary = formsOfText('the canary', 'canarinhobelga')
    await asSuperuser(home, (client) =>
      client.query(`create table canary as select 'Das ist der canarinhobelga' as words`),
    )
    await appendFile(server.logFile, `${Buffer.from('xcanarinhobelga').toString('base64')}\n`)
    await writeFile(join(home, 'files', 'canary'), Buffer.from('canarinhobelga', 'utf16le'))
    const files = async () => (await searchFiles(home, canary)).map(({ file }) => file)
    expect((await files()).some((file) => file.includes('/pg_wal/'))).toBe(true)
    await checkpoint()
    const found = await files()
    expect(found.some((file) => file.includes('/base/'))).toBe(true)
    expect(found).toContain('server.log')
    expect(found).toContain('files/canary')
  })
})

describe('an erased profile', patience, () => {
  test('leaves its destroyed key in no file of the database', async () => {
    const wrapped = await asSuperuser(home, async (client) => {
      const { rows } = await client.query<{ wrapped: Buffer }>(
        'select wrapped from profile_key where profile_id = $1',
        [seeded.doomedId],
      )
      return rows[0]?.wrapped ?? Buffer.alloc(0)
    })
    expect(wrapped.length).toBeGreaterThan(30)
    const key = formsOfBytes('the destroyed key', wrapped)
    expect(await searchFiles(home, key)).not.toEqual([])
    await demand(callerFor(server.url, apikey), 200, 'POST', `/4.0/profiles/${seeded.doomedId}/delete`, {
      body: { confirm_id: seeded.doomedId, message: `asked for by ${letters}` },
    })
    await untilErased(seeded.doomedId)
    await asSuperuser(home, (client) =>
      client.query(`select graphile_worker.add_job('clear-destroyed-keys', max_attempts => 1)`),
    )
    await untilCleared()
    expect(await searchFiles(home, key)).toEqual([])
    expect(await searchFiles(home, needles)).toEqual([])
  })
})

/** Waits for the work that runs every hour. */
async function untilCleared(): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const isCleared = await readFile(join(home, 'erasures', 'keys-cleared')).catch(() => null)
    if (isCleared !== null) return
    await sleep(100)
  }
  throw new Error('The keys of erased profiles were not cleared')
}

/** Waits for the erasure's work after the commit. */
async function untilErased(profileId: string): Promise<void> {
  const list = join(home, 'erasures', 'erasures.jsonl')
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const isListed = (await readFile(list, 'utf8').catch(() => '')).includes(profileId)
    const left = await asSuperuser(home, async (client) => {
      const { rows } = await client.query<{ count: string }>('select count(*) from graphile_worker.jobs')
      return Number(rows[0]?.count)
    })
    if (isListed && left === 0) return
    await sleep(100)
  }
  throw new Error('The erasure was not finished')
}
