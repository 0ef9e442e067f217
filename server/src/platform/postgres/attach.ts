import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepareCluster, readPassword, SUPERUSER, writeSettings } from './cluster.ts'
import type { Layout } from './layout.ts'
import { isNotYetReady, type Lease, type PostgresConnection, takeLease } from './lease.ts'
import {
  answersIn,
  isServerOf,
  lastWords,
  type Postmaster,
  processExists,
  readPostmaster,
  spawnServer,
  waitForEnd,
} from './process.ts'
import { DatabaseRefusal, errorCode } from './refusal.ts'
import type { Runtime } from './runtime.ts'

/** A server that this process uses. */
export interface Attached {
  readonly lease: Lease
  readonly connection: PostgresConnection
  readonly pid: number
  readonly startedHere: boolean
}

const SILENCE_MS_MAX = 60_000
const LEFTOVER_WAIT_MS = 30_000
// Together with the waits in supervisor.ts under the ten seconds that a stop of the platform may take.
const STOP_WAITS_MS = { SIGINT: 4_000, SIGQUIT: 1_500 }
const POLL_MS = 25

/**
 * Attaches to the server that runs on this data directory, whoever started it, or starts one. The caller holds the
 * start lock, so no other process starts or stops a server meanwhile. `lost` is called when the server goes away.
 *
 * Raises DatabaseRefusal when neither can be done.
 */
export async function attachOrStart(
  layout: Layout,
  runtime: Runtime,
  connectionsMax: number | undefined,
  lost: () => void,
): Promise<Attached> {
  const found = await readPostmaster(layout.data)
  if (found !== undefined && (await isServerOf(found.pid, layout.data))) {
    const attached = await attach(layout, found.pid, false, lost)
    if (attached !== undefined) return attached
  }
  await refuseUnseenServer(layout, found)
  await prepareCluster(layout, runtime)
  await writeSettings(layout, connectionsMax)
  return await start(layout, runtime, lost)
}

/**
 * Two containers that share a home do not see each other's processes, so nothing but the socket shows that the other
 * has a server on the same data; a second one would destroy them.
 */
async function refuseUnseenServer(layout: Layout, found: Postmaster | undefined): Promise<void> {
  if (found === undefined || !(await answersIn(found.socketDirectory))) return
  throw new DatabaseRefusal(
    `A PostgreSQL server that is not a process of this machine or container uses ${layout.data}. Stop drawbridge there first, or let several nodes share one PostgreSQL by DATABASE_URL.`,
  )
}

/** Ends the server with this signal, or at once where that takes too long; true when it has ended. */
export async function endServer(pid: number, data: string, signal: 'SIGINT' | 'SIGQUIT'): Promise<boolean> {
  for (const next of [signal, 'SIGQUIT'] as const) {
    try {
      process.kill(pid, next)
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error
    }
    if (await waitForEnd(pid, data, STOP_WAITS_MS[next])) return true
  }
  return false
}

async function start(layout: Layout, runtime: Runtime, lost: () => void): Promise<Attached> {
  const deadline = Date.now() + LEFTOVER_WAIT_MS
  while (true) {
    await removeForeignPidFile(layout)
    const pid = await spawnServer(layout, runtime)
    const attached = await attach(layout, pid, true, lost)
    if (attached !== undefined) return attached
    const words = await lastWords(layout)
    // Children of a server that was killed need a moment to notice it and let go of the shared memory.
    if (!words.includes('pre-existing shared memory block') || Date.now() > deadline) {
      throw new DatabaseRefusal(
        `PostgreSQL ended while starting. Its last words: ${words || 'none'}. More may be in ${layout.log}.`,
      )
    }
    await sleep(POLL_MS * 10)
  }
}

/** After a crash of the machine, the number in `postmaster.pid` may be that of some other process of the same user. */
async function removeForeignPidFile(layout: Layout): Promise<void> {
  const found = await readPostmaster(layout.data)
  // That of a dead process stays: PostgreSQL itself reads it, to be sure that no child of that server lives on.
  if (found !== undefined && processExists(found.pid) && !(await isServerOf(found.pid, layout.data))) {
    await rm(join(layout.data, 'postmaster.pid'), { force: true })
  }
}

/** Takes a lease as soon as this server answers; nothing when its process ends before. */
async function attach(
  layout: Layout,
  pid: number,
  startedHere: boolean,
  lost: () => void,
): Promise<Attached | undefined> {
  let silentSince = Date.now()
  while (await isServerOf(pid, layout.data)) {
    const server = await readPostmaster(layout.data)
    // Recovery after a crash takes as long as it takes, and the server says that it is at it.
    if (server?.status === 'starting') silentSince = Date.now()
    if (server?.pid === pid && server.status === 'ready') {
      const connection = await connectionTo(layout, server.socketDirectory)
      const lease = await takeLeaseIfReady(connection, layout, lost)
      if (lease !== undefined) return { lease, connection, pid, startedHere }
    }
    if (Date.now() - silentSince > SILENCE_MS_MAX) {
      throw new DatabaseRefusal(
        `A PostgreSQL server (process ${pid}) runs on ${layout.data} but does not answer. End that process and start again.`,
      )
    }
    await sleep(POLL_MS)
  }
  return undefined
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
