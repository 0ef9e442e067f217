import { type ChildProcess, spawn } from 'node:child_process'
import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keepingLog, otherProcess, queryValue, scratch, seesPlaces } from '../../../test/embedded-testing.ts'
import { isServerOf, orphansOf, processExists, serversOf } from './running.ts'
import { isRoot } from './server-user.ts'
import { type EmbeddedPostgres, startEmbedded } from './supervisor.ts'

const onLinux = process.platform === 'linux'
const log = keepingLog()
let pristine: string
let removePristine: () => Promise<void>
let home: string
let remove: () => Promise<void>
let server: EmbeddedPostgres | undefined
const strangers: ChildProcess[] = []

beforeAll(async () => {
  ;({ path: pristine, remove: removePristine } = await scratch())
  const first = await startEmbedded({ home: pristine, log })
  await queryValue(first.connection, 'create table kept as select generate_series(1, 1000) as id')
  await first.stop()
})

afterAll(() => removePristine())

beforeEach(async () => {
  ;({ path: home, remove } = await scratch())
  await cp(join(pristine, 'postgres', '18'), join(home, 'postgres', '18'), { recursive: true })
})

afterEach(async () => {
  for (const stranger of strangers.splice(0)) stranger.kill('SIGKILL')
  await server?.stopImmediately()
  server = undefined
  await remove()
})

const pidFile = () => join(home, 'postgres', '18', 'data', 'postmaster.pid')
const socketLock = () => join(home, 'postgres', '18', 'run', '.s.PGSQL.5432.lock')

async function start(): Promise<EmbeddedPostgres> {
  server = await startEmbedded({ home, log })
  return server
}

async function expectAllKept(postgres: EmbeddedPostgres): Promise<void> {
  expect(await queryValue(postgres.connection, 'select count(*)::int from kept')).toBe(1000)
}

/** Leaves the files of a server that was killed, as another process finds them. */
async function killed(): Promise<{ pid: number; data: string }> {
  const other = await otherProcess('postgres', home)
  const pid = Number(other.line.split(' ')[0])
  const data = join(home, 'postgres', '18', 'data')
  await other.kill()
  process.kill(pid, 'SIGKILL')
  while ((await isServerOf(pid, data)) || (await orphansOf(data)).length > 0) await sleep(20)
  return { pid, data }
}

/** Puts another number into both lock files. */
async function rename(from: number, to: number | undefined): Promise<void> {
  for (const path of [pidFile(), socketLock()]) {
    const text = await readFile(path, 'utf8')
    expect(text.startsWith(`${from}\n`)).toBe(true)
    await writeFile(path, to === undefined ? '' : text.replace(String(from), String(to)))
  }
}

async function spawnStranger(program: string, parameters: string[]): Promise<ChildProcess> {
  const { uid, gid } = await stat(join(home, 'postgres', '18', 'data'))
  const user = isRoot() ? { uid, gid } : {}
  const stranger = spawn(program, parameters, { ...user, cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] })
  strangers.push(stranger)
  return stranger
}

describe('a start over what a killed server left', () => {
  test('succeeds where the number in both lock files is that of another process by now', async () => {
    const { pid } = await killed()
    const stranger = await spawnStranger('sleep', ['600'])
    await rename(pid, stranger.pid)
    await expectAllKept(await start())
    expect(processExists(stranger.pid ?? 0)).toBe(true)
  })

  test('succeeds where only the lock of the socket is left, with the number of another process', async () => {
    const { pid } = await killed()
    const stranger = await spawnStranger('sleep', ['600'])
    await rename(pid, stranger.pid)
    await rm(pidFile())
    await expectAllKept(await start())
  })

  test.runIf(onLinux)('succeeds where that server has ended but nobody has buried it', async () => {
    const { pid } = await killed()
    // The shell becomes a program that never asks after the child it got.
    const parent = await spawnStranger('sh', ['-c', 'sleep 0 & echo $!; exec sleep 600'])
    const unburied = Number(await new Promise((resolve) => parent.stdout?.once('data', resolve)))
    while ((await readFile(`/proc/${unburied}/cmdline`, 'utf8').catch(() => '')) !== '') await sleep(10)
    expect(processExists(unburied)).toBe(true)
    await rename(pid, unburied)
    await expectAllKept(await start())
  })

  test('succeeds where it was killed before it wrote anything into its lock files', async () => {
    const { pid } = await killed()
    await rename(pid, undefined)
    await expectAllKept(await start())
  })

  test.runIf(seesPlaces())(
    'ends what still calculates for the killed server and keeps its memory',
    async () => {
      const first = await start()
      const client = new pg.Client(first.connection)
      client.on('error', () => undefined)
      await client.connect()
      // It never waits, and only who waits notices that the server is gone.
      const busy = client.query('do $$ begin loop end loop; end $$').catch((error: unknown) => error)
      await sleep(100)
      const { pid, dataDirectory } = first
      process.kill(pid, 'SIGKILL')
      while (first.pid === pid) await sleep(20)
      expect(await busy).toBeInstanceOf(Error)
      expect(await orphansOf(dataDirectory)).toEqual([])
      await expectAllKept(first)
    },
  )
})

describe('a server that lives but cannot be reached', () => {
  test('is ended and started again when its socket is removed while it is in use', async () => {
    const first = await start()
    const before = first.pid
    await rm(join(first.connection.host, '.s.PGSQL.5432'))
    while (first.pid === before) await sleep(20)
    await expectAllKept(first)
    expect(log.messages).toContain('the socket of PostgreSQL is gone')
    expect(await serversOf(first.dataDirectory, first.pid)).toEqual([first.pid])
  })

  test('is ended and started again when its socket was removed after its user was killed', async () => {
    const other = await otherProcess('postgres', home)
    await other.kill()
    await rm(join(home, 'postgres', '18', 'run', '.s.PGSQL.5432'))
    const next = await start()
    expect(other.line).not.toBe(`${next.pid} true`)
    await expectAllKept(next)
    expect(await serversOf(next.dataDirectory, next.pid)).toEqual([next.pid])
  })

  test.runIf(seesPlaces())(
    'is found and ended where its postmaster.pid is gone, before another is started',
    async () => {
      const other = await otherProcess('postgres', home)
      await other.kill()
      await rm(pidFile())
      const next = await start()
      expect(other.line).not.toBe(`${next.pid} true`)
      await expectAllKept(next)
      expect(await serversOf(next.dataDirectory, next.pid)).toEqual([next.pid])
    },
  )
})

test('the lock of a server that lives is never removed', async () => {
  const first = await start()
  const before = await Promise.all([pidFile(), socketLock()].map((path) => readFile(path, 'utf8')))
  const second = await startEmbedded({ home, log })
  expect(second.pid).toBe(first.pid)
  expect(await Promise.all([pidFile(), socketLock()].map((path) => readFile(path, 'utf8')))).toEqual(before)
  await second.stop()
})
