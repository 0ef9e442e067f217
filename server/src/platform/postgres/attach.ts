import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from '../error-code.ts'
import { prepareCluster, readPassword, SUPERUSER, writeSettings } from './cluster.ts'
import { type Layout, SOCKET_NAME } from './layout.ts'
import { isNotYetReady, type Lease, type PostgresConnection, takeLease } from './lease.ts'
import { answersIn, lastWords, type Postmaster, readPostmaster, spawnServer, waitForEnd } from './process.ts'
import { DatabaseRefusal } from './refusal.ts'
import { clearRemains, endOrphans, tryKill } from './remains.ts'
import { isServerOf, serversOf } from './running.ts'
import type { Runtime } from './runtime.ts'

/** A server that this process uses. */
export interface Attached {
  readonly lease: Lease
  readonly connection: PostgresConnection
  readonly pid: number
  readonly startedHere: boolean
}

/** A server that was found without a way in gets none by waiting, other than one that is just starting. */
const CUT_OFF_MS_MAX = 5_000
const SILENCE_MS_MAX = 60_000
const START_AGAIN_MS = 30_000
const UNSEEN_WAIT_MS = 3_000
const ORPHANS_PATIENCE_MS = 2_000
const POLL_MS = 25

/** How long a server may take to end at each signal. */
interface EndWaits {
  readonly SIGINT: number
  readonly SIGQUIT: number
}

// Together with the waits in supervisor.ts under the ten seconds that a stop of the platform may take.
const STOP_WAITS_MS: EndWaits = { SIGINT: 4_000, SIGQUIT: 1_500 }
// PostgreSQL itself kills its children five seconds after a SIGQUIT.
const CUT_OFF_WAITS_MS: EndWaits = { SIGINT: 4_000, SIGQUIT: 8_000 }

/**
 * Attaches to the server that runs on this data directory, whoever started it, or starts one. The caller holds the
 * start lock, so no other process starts or stops a server meanwhile; but one that was killed while it held the lock
 * may have left a server behind that is just starting or stopping. `lost` is called when the server goes away.
 *
 * Raises DatabaseRefusal when neither can be done.
 */
export async function attachOrStart(
  layout: Layout,
  runtime: Runtime,
  connectionsMax: number | undefined,
  lost: () => void,
): Promise<Attached> {
  const began = Date.now()
  for (let attempt = 0; ; attempt += 1) {
    const found = await attachToRunning(layout, lost)
    if (found !== undefined) return found
    await refuseUnseenServer(layout)
    await prepareCluster(layout, runtime)
    await writeSettings(layout, connectionsMax)
    const server = await spawnServer(layout, runtime, await clearRemains(layout))
    const attached = await attach(layout, server.pid, true, lost)
    if (attached !== undefined) return attached
    const words = await lastWords(layout)
    const waited = Date.now() - began
    if (!mayStartAgain({ words, waited, attempt, wasKilled: server.wasKilled() })) {
      throw new DatabaseRefusal(
        `PostgreSQL ended while starting. Its last words: ${words || 'none'}. More may be in ${layout.log}.`,
      )
    }
    // Children of a server that was killed need a moment to notice it and let go of the shared memory.
    if (words.includes(SHARED_MEMORY) && waited > ORPHANS_PATIENCE_MS) await endOrphans(layout.data)
    await sleep(POLL_MS * 10)
  }
}

const SHARED_MEMORY = 'pre-existing shared memory block'

interface FailedStart {
  readonly words: string
  /** Since the first attempt, in milliseconds. */
  readonly waited: number
  readonly attempt: number
  readonly wasKilled: boolean
}

/**
 * Whether a server that ended while starting may be started again: for half a minute while another that ends is in its
 * way or while it is killed, and once for any other reason.
 */
export function mayStartAgain({ words, waited, attempt, wasKilled }: FailedStart): boolean {
  if (waited > START_AGAIN_MS) return false
  return attempt === 0 || wasKilled || words.includes(SHARED_MEMORY) || words.includes('lock file')
}

/** Takes the server that runs here already; nothing when none does, or when it had to be ended or ended by itself. */
async function attachToRunning(layout: Layout, lost: () => void): Promise<Attached | undefined> {
  const named = await readPostmaster(layout.data)
  const running = await serversOf(layout.data, named?.pid)
  const pid = running.find((one) => one === named?.pid) ?? running[0]
  return pid === undefined ? undefined : await attach(layout, pid, false, lost)
}

/**
 * Two containers that share a home do not see each other's processes, so nothing but the socket shows that the other
 * has a server on the same data; a second one would destroy them.
 */
async function refuseUnseenServer(layout: Layout): Promise<void> {
  const found = await readPostmaster(layout.data)
  const began = Date.now()
  // A process that is just being killed may still hold its socket when it has lost all else.
  while (await answersIn(found?.socketDirectory || layout.socketDirectory)) {
    if (Date.now() - began > UNSEEN_WAIT_MS) {
      throw new DatabaseRefusal(
        `A PostgreSQL server that is not a process of this machine or container uses ${layout.data}. Stop drawbridge there first, or let several nodes share one PostgreSQL by DATABASE_URL.`,
      )
    }
    await sleep(POLL_MS)
  }
}

/** Ends the server with this signal, or at once where that takes too long; true when it has ended. */
export async function endServer(
  pid: number,
  data: string,
  signal: 'SIGINT' | 'SIGQUIT',
  waits = STOP_WAITS_MS,
): Promise<boolean> {
  for (const next of [signal, 'SIGQUIT'] as const) {
    // By now its number may be that of a process which is none of our business.
    if (!(await isServerOf(pid, data))) return true
    tryKill(pid, next)
    if (await waitForEnd(pid, data, waits[next])) return true
  }
  return false
}

/** Takes a lease as soon as this server answers; nothing when its process ends before. */
async function attach(
  layout: Layout,
  pid: number,
  startedHere: boolean,
  lost: () => void,
): Promise<Attached | undefined> {
  const patience = startedHere ? SILENCE_MS_MAX : CUT_OFF_MS_MAX
  let [silentSince, reachableAt] = [Date.now(), Date.now()]
  while (await isServerOf(pid, layout.data)) {
    const server = await readPostmaster(layout.data)
    // Recovery after a crash takes as long as it takes, and the server says that it is at it.
    if (server?.status === 'starting') silentSince = Date.now()
    if (await isReachable(server, pid)) reachableAt = Date.now()
    if (server?.pid === pid && server.status === 'ready') {
      const connection = await connectionTo(layout, server.socketDirectory)
      const lease = await takeLeaseIfReady(connection, layout, lost)
      if (lease !== undefined) return { lease, connection, pid, startedHere }
    }
    const cutOff = Date.now() - reachableAt > patience
    if (cutOff && (await endServer(pid, layout.data, 'SIGINT', CUT_OFF_WAITS_MS))) return undefined
    if (cutOff || Date.now() - silentSince > SILENCE_MS_MAX) {
      throw new DatabaseRefusal(
        `A PostgreSQL server (process ${pid}) runs on ${layout.data} but does not answer. End that process and start again.`,
      )
    }
    await sleep(POLL_MS)
  }
  return undefined
}

/**
 * Whether a server can be reached, now or once it has started: it is the one that `postmaster.pid` names, its socket
 * is there, and it is not ending.
 */
async function isReachable(server: Postmaster | undefined, pid: number): Promise<boolean> {
  if (server?.pid !== pid || server.status === 'stopping') return false
  if (server.status !== 'ready') return true
  return await hasSocket(server.socketDirectory)
}

/** False when the socket's file is gone, so that nobody can connect any more. */
export async function hasSocket(socketDirectory: string): Promise<boolean> {
  return await access(join(socketDirectory, SOCKET_NAME)).then(
    () => true,
    (error: unknown) => errorCode(error) !== 'ENOENT',
  )
}

async function takeLeaseIfReady(connection: PostgresConnection, layout: Layout, lost: () => void) {
  try {
    return await takeLease(connection, layout.data, lost)
  } catch (error) {
    if (isNotYetReady(error)) return undefined
    if (errorCode(error) !== '28P01') throw error
    throw new DatabaseRefusal(
      `The password in ${layout.passwordFile} is not that of the database in ${layout.data}. Put the file back from the same backup as the data.`,
      { cause: error },
    )
  }
}

async function connectionTo(layout: Layout, socketDirectory: string): Promise<PostgresConnection> {
  const password = await readPassword(layout)
  return { host: socketDirectory, port: 5432, user: SUPERUSER, password, database: 'postgres' }
}
