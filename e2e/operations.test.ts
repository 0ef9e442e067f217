import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { textAt } from './check/values.ts'
import { killPostgres, postgresRoot, postmasterOf, signalPostgres } from './processes/postgres-process.ts'
import {
  demoKey,
  freePort,
  hasEnded,
  runCommand,
  type ServerProcess,
  startServer,
} from './processes/server-process.ts'
import { asSuperuser } from './processes/superuser.ts'
import { type Call, callerFor, demand, freshKey } from './secrets/caller.ts'

/** A loaded machine takes its time; what is shown does not depend on it. */
const patience = { timeout: 300_000 }

let scratch = ''
let home = ''
let port = 0
const started: ServerProcess[] = []

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'drawbridge-operations-'))
  home = join(scratch, 'home')
  await mkdir(home, { mode: 0o700 })
  port = await freePort()
})

afterEach(async () => {
  for (const server of started.splice(0).reverse()) await server.end('SIGTERM')
})

afterAll(() => rm(scratch, { recursive: true, force: true }))

async function begin(
  flags: readonly string[] = [],
  onPort = port,
  env: Record<string, string> = {},
  at = home,
) {
  const server = startServer({ home: at, port: onPort, flags: ['--log-level', 'warn', ...flags], env })
  started.push(server)
  await server.untilReady()
  return server
}

const person = (name: string) => ({
  role: 'INDIVIDUAL_CUSTOMER',
  collected_data: { entity_type: 'INDIVIDUAL', personal_details: { name: { family_name: name } } },
})

const create = (call: Call) =>
  demand(call, 200, 'POST', '/4.0/profiles', { body: person('Probe'), headers: freshKey() })

/** Eight clients that create without a pause until the server is gone; what was acknowledged, and what was not. */
class Rush {
  readonly acknowledged: string[] = []
  /** Requests that were on their way at the moment asked for, and how they ended. */
  readonly #underWay = new Set<Promise<boolean>>()
  readonly #clients: Promise<void>[]
  readonly #call: Call
  #isOver = false

  constructor(call: Call) {
    this.#call = call
    this.#clients = Array.from({ length: 8 }, () => this.#client())
  }

  async #client(): Promise<void> {
    while (!this.#isOver) {
      const one = this.#one()
      this.#underWay.add(one)
      this.#isOver ||= !(await one)
      this.#underWay.delete(one)
    }
  }

  async #one(): Promise<boolean> {
    try {
      this.acknowledged.push(textAt((await create(this.#call)).body, 'id'))
      return true
    } catch {
      return false
    }
  }

  /** Whether each request that is on its way now will be answered. */
  underWay(): Promise<boolean[]> {
    return Promise.all(this.#underWay)
  }

  async untilAcknowledged(count: number): Promise<void> {
    while (this.acknowledged.length < count) await sleep(5)
  }

  async over(): Promise<void> {
    await Promise.all(this.#clients)
  }
}

async function expectAllThere(call: Call, ids: readonly string[]): Promise<void> {
  expect(ids.length).toBeGreaterThan(20)
  for (const id of ids) await demand(call, 200, 'GET', `/4.0/profiles/${id}`)
}

describe('a server that is told to stop', patience, () => {
  test('answers what is under way, ends with 0 within ten seconds, and keeps all it acknowledged', async () => {
    const server = await begin()
    const call = callerFor(server.url, await demoKey(home))
    const rush = new Rush(call)
    await rush.untilAcknowledged(40)
    const underWay = rush.underWay()
    const began = Date.now()
    expect(await server.end('SIGTERM')).toBe(0)
    expect(Date.now() - began).toBeLessThan(10_000)
    expect(await underWay).not.toContain(false)
    await rush.over()
    await begin()
    await expectAllThere(call, rush.acknowledged)
  })

  test('by a kill, its database with it, loses nothing that it acknowledged', async () => {
    const server = await begin()
    const call = callerFor(server.url, await demoKey(home))
    const rush = new Rush(call)
    await rush.untilAcknowledged(40)
    expect(await killPostgres(home, 'all')).toBe(true)
    await server.end('SIGKILL')
    await rush.over()
    await begin()
    await expectAllThere(call, rush.acknowledged)
  })
})

describe('a server that starts', patience, () => {
  test('on a home in use joins its database, and goes on when the first one leaves', async () => {
    const first = await begin()
    const apikey = await demoKey(home)
    const second = await begin([], await freePort())
    const { body } = await create(callerFor(first.url, apikey))
    const path = `/4.0/profiles/${textAt(body, 'id')}`
    await demand(callerFor(second.url, apikey), 200, 'GET', path)
    const before = await postmasterOf(home)
    expect(await first.end('SIGTERM')).toBe(0)
    await demand(callerFor(second.url, apikey), 200, 'GET', path)
    expect(await postmasterOf(home)).toEqual(before)
  })

  test('on a port that is taken ends, and says so', async () => {
    await begin()
    const late = startServer({ home, port, logFile: join(scratch, 'late.log') })
    while (!hasEnded(late.child)) await sleep(20)
    expect(late.child.exitCode).toBe(1)
    expect(await readFile(late.logFile, 'utf8')).toContain(`Port ${port} of 127.0.0.1 is taken`)
  })
})

async function statusOf(server: ServerProcess, path: string): Promise<number> {
  return (await fetch(`${server.url}${path}`, { signal: AbortSignal.timeout(10_000) })).status
}

async function untilStatus(server: ServerProcess, path: string, wanted: number): Promise<void> {
  for (let status = 0; status !== wanted; await sleep(50)) {
    status = await statusOf(server, path)
  }
}

describe('when PostgreSQL stands still', patience, () => {
  test('a server lives and is not ready, and is ready again when it goes on', async () => {
    const server = await begin()
    const call = callerFor(server.url, await demoKey(home))
    await signalPostgres(home, 'SIGSTOP')
    try {
      expect(await statusOf(server, '/readyz')).toBe(503)
      expect(await statusOf(server, '/healthz')).toBe(200)
    } finally {
      await signalPostgres(home, 'SIGCONT')
    }
    await untilStatus(server, '/readyz', 200)
    await create(call)
  })
})

/** The address of a database on the embedded PostgreSQL of the home, as any other PostgreSQL would be given. */
async function databaseUrl(name: string): Promise<string> {
  const postmaster = await postmasterOf(home)
  const password = (await readFile(join(await postgresRoot(home), 'superuser-password'), 'utf8')).trim()
  return `postgres://postgres:${password}@localhost/${name}?host=${encodeURIComponent(postmaster?.socketDirectory ?? '')}`
}

describe('several nodes on one DATABASE_URL', patience, () => {
  const kek = randomBytes(32).toString('base64')
  const homes = () => ['one', 'two', 'worker'].map((name) => join(scratch, name))

  async function nodes() {
    const env = { DATABASE_URL: await databaseUrl('nodes'), DRAWBRIDGE_KEK: kek }
    await asSuperuser(home, async (client) => {
      const { rows } = await client.query("select from pg_database where datname = 'nodes'")
      if (rows.length === 0) await client.query('create database nodes')
    })
    for (const each of homes()) await mkdir(each, { recursive: true, mode: 0o700 })
    const [one = '', two = '', worker = ''] = homes()
    const first = await begin(['--role', 'api'], await freePort(), env, one)
    const second = await begin(['--role', 'api'], await freePort(), env, two)
    await begin(['--role', 'worker'], await freePort(), env, worker)
    return { first, second, worker, env, key: await demoKey(one) }
  }

  test('serve one set of data, do the work behind it once, and a revoked key ends on all at once', async () => {
    await begin()
    const { first, second, worker, env, key } = await nodes()
    const { body } = await create(callerFor(first.url, key))
    const id = textAt(body, 'id')
    await demand(callerFor(second.url, key), 200, 'GET', `/4.0/profiles/${id}`)
    await demand(callerFor(second.url, key), 200, 'POST', `/4.0/profiles/${id}/delete`, {
      body: { confirm_id: id },
    })
    await demand(callerFor(first.url, key), 404, 'GET', `/4.0/profiles/${id}`)
    const erasures = () => readFile(join(worker, 'erasures', 'erasures.jsonl'), 'utf8').catch(() => '')
    while (!(await erasures()).includes(id)) await sleep(50)

    const issued = await runCommand(['keys', 'issue', '--name', 'Second', '--json', '--home', worker], env)
    const { id: keyId, apikey }: { id: string; apikey: string } = JSON.parse(issued.out)
    for (const node of [first, second]) await demand(callerFor(node.url, apikey), 200, 'GET', '/4.0/profiles')
    expect((await runCommand(['keys', 'revoke', keyId, '--home', worker], env)).code).toBe(0)
    for (const node of [first, second]) await demand(callerFor(node.url, apikey), 401, 'GET', '/4.0/profiles')
  })

  test('are not ready while it is stopped, and serve again when it is back', async () => {
    const owner = await begin()
    const { first, key } = await nodes()
    const { body } = await create(callerFor(first.url, key))
    expect(await owner.end('SIGTERM')).toBe(0)
    expect(await statusOf(first, '/readyz')).toBe(503)
    expect(await statusOf(first, '/healthz')).toBe(200)
    await demand(callerFor(first.url, key), 503, 'GET', `/4.0/profiles/${textAt(body, 'id')}`)
    await begin()
    await untilStatus(first, '/readyz', 200)
    await demand(callerFor(first.url, key), 200, 'GET', `/4.0/profiles/${textAt(body, 'id')}`)
  })
})
