import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from '../error-code.ts'
import { type Layout, SOCKET_NAME } from './layout.ts'
import { DatabaseRefusal } from './refusal.ts'
import { isServerOf } from './running.ts'
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

/** True when a server accepts connections in this directory, even one whose process this container cannot see. */
export async function answersIn(socketDirectory: string): Promise<boolean> {
  if (socketDirectory === '') return false
  const socket = connect({ path: join(socketDirectory, SOCKET_NAME) })
  return await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  }).finally(() => socket.destroy())
}

/** A server that was started a moment ago. */
export interface Spawned {
  readonly pid: number
  /** True once it was ended by a signal that somebody sent, rather than by itself. */
  wasKilled(): boolean
}

/**
 * Starts the server as the server user, in a session of its own: a signal meant for this process (Ctrl-C) must not
 * end the server under other users of the same home, and the server outlives a kill of this process. `ended` is a
 * process number that PostgreSQL shall not take for a living server when it reads it in a lock file.
 */
export async function spawnServer(
  layout: Layout,
  runtime: Runtime,
  ended: number | undefined,
): Promise<Spawned> {
  const output = await open(startLog(layout), 'w', 0o600)
  const options = processOptions(layout.user)
  // The variable by which pg_ctl tells the server which process the number in a stale lock file may belong to.
  const env = ended === undefined ? options.env : { ...options.env, PG_GRANDPARENT_PID: String(ended) }
  try {
    const child = spawn(join(runtime.directory, 'bin', 'postgres'), ['-D', layout.data], {
      ...options,
      env,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', (error) => reject(explainSpawnError(error, layout.user)))
    })
    child.unref()
    return { pid: child.pid ?? 0, wasKilled: () => child.signalCode !== null }
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
