import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import type { SentenceLog } from '../src/platform/log-sentences.ts'
import { withClient } from '../src/platform/postgres/roles.ts'

/** A log that keeps its messages for a test to look at. */
export function keepingLog(): SentenceLog & { readonly messages: string[] } {
  const messages: string[] = []
  const keep = (_facts: object, message: string) => {
    messages.push(message)
  }
  return { messages, info: keep, warn: keep, error: keep }
}

/** An empty directory, and the way to remove it. */
export async function scratch(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'drawbridge-postgres-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** One value from one row of one statement on a connection of its own. */
export async function queryValue(config: pg.ClientConfig, sql: string): Promise<unknown> {
  return await withClient(config, async (client) => {
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    return rows[0]?.[0]
  })
}

const PROCESS = join(import.meta.dirname, 'embedded-process.ts')

/** Another process that uses an embedded server or a lock; `line` is what it printed when it was there. */
export async function otherProcess(what: 'postgres' | 'lock', path: string) {
  const { child, kill } = beginProcess(what, path)
  const line = await firstLine(child)
  return { line, kill, leave: () => end(child, () => child.stdin.end()) }
}

/** As `otherProcess`, without waiting for what it does. */
export function beginProcess(what: 'postgres' | 'lock', path: string) {
  const child = spawn(process.execPath, [PROCESS, what, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  return { child, kill: () => end(child, () => child.kill('SIGKILL')) }
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [chunk] = await Promise.race([
    once(child.stdout ?? child, 'data'),
    once(child, 'exit').then(() => ['the process ended']),
  ])
  return String(chunk).trim()
}

async function end(child: ChildProcess, how: () => void): Promise<number | null> {
  const ended = once(child, 'exit')
  how()
  const [code] = await ended
  return typeof code === 'number' ? code : null
}

/** Where a symbolic link points, or nothing. */
export async function linkOf(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined)
}

/**
 * Whether this process is told where those of the server work, as the supervisor needs it to find one that nothing
 * names: on Linux by all but a root without the right to trace others (CAP_SYS_PTRACE, bit 19), as in many containers.
 */
export function seesPlaces(): boolean {
  if (!existsSync('/proc/self/status')) return false
  const rights = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return process.getuid?.() !== 0 || ((BigInt(`0x${rights}`) >> 19n) & 1n) === 1n
}
