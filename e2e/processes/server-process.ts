import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const serverMain = join(import.meta.dirname, '..', '..', 'server', 'src', 'main.ts')
const readyMsMax = 90_000
const askAgainMs = 40

/** How a server of a test is started. */
export interface ServerStart {
  /** The home of the installation. */
  readonly home: string
  readonly port: number
  /** Further flags of `serve`, such as `--role api`. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where its output goes, appended; `<home>/server.log` when absent. */
  readonly logFile?: string
}

/** A real server in a process of its own, as an operator starts it. */
export interface ServerProcess {
  readonly url: string
  readonly home: string
  readonly logFile: string
  readonly child: ChildProcess
  /** Waits until `/readyz` answers 200. Raises an Error with the end of the log when the process ends instead. */
  untilReady(): Promise<void>
  /** Sends the signal and waits for the end; returns the exit code, null after a kill. */
  end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null>
}

/** Starts a server and returns at once. */
export function startServer(start: ServerStart): ServerProcess {
  const { home, port } = start
  const logFile = start.logFile ?? join(home, 'server.log')
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(
    process.execPath,
    [serverMain, 'serve', '--home', home, '--port', String(port), ...(start.flags ?? [])],
    { env: { ...cleanEnvironment(), ...start.env }, stdio: ['ignore', log, log] },
  )
  closeSync(log)
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    home,
    logFile,
    child,
    untilReady: () => untilReady(child, url, logFile),
    end: (signal) => end(child, signal),
  }
}

/** Runs a sub-command of the server to its end; returns its exit code and both outputs. */
export async function runCommand(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [serverMain, ...words], {
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    texts.out += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    texts.err += chunk.toString('utf8')
  })
  const [code] = await once(child, 'close')
  return { code: typeof code === 'number' ? code : null, ...texts }
}

/** The key of the demo environment that the first start wrote down. */
export async function demoKey(home: string): Promise<string> {
  const credentials: { demo: { apikey: string } } = JSON.parse(
    await readFile(join(home, 'credentials.json'), 'utf8'),
  )
  return credentials.demo.apikey
}

/** A port of the loopback address that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const closed = once(server, 'close')
  server.close()
  await closed
  if (typeof address !== 'object' || address === null) throw new Error('No port is free')
  return address.port
}

/** The environment of this process without what would change which installation is served. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(DRAWBRIDGE_.*|DATABASE_URL|PORT|NODE_OPTIONS)$/.test(name),
  )
  return Object.fromEntries(kept)
}

async function untilReady(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + readyMsMax
  while (Date.now() < deadline) {
    if (hasEnded(child)) throw new Error(`The server ended while it started: ${await lastLines(logFile)}`)
    const status = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
      (reply) => reply.status,
      () => 0,
    )
    if (status === 200) return
    await sleep(askAgainMs)
  }
  throw new Error(`The server was not ready within ${readyMsMax / 1000} s: ${await lastLines(logFile)}`)
}

async function lastLines(logFile: string): Promise<string> {
  return (await readFile(logFile, 'utf8')).trim().split('\n').slice(-8).join('\n')
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (!hasEnded(child)) {
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return child.exitCode
}

/** Whether a child process has ended, by itself or by a signal. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
