import { spawn } from 'node:child_process'
import { chmod, chown, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  beginProcess,
  keepingLog,
  linkOf,
  otherProcess,
  queryValue,
  scratch,
} from '../../../test/embedded-testing.ts'
import { isServerOf } from './running.ts'
import { isRoot, NOBODY } from './server-user.ts'
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './supervisor.ts'

let home: string
let remove: () => Promise<void>
const servers: EmbeddedPostgres[] = []
const log = keepingLog()

async function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbedded({ home, log, ...options })
  servers.push(server)
  return server
}

async function restarted(server: EmbeddedPostgres, before: number): Promise<void> {
  while (server.pid === before) await sleep(20)
}

// A home that was stopped in good order, copied where the making of the data is not what a test is about.
let pristine: string
let removePristine: () => Promise<void>

beforeAll(async () => {
  ;({ path: pristine, remove: removePristine } = await scratch())
  const server = await startEmbedded({ home: pristine, log })
  await server.stop()
})

afterAll(() => removePristine())

async function startCopy(): Promise<EmbeddedPostgres> {
  await cp(join(pristine, 'postgres', '18'), join(home, 'postgres', '18'), { recursive: true })
  return await start()
}

beforeEach(async () => {
  log.messages.length = 0
  ;({ path: home, remove } = await scratch())
})

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stopImmediately()))
  await remove()
})

describe('a first start', () => {
  test('makes a durable UTF-8 database with checksums that only the socket leads to', async () => {
    const { connection } = await start()
    const settings = ['data_checksums', 'fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses']
    const found = settings.map((name) => queryValue(connection, `show ${name}`))
    expect(await Promise.all(found)).toEqual(['on', 'on', 'on', 'on', ''])
    const locale =
      "select concat_ws(' ', datlocprovider, datlocale, pg_encoding_to_char(encoding)) from pg_database"
    expect(await queryValue(connection, `${locale} where datname = 'template0'`)).toBe('b C.UTF-8 UTF8')
    expect(await queryValue(connection, 'select max(auth_method) from pg_hba_file_rules')).toBe(
      'scram-sha-256',
    )
  })

  test('lets nobody else into the data, the socket and the password', async () => {
    const { connection, dataDirectory } = await start()
    const version = join(home, 'postgres', '18')
    for (const directory of [version, dataDirectory, join(version, 'log'), connection.host]) {
      expect((await stat(directory)).mode & 0o777).toBe(0o700)
    }
    expect((await stat(join(version, 'superuser-password'))).mode & 0o777).toBe(0o600)
    await expect(queryValue({ ...connection, password: 'guess' }, 'select 1')).rejects.toMatchObject({
      code: '28P01',
    })
  })

  test('follows one that was killed in the middle of initdb', async () => {
    const version = join(home, 'postgres', '18')
    const killed = beginProcess('postgres', home)
    const names = () => readdir(version).catch((): string[] => [])
    while (!(await names()).some((name) => name.startsWith('data.new-'))) await sleep(1)
    await killed.kill()
    expect(await names()).not.toContain('data')
    const { connection } = await start()
    expect(await queryValue(connection, 'select 1')).toBe(1)
    expect((await names()).filter((name) => name.startsWith('data'))).toEqual(['data'])
  })

  test('clears away what a start that was killed in the middle of initdb left', async () => {
    const version = join(home, 'postgres', '18')
    await mkdir(join(version, 'data.new-1', 'base'), { recursive: true })
    await writeFile(join(version, 'data.new-1', 'PG_VERSION'), '18\n')
    const { connection } = await start()
    expect(await queryValue(connection, 'select 1')).toBe(1)
    expect((await readdir(version)).filter((name) => name.startsWith('data'))).toEqual(['data'])
  })

  test('works where the path of the home is too long for the address of a socket', async () => {
    await chmod(home, 0o755)
    const { connection } = await start({ home: join(home, 'x'.repeat(120)) })
    expect(connection.host).toMatch(/\/drawbridge-[0-9a-f]{16}$/)
    expect((await stat(connection.host)).mode & 0o777).toBe(0o700)
    expect(await queryValue(connection, 'select 1')).toBe(1)
    await rm(connection.host, { recursive: true })
  })
})

describe('several users of one home', () => {
  test('starts at the same moment make one server', async () => {
    const all = await Promise.all([start(), start(), start(), start()])
    expect(new Set(all.map(({ pid }) => pid)).size).toBe(1)
    expect(all.filter(({ startedHere }) => startedHere)).toHaveLength(1)
  })

  test('a second process uses the server of the first, which outlives the leaving of either', async () => {
    const first = await startCopy()
    const second = await otherProcess('postgres', home)
    expect(second.line).toBe(`${first.pid} false`)
    expect(await second.leave()).toBe(0)
    expect(await queryValue(first.connection, 'select 1')).toBe(1)

    const third = await otherProcess('postgres', home)
    await first.stop()
    expect(await isServerOf(first.pid, first.dataDirectory)).toBe(true)
    expect(await third.leave()).toBe(0)
    expect(await isServerOf(first.pid, first.dataDirectory)).toBe(false)
  })

  test('a server whose process was killed is adopted, and stopped by its new user', async () => {
    const killed = await otherProcess('postgres', home)
    await killed.kill()
    const adopter = await start()
    expect([`${adopter.pid} true`, adopter.startedHere]).toEqual([killed.line, false])
    await adopter.stop()
    expect(await isServerOf(adopter.pid, adopter.dataDirectory)).toBe(false)
  })
})

describe('a server that dies', () => {
  test('is started again with everything that it acknowledged, and the log says so', async () => {
    const server = await startCopy()
    const before = server.pid
    await queryValue(server.connection, 'create table kept as select generate_series(1, 1000) as id')
    process.kill(before, 'SIGKILL')
    await restarted(server, before)
    expect(await queryValue(server.connection, 'select count(*)::int from kept')).toBe(1000)
    expect(log.messages).toContain('PostgreSQL was lost: starting it again')
  })

  test('is started again by one of its users and found by the other', async () => {
    const [first, second] = [await startCopy(), await start()]
    const before = first.pid
    process.kill(before, 'SIGKILL')
    await Promise.all([restarted(first, before), restarted(second, before)])
    expect(first.pid).toBe(second.pid)
  })

  test('comes back once what kept it from starting is gone', async () => {
    const server = await startCopy()
    const before = server.pid
    const custom = join(server.dataDirectory, 'custom.conf')
    await writeFile(custom, "shared_buffers = 'nonsense'\n", { mode: 0o644 })
    process.kill(before, 'SIGKILL')
    while (!log.messages.includes('PostgreSQL could not be started')) await sleep(20)
    await rm(custom)
    await restarted(server, before)
    expect(await queryValue(server.connection, 'select 1')).toBe(1)
  })

  test('is not started again after stop', async () => {
    const server = await startCopy()
    process.kill(server.pid, 'SIGKILL')
    await server.stop()
    await server.stop()
    expect(await isServerOf(server.pid, server.dataDirectory)).toBe(false)
  })

  test('stops although a statement is running and a transaction is open', async () => {
    const server = await startCopy()
    const client = new pg.Client(server.connection)
    client.on('error', () => undefined)
    await client.connect()
    await client.query('begin; create table open_work (id int)')
    const running = client.query('select pg_sleep(600)').catch((error: unknown) => error)
    await server.stop()
    expect(await running).toBeInstanceOf(Error)
    expect(await isServerOf(server.pid, server.dataDirectory)).toBe(false)
  })

  test('starts over a postmaster.pid whose number belongs to another process by now', async () => {
    const server = await startCopy()
    const { dataDirectory } = server
    await server.stop()
    const { uid, gid } = await stat(dataDirectory)
    const stranger = spawn('sleep', ['600'], isRoot() ? { uid, gid, cwd: '/' } : { cwd: '/' })
    const lines = [stranger.pid, dataDirectory, 1_700_000_000, 5432, '/tmp', '', ' 1 1', 'ready']
    await writeFile(join(dataDirectory, 'postmaster.pid'), `${lines.join('\n')}\n`)
    const again = await start()
    expect([again.startedHere, again.pid === stranger.pid]).toEqual([true, false])
    stranger.kill('SIGKILL')
  })
})

describe('a refusal', () => {
  test('names both majors and changes nothing where the data are of another major version', async () => {
    const old = join(home, 'postgres', '17', 'data')
    await mkdir(old, { recursive: true })
    await writeFile(join(old, 'PG_VERSION'), '17\n')
    await expect(start()).rejects.toThrow(
      /PostgreSQL 17, and this release runs PostgreSQL 18.*backup.*restore/,
    )
    expect(await readdir(join(home, 'postgres'))).toEqual(['17', 'start.lock'])
  })

  test('says that data without their password file need the file back, and keeps the data', async () => {
    const server = await startCopy()
    await server.stop()
    const passwordFile = join(home, 'postgres', '18', 'superuser-password')
    const password = await readFile(passwordFile, 'utf8')
    await rm(passwordFile)
    await expect(start()).rejects.toThrow(/superuser-password is missing/)
    await writeFile(passwordFile, 'another password')
    await expect(start()).rejects.toThrow(/is not that of the database/)
    await writeFile(passwordFile, password)
    expect(await queryValue((await start()).connection, 'select 1')).toBe(1)
  })

  test('protects data that a server of another container uses, whose process cannot be seen', async () => {
    const server = await startCopy()
    const { dataDirectory, connection } = server
    await server.stop()
    const socket = join(connection.host, '.s.PGSQL.5432')
    const unseen = createServer((client) => client.destroy()).listen(socket)
    const lines = [2 ** 22 + 1, dataDirectory, 1_700_000_000, 5432, connection.host, '', ' 1 1', 'ready']
    await writeFile(join(dataDirectory, 'postmaster.pid'), `${lines.join('\n')}\n`)
    await expect(start()).rejects.toThrow(/not a process of this machine or container uses/)
    await new Promise((resolve) => unseen.close(resolve))
    expect((await start()).startedHere).toBe(true)
  })

  test('says where it cannot write', async () => {
    await writeFile(join(home, 'file'), '')
    await expect(start({ home: join(home, 'file', 'home') })).rejects.toThrow(
      /cannot write below .*choose another --home/,
    )
  })

  test.skipIf(isRoot())('says where it may not write (not as root)', async () => {
    await chmod(home, 0o500)
    await expect(start()).rejects.toThrow(/cannot write below .*right to write there/)
    await chmod(home, 0o700)
  })
})

describe.runIf(isRoot())('run by root (skipped for other users)', () => {
  test('the server belongs to nobody, who may pass through the home and not list it', async () => {
    const server = await startCopy()
    const owner = (await readFile(`/proc/${server.pid}/status`, 'utf8')).match(/^Uid:\t(\d+)/m)?.[1]
    expect(owner).toBe(String(NOBODY.uid))
    const found = await stat(home)
    expect([found.uid, found.gid, found.mode & 0o777]).toEqual([0, NOBODY.gid, 0o710])
  })

  test('a home below a closed directory keeps its data in the system directory, linked from the home', async () => {
    await chmod(home, 0o755)
    const closed = join(home, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const options = { home: join(closed, 'home'), systemDirectory: join(home, 'system') }
    const server = await start(options)
    expect(await linkOf(join(options.home, 'postgres'))).toMatch(join(home, 'system', 'homes'))
    expect(server.dataDirectory).toMatch(join(home, 'system', 'homes'))
    await queryValue(server.connection, 'create table kept (id int)')
    await server.stop()
    const again = await start(options)
    expect(await queryValue(again.connection, 'select count(*)::int from kept')).toBe(0)
    expect((await stat(closed)).mode & 0o777).toBe(0o700)
  })

  test('data that root copied back are given to the user of the server', async () => {
    const server = await startCopy()
    expect((await stat(join(server.dataDirectory, 'global', 'pg_control'))).uid).toBe(NOBODY.uid)
    await server.stop()
    for (const path of ['', 'PG_VERSION', 'global']) await chown(join(server.dataDirectory, path), 0, 0)
    expect(await queryValue((await start()).connection, 'select 1')).toBe(1)
  })
})
