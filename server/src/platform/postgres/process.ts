import { execFile, spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Layout } from './layout.ts'
import { DatabaseRefusal, errorCode } from './refusal.ts'
import type { Runtime } from './runtime.ts'
import { isRoot, type ServerUser } from './server-user.ts'

/** What `postmaster.pid` says of a running server. */
export interface Postmaster {
  readonly pid: number
  readonly dataDirectory: string
  readonly socketDirectory: string
  /** `starting`, `ready`, `stopping`, `standby`; empty right after the start. */
  readonly status: string
}

/** Reads the text of `postmaster.pid`; nothing where it is not (yet) whole. */
export function parsePostmaster(text: string): Postmaster | undefined {
  const lines = text.split('\n')
  const pid = Number(lines[0])
  const dataDirectory = lines[1]
  if (!Number.isSafeInteger(pid) || pid <= 0 || !dataDirectory) return undefined
  return { pid, dataDirectory, socketDirectory: lines[4] ?? '', status: (lines[7] ?? '').trim() }
}

/** The server that `postmaster.pid` of this data directory names, dead or alive. */
export async function readPostmaster(dataDirectory: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')
  return parsePostmaster(text)
}

/** True while the process is a PostgreSQL server on this data directory, and not one that got its number later. */
export async function isServerOf(pid: number, dataDirectory: string): Promise<boolean> {
  if (!processExists(pid)) return false
  const command = await commandOf(pid)
  return command === undefined || command.includes(dataDirectory)
}

/** True when a server accepts connections in this directory, even one whose process this container cannot see. */
export async function answersIn(socketDirectory: string): Promise<boolean> {
  if (socketDirectory === '') return false
  const socket = connect({ path: join(socketDirectory, '.s.PGSQL.5432') })
  return await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  }).finally(() => socket.destroy())
}

/** True while some process has this number, of whatever user. */
export function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** The command line of a process: empty for one that has ended, nothing where this system does not tell. */
async function commandOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    return readFile(`/proc/${pid}/cmdline`, 'utf8').catch((error: unknown) =>
      errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH' ? '' : undefined,
    )
  }
  const listed = promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])
  return listed.then(({ stdout }) => stdout).catch(() => undefined)
}

/**
 * Starts the server as the server user, in a session of its own: a signal meant for this process (Ctrl-C) must not
 * end the server under other users of the same home, and the server outlives a kill of this process. Returns its process number.
 */
export async function spawnServer(layout: Layout, runtime: Runtime): Promise<number> {
  const output = await open(startLog(layout), 'w', 0o600)
  try {
    const child = spawn(join(runtime.directory, 'bin', 'postgres'), ['-D', layout.data], {
      ...processOptions(layout.user),
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', (error) => reject(explainSpawnError(error, layout.user)))
    })
    child.unref()
    return child.pid ?? 0
  } finally {
    await output.close()
  }
}

/** The last words of a server before its own log was open; they hold no data of customers. */
export async function lastWords(layout: Layout): Promise<string> {
  const text = await readFile(startLog(layout), 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-6).join(' ')
}

function startLog(layout: Layout): string {
  return join(layout.log, 'start.log')
}

/** Runs a program of PostgreSQL as the server user and returns its exit code and all its output. */
export async function runToEnd(program: string, parameters: readonly string[], user: ServerUser) {
  const child = spawn(program, parameters, { ...processOptions(user), stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const gather = (chunk: Buffer) => {
    output += chunk.toString('utf8')
  }
  child.stdout.on('data', gather)
  child.stderr.on('data', gather)
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(explainSpawnError(error, user)))
    child.once('close', (code) => resolve(code ?? 1))
  })
  return { exitCode, output }
}

function processOptions(user: ServerUser) {
  // A bare environment: PGDATA and its kin would change what runs, and our secrets are nobody else's business.
  const options = { cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } }
  return isRoot() ? { ...options, uid: user.uid, gid: user.gid } : options
}

function explainSpawnError(error: Error, user: ServerUser): Error {
  if (errorCode(error) === 'ENOENT') {
    return new DatabaseRefusal(
      'The embedded PostgreSQL does not run on this system (its loader is missing; musl systems such as Alpine lack it). Set DATABASE_URL to a PostgreSQL 15 or later.',
      { cause: error },
    )
  }
  if (errorCode(error) !== 'EPERM' && errorCode(error) !== 'EINVAL') return error
  return new DatabaseRefusal(
    `PostgreSQL does not run as root, and this root may not start it as user ${user.uid}. Start drawbridge as an ordinary user, or allow the capabilities SETUID, SETGID and CHOWN.`,
    { cause: error },
  )
}

/** Waits until the process has ended; false when it is still there after `timeoutMs`. */
export async function waitForEnd(pid: number, dataDirectory: string, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (await isServerOf(pid, dataDirectory)) {
    if (Date.now() > deadline) return false
    await sleep(POLL_MS)
  }
  return true
}

const POLL_MS = 20
