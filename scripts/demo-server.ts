import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The clone. */
export const root = join(import.meta.dirname, '..')
/** The command line. */
export const drawbridge = join(root, 'cli', 'bin', 'drawbridge.mjs')

/** Tells the person; what others may read goes to standard output. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** What a command says when it is done but leaves something for a person, such as rows that cannot be sent. */
const needsPerson = 3

/** Runs a program to its end; its progress goes to standard error. Throws when it fails. */
export async function run(args: readonly string[], output: 'show' | 'keep' = 'show'): Promise<string> {
  const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'inherit'], cwd: root })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) =>
    output === 'keep' ? chunks.push(chunk) : process.stderr.write(chunk),
  )
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0 && code !== needsPerson)
    throw new Error(`${args.slice(1, 4).join(' ')} ended with ${code ?? 'a signal'}`)
  return Buffer.concat(chunks).toString()
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  const free = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (free) await new Promise<void>((resolve) => probe.close(() => resolve()))
  return free
}

/** The wanted port, or else the first free one from 4000. */
export async function freePort(wanted: number | undefined): Promise<number> {
  if (wanted !== undefined) return wanted
  for (let port = 4000; port < 4100; port += 10) if (await isFree(port)) return port
  throw new Error('No port from 4000 to 4090 is free; name one with --port')
}

/** A platform that was started. */
export interface Server {
  readonly process: ChildProcess
  readonly url: string
}

/** Starts the platform and waits until it can work. */
export async function startServer(home: string, port: number): Promise<Server> {
  const url = `http://127.0.0.1:${port}`
  const args = [
    drawbridge,
    'serve',
    '--home',
    home,
    '--port',
    String(port),
    '--institution',
    'Old Mill Bank',
    '--log-level',
    'warn',
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: root })
  for (let waited = 0; waited < 60_000; waited += 200) {
    if (child.exitCode !== null)
      throw new Error(`The platform ended with ${child.exitCode} before it was ready`)
    const ready = await fetch(`${url}/readyz`).catch(() => undefined)
    if (ready?.ok === true && existsSync(join(home, 'credentials.json'))) return { process: child, url }
    await sleep(200)
  }
  child.kill('SIGTERM')
  throw new Error('The platform was not ready within a minute')
}

/** Ends the platform, and waits for it. */
export async function stop(server: Server): Promise<void> {
  if (server.process.exitCode !== null) return
  server.process.kill('SIGTERM')
  await once(server.process, 'exit')
}
