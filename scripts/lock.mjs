// One at a time, across processes and containers. Plain JavaScript without dependencies, for Node 20 up.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const heartbeat = 2_000
const staleAfter = 15_000

/**
 * Runs `work` while no other process runs work under the same lock folder. A holder that was killed is noticed
 * because its heartbeat stops, which also holds between containers that do not see each other's processes.
 * @template T
 * @param {string} folder the lock, made and removed here
 * @param {(line: string) => void} say receives one line when it has to wait
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, say, work) {
  mkdirSync(path.dirname(folder), { recursive: true })
  const token = await acquire(folder, say)
  const beat = setInterval(() => touch(folder, token), heartbeat)
  beat.unref()
  try {
    return await work()
  } finally {
    clearInterval(beat)
    if (tokenOf(folder) === token) rmSync(folder, { recursive: true, force: true })
  }
}

async function acquire(folder, say) {
  const token = `${process.pid}-${Math.random().toString(36).slice(2)}`
  let told = false
  while (!take(folder, token)) {
    if (!told) say('Another start is installing here; waiting for it …')
    told = true
    if (age(folder) > staleAfter) breakStale(folder)
    await sleep(300)
  }
  return token
}

function take(folder, token) {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(path.join(folder, 'holder'), token)
  return true
}

function touch(folder, token) {
  if (tokenOf(folder) !== token) return
  const now = new Date()
  utimesSync(folder, now, now)
}

function tokenOf(folder) {
  try {
    return readFileSync(path.join(folder, 'holder'), 'utf8')
  } catch {
    return null
  }
}

function age(folder) {
  try {
    return Date.now() - statSync(folder).mtimeMs
  } catch {
    return 0
  }
}

function breakStale(folder) {
  const seen = tokenOf(folder)
  const aside = `${folder}.${process.pid}.${Date.now()}`
  try {
    renameSync(folder, aside)
    // Between looking and renaming another waiter may have taken the lock: what was moved is then alive and goes back.
    if (tokenOf(aside) === seen) rmSync(aside, { recursive: true, force: true })
    else renameSync(aside, folder)
  } catch {
    // Someone else broke it first.
  }
}
