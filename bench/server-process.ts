import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { silentLog } from '../server/src/platform/log-sentences.ts'
import { type EmbeddedPostgres, startEmbedded } from '../server/src/platform/postgres/index.ts'

/** The platform as its own process on a home of its own, and a way into its database that nothing holds back. */
export interface BenchServer {
  readonly url: string
  readonly home: string
  readonly apiKey: string
  readonly accountId: string
  /** The server's process. */
  readonly pid: number
  readonly postgresPid: number
  /** As superuser, whom row-level security does not slow down: the bare side. */
  readonly database: pg.ClientConfig
  /** Stops the server, and removes its home unless it was given. */
  stop(): Promise<void>
}

export interface BenchServerOptions {
  /** Kept when given; made and removed again when absent. */
  readonly home?: string
  readonly poolSize: number
  /** More flags of `serve`. */
  readonly flags?: readonly string[]
  /** Where Node writes its processor profile when the server ends. */
  readonly profileDirectory?: string | undefined
}

const serverMain = join(import.meta.dirname, '..', 'server', 'src', 'main.ts')
const startMsMax = 90_000

/** Starts the platform as its users do, with everything on, and waits until it answers. */
export async function startBenchServer(options: BenchServerOptions): Promise<BenchServer> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'drawbridge-bench-')))
  const port = await freePort()
  const child = spawnServer(home, port, options)
  const url = `http://127.0.0.1:${port}`
  const attached: EmbeddedPostgres[] = []
  const stop = async () => {
    for (const postgres of attached) await postgres.stop()
    await end(child)
    if (options.home === undefined) await rm(home, { recursive: true, force: true })
  }
  try {
    const apiKey = await untilReady(url, home, child)
    const postgres = await startEmbedded({ home, log: silentLog })
    attached.push(postgres)
    const database = { ...postgres.connection, database: 'drawbridge' }
    const accountId = await demoAccount(database)
    const pids = { pid: child.pid ?? 0, postgresPid: postgres.pid }
    return { url, home, apiKey, accountId, ...pids, database, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function spawnServer(home: string, port: number, options: BenchServerOptions): ChildProcess {
  const { DATABASE_URL: _database, DRAWBRIDGE_HOME: _home, PORT: _port, ...env } = process.env
  const profile =
    options.profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profileDirectory}`]
  const flags = ['--home', home, '--port', String(port), '--log-level', 'silent']
  const args = [
    ...profile,
    serverMain,
    'serve',
    ...flags,
    '--pool-size',
    String(options.poolSize),
    ...(options.flags ?? []),
  ]
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The key of the demo environment, as soon as the server answers. */
async function untilReady(url: string, home: string, child: ChildProcess): Promise<string> {
  const deadline = Date.now() + startMsMax
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode} while starting`)
    const ready = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    )
    // Written after the first answer, and renamed into place: it is whole or not there.
    const credentials = await readFile(join(home, 'credentials.json'), 'utf8').catch(() => undefined)
    if (ready && credentials !== undefined) return JSON.parse(credentials).demo.apikey
    await sleep(50)
  }
  throw new Error(`The server did not become ready within ${startMsMax / 1000} s`)
}

async function demoAccount(database: pg.ClientConfig): Promise<string> {
  const client = new pg.Client(database)
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string }>(`select id from account where environment = 'demo'`)
    return rows[0]?.id ?? ''
  } finally {
    await client.end()
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** A port of the loopback address that is free now. */
async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('No port is free')
  return address.port
}
