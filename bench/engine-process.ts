import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/** How a process of a benchmark ended, and what it used. */
export interface Ended {
  readonly exitCode: number | null
  readonly seconds: number
  readonly output: string
  /** The most memory it held at a time, in MB (Linux; NaN elsewhere). */
  readonly memoryMb: number
}

const program = join(import.meta.dirname, '..', 'cli', 'bin', 'drawbridge.mjs')
const pollMs = 100

/** Runs `drawbridge migrate …` as its users do; after `drainAfterMs` it is asked to stop. */
export function runEngine(args: readonly string[], drainAfterMs?: number): Promise<Ended> {
  return runProcess([program, 'migrate', ...args], drainAfterMs)
}

/** Runs a script in a process of its own and watches its memory. */
export async function runProcess(args: readonly string[], drainAfterMs?: number): Promise<Ended> {
  const started = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const output = text(child.stdout)
  const drain = drainAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), drainAfterMs)
  let memoryMb = Number.NaN
  while (child.exitCode === null && child.signalCode === null) {
    memoryMb = (await peakMemoryMb(child.pid ?? 0)) ?? memoryMb
    await Promise.race([exit, sleep(pollMs)])
  }
  clearTimeout(drain)
  const seconds = (performance.now() - started) / 1000
  return { exitCode: child.exitCode, seconds, output: await output, memoryMb }
}

async function peakMemoryMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}
