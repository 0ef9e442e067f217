import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from '../error-code.ts'
import { type Layout, SOCKET_NAME } from './layout.ts'
import { isServerOf, mayBeServed, orphansOf, processExists } from './running.ts'

/**
 * Puts out of the way what a killed server left and PostgreSQL would refuse to start over: a lock file without a
 * number (killed while writing it), or with one that is no server's on these data by now: that of another process, or
 * of one that has ended and was not buried. Nothing of a living server is touched. The caller holds the start lock.
 *
 * Returns the number in `postmaster.pid` that PostgreSQL must not take for a living server. That file itself stays
 * wherever it names one: PostgreSQL reads in it which shared memory to look at before it trusts that nobody lives on.
 */
export async function clearRemains(layout: Layout): Promise<number | undefined> {
  const pidFile = join(layout.data, 'postmaster.pid')
  const socketLock = join(layout.socketDirectory, `${SOCKET_NAME}.lock`)
  const [named, locked] = [await lockHolder(pidFile), await lockHolder(socketLock)]
  if (await mayBeServed(layout.data)) return undefined
  if (named === NOBODY_NAMED) await rm(pidFile, { force: true })
  if (await isLeft(locked, layout.data)) await rm(socketLock, { force: true })
  return named !== undefined && named > 0 && (await isLeft(named, layout.data)) ? named : undefined
}

/**
 * Ends what a killed server left running, so that its shared memory is free: nothing of it can be kept, since all that
 * was acknowledged is in the log of the database. With `SIGKILL` where `SIGQUIT` did not help.
 */
export async function endOrphans(dataDirectory: string): Promise<void> {
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    const orphans = await orphansOf(dataDirectory)
    for (const pid of orphans) tryKill(pid, signal)
    if (orphans.length === 0) return
    await sleep(ORPHAN_WAIT_MS)
  }
}

/** Sends a signal; nothing happens where the process has ended meanwhile. */
export function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}

const ORPHAN_WAIT_MS = 1_000
const NOBODY_NAMED = 0

/** The number in a lock file; zero where none stands in it, nothing where there is no such file. */
async function lockHolder(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const pid = Math.abs(Number.parseInt(text, 10))
  return Number.isSafeInteger(pid) ? pid : NOBODY_NAMED
}

/** PostgreSQL itself clears away the file of a process that does not exist. */
async function isLeft(pid: number | undefined, dataDirectory: string): Promise<boolean> {
  if (pid === undefined) return false
  return pid === NOBODY_NAMED || (processExists(pid) && !(await isServerOf(pid, dataDirectory)))
}
