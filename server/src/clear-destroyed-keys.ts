import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Client } from 'pg'
import type { Platform } from './open-platform.ts'
import { erasureListOf } from './platform/erasure-list.ts'
import { errorCode } from './platform/error-code.ts'
import { withClient } from './platform/postgres/index.ts'

/** Where the list of erasures is, and how to connect as the role that owns the tables. */
export interface Installation {
  readonly settings: Pick<Platform['settings'], 'home'>
  readonly owner: Platform['owner']
}

/** About 60,000 profiles, rewritten in a fraction of a second. */
const smallTableBytes = 8 * 1024 * 1024
const quietHour = 3
const notAllowed = '42501'

/**
 * Removes what erasures left of destroyed keys in the database's own files. PostgreSQL leaves a deleted row's bytes
 * on its page, and in its write-ahead log, for as long as the room is not needed. So the table of keys is written
 * anew, and the log begun anew and its old files removed. Does nothing when there was no erasure since the last time.
 */
export async function clearDestroyedKeys({ settings, owner }: Installation, now: Date): Promise<void> {
  const list = erasureListOf(settings.home)
  const listed = await sizeOf(list)
  if (listed === (await readCleared(list))) return
  const isCleared = await withClient(owner, (client) => rewriteKeys(client, now))
  if (isCleared) await writeCleared(list, listed)
}

/** Nobody writes while the table is rewritten: a large one is left for the night (hours in UTC). */
export function mayRewriteNow(tableBytes: number, now: Date): boolean {
  return tableBytes <= smallTableBytes || now.getUTCHours() === quietHour
}

async function rewriteKeys(client: Client, now: Date): Promise<boolean> {
  const { rows } = await client.query<{ bytes: string }>(`select pg_table_size('profile_key') as bytes`)
  if (!mayRewriteNow(Number(rows[0]?.bytes), now)) return false
  let kept = Number.NaN
  client.on('notice', ({ detail }) => {
    kept = Number(/^\d+/.exec(detail ?? '')?.[0] ?? kept)
  })
  // Whoever wants to write waits behind this: rather try again in an hour than make them wait longer.
  await client.query(`set lock_timeout = '2s'`)
  await client.query('vacuum (full, verbose) profile_key')
  // Deleted rows that a transaction under way may still see are carried over: then it was too early.
  if (kept !== 0) return false
  await leaveLog(client)
  return true
}

/** Begins a new file of the write-ahead log and lets the older ones go, where this role may. */
async function leaveLog(client: Client): Promise<void> {
  try {
    await client.query('select pg_switch_wal()')
    await client.query('checkpoint')
  } catch (error) {
    // A PostgreSQL of the customer's own keeps its log by its own rules; docs/decisions says what is promised then.
    if (errorCode(error) !== notAllowed) throw error
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return { size: 0 }
    throw error
  })
  return found.size
}

/** How long the list of erasures was when the keys of all in it were cleared. */
async function readCleared(list: string): Promise<number> {
  return Number((await readFile(markOf(list), 'utf8').catch(() => '0')).trim())
}

async function writeCleared(list: string, listed: number): Promise<void> {
  const draft = `${markOf(list)}.draft`
  await writeFile(draft, `${listed}\n`, { mode: 0o600, flush: true })
  await rename(draft, markOf(list))
}

function markOf(list: string): string {
  return join(dirname(list), 'keys-cleared')
}
