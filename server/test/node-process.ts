import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const program = join(import.meta.dirname, '..', 'src', 'main.ts')

/** What a sub-command ended with. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A sub-command of the server as its own process, and its end. */
export function beginCommand(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk))
  const ended = once(child, 'close').then(([code]): Ended => ({ code, out, err }))
  return { child, ended }
}

/** Runs a sub-command of the server as its own process. */
export function runCommand(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return beginCommand(args, env).ended
}

/** The platform as its own process on a home. */
export interface NodeProcess {
  readonly url: string
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  kill(): Promise<void>
}

/** Starts the platform on a free port and waits until it serves; `apikey` is needed where the home tells none. */
export async function startNodeProcess(home: string, apikey?: string): Promise<NodeProcess> {
  const { child, ended } = beginCommand(['serve', '--home', home, '--port', '0', '--log-level', 'error'])
  const url = await servedUrl(child, ended)
  const key = apikey ?? JSON.parse(await readFile(join(home, 'credentials.json'), 'utf8')).demo.apikey
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { apikey: key, 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(`${url}${path}`, { method, headers, ...sent })
    return { status: response.status, text: await response.text() }
  }
  return {
    url,
    ask,
    stop: async () => {
      child.kill('SIGTERM')
      return (await ended).code
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function servedUrl(child: ChildProcess, ended: Promise<Ended>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk
    const url = /serves (http:\S+)/.exec(said)?.[1]
    if (url !== undefined) resolve(url)
  })
  const died = ended.then(({ code, err }) => {
    throw new Error(`The server ended with ${code}: ${err}`)
  })
  died.catch(() => undefined)
  return Promise.race([promise, died])
}

/** Waits until `read` gives something, for a minute at most. */
export async function until<T>(read: () => Promise<T | undefined | false>): Promise<T> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const found = await read()
    if (found !== undefined && found !== false) return found
    await sleep(100)
  }
  throw new Error('What was waited for did not come to be within a minute')
}

/** Removes a home, and where root keeps its database outside of it, that too. */
export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true, maxRetries: 5 })
}
