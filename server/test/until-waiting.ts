import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

/**
 * Waits until so many statements wait for a lock, and returns the processes that run them. `watcher` is in no
 * transaction, which would show it the past.
 */
export async function untilWaiting(watcher: pg.Client, count = 1): Promise<readonly number[]> {
  for (;;) {
    const { rows } = await watcher.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rows.length >= count) return rows.map((row) => row.pid)
    await sleep(20)
  }
}
