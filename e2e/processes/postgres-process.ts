import { execFile } from 'node:child_process'
import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Where the embedded PostgreSQL of a home keeps everything, links followed. */
export async function postgresRoot(home: string): Promise<string> {
  return realpath(join(home, 'postgres', '18'))
}

/** The process of the embedded PostgreSQL and the directory of its socket; null while none is written down. */
export async function postmasterOf(home: string): Promise<{ pid: number; socketDirectory: string } | null> {
  const file = join(await postgresRoot(home), 'data', 'postmaster.pid')
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  const whole = Number.isSafeInteger(pid) && pid > 1 && lines.length >= 6
  return whole ? { pid, socketDirectory: lines[4] ?? '' } : null
}

/**
 * Kills the embedded PostgreSQL of a home without notice: its first process alone, which leaves the others to find
 * out, or all of them at once, as a power cut would. False when there was nothing to kill.
 */
export async function killPostgres(home: string, whom: 'postmaster' | 'all'): Promise<boolean> {
  const postmaster = await postmasterOf(home)
  if (postmaster === null) return false
  const others = whom === 'all' ? await childrenOf(postmaster.pid) : []
  return [postmaster.pid, ...others].map(killOne)[0] ?? false
}

/** Lets PostgreSQL stand still (`SIGSTOP`) or go on (`SIGCONT`) in all its processes. */
export async function signalPostgres(home: string, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const postmaster = await postmasterOf(home)
  if (postmaster === null) throw new Error('There is no PostgreSQL to signal')
  for (const pid of [postmaster.pid, ...(await childrenOf(postmaster.pid))]) process.kill(pid, signal)
}

function killOne(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
    return false
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid ?? 0)
    .filter((pid) => pid > 1)
}
