import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseRefusal } from './refusal.ts'

const POLL_MS = 50

/**
 * Runs `work` while holding the lock of this file, which at most one holder has, across processes and within one.
 * The lock is an exclusive SQLite transaction on the file: the kernel frees it when the holder dies, so there is
 * nothing to clean up after a kill.
 *
 * Raises DatabaseRefusal when another holder keeps it longer than `timeoutMs`.
 */
export async function withStartLock<T>(
  path: string,
  work: () => Promise<T>,
  timeoutMs = 120_000,
): Promise<T> {
  const lock = openLock(path)
  try {
    await acquire(lock, path, timeoutMs)
    return await work()
  } finally {
    lock.close()
  }
}

function openLock(path: string): DatabaseSync {
  try {
    const lock = new DatabaseSync(path, { timeout: 0 })
    chmodSync(path, 0o600)
    return lock
  } catch (error) {
    throw new DatabaseRefusal(
      `The lock file ${path} cannot be opened for writing. Start drawbridge as the user that made this home, and see that the disk is writable.`,
      { cause: error },
    )
  }
}

async function acquire(lock: DatabaseSync, path: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!tryAcquire(lock)) {
    if (Date.now() > deadline) {
      throw new DatabaseRefusal(
        `Another process has been starting or stopping the database for more than ${timeoutMs / 1000} s and holds ${path}. Wait for it, or end it, and start again.`,
      )
    }
    await sleep(POLL_MS)
  }
}

function tryAcquire(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false
    throw error
  }
}

const SQLITE_BUSY = 5
