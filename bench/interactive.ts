import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { generate } from '@drawbridge/legacy-bank/generate.ts'
import { Clients } from './clients.ts'
import { runEngine, runProcess } from './engine-process.ts'
import { HttpLoad, percentile } from './http-load.ts'
import type { BenchOptions } from './options.ts'
import { type Figure, median, type Result } from './result.ts'
import { type BenchServer, startBenchServer } from './server-process.ts'

/** Onboardings a second, whether those before were answered or not. */
const perSecond = 5
const program = join(import.meta.dirname, '..', 'cli', 'bin', 'drawbridge.mjs')

/** Milliseconds from the moment a request was due until it was answered. */
interface Round {
  readonly alone: readonly number[]
  readonly beside: readonly number[]
}

/**
 * People come in at five a second, alone and while a migration with five workers runs under a key of its class; then the
 * same with priority switched off, which must be worse, or the benchmark would not see what it is for.
 */
export async function interactive(options: BenchOptions): Promise<Result> {
  const rounds = options.number('rounds', 5)
  const seconds = options.number('seconds', 20)
  const plan = { rounds, seconds, clients: options.number('clients', 200) * seconds * rounds }
  const on = await measure(plan, [])
  const off = await measure({ ...plan, rounds: Math.min(rounds, 3) }, ['--migration-share', '100'])
  return {
    name: 'interactive',
    settings: { rounds, seconds, per_second: perSecond, clients: plan.clients },
    figures: [...figuresOf(on, 'with priority', true), ...figuresOf(off, 'without priority', false)],
    details: { samples: on.reduce((sum, round) => sum + round.beside.length, 0) },
  }
}

interface Plan {
  readonly rounds: number
  readonly seconds: number
  readonly clients: number
}

async function measure(plan: Plan, flags: readonly string[]): Promise<Round[]> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-bench-'))
  let server: BenchServer | undefined
  try {
    await generate({ directory, clients: plan.clients, seed: 1, documentShare: 0 })
    server = await startBenchServer({ poolSize: 12, flags })
    await point(directory, server)
    const load = new HttpLoad(server.url, server.apiKey, 50)
    const people = new People(load, await Clients.open(2))
    await people.come(5)
    const rounds: Round[] = []
    for (let round = 0; round < plan.rounds; round += 1) {
      const alone = await people.come(plan.seconds)
      const engine = runEngine(['run', directory, '--json', '--ramp', '0:5'], (plan.seconds + 4) * 1_000)
      // The migration reads its sources before it sends.
      await sleep(3_000)
      const beside = await people.come(plan.seconds)
      const { exitCode, output } = await engine
      if (exitCode !== 130)
        throw new Error(`The migration ended by itself with ${exitCode}: ${output.slice(0, 500)}`)
      rounds.push({ alone, beside })
    }
    await load.close()
    return rounds
  } finally {
    await server?.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

/** Points the example's migration at the server, with a key of the class of migrations. */
async function point(directory: string, server: BenchServer): Promise<void> {
  const words = ['keys', 'issue', '--name', 'migration', '--class', 'migration', '--environment', 'demo']
  const issued = await runProcess([program, ...words, '--home', server.home])
  if (issued.exitCode !== 0) throw new Error('The key of the migration could not be issued')
  const keyFile = join(directory, 'migration.key')
  await writeFile(keyFile, issued.output, { mode: 0o600 })
  const example = join(import.meta.dirname, '..', 'examples', 'legacy-bank', 'migration.yaml')
  const settings = (await readFile(example, 'utf8'))
    .replace(/^ {2}url: .*$/m, `  url: ${server.url}`)
    .replace(/^ {2}apikey_file: .*$/m, `  apikey_file: ${keyFile}`)
  await writeFile(join(directory, 'migration.yaml'), settings)
}

/** People who come in at a fixed rate and do not wait for each other. */
class People {
  readonly #load: HttpLoad
  readonly #clients: Clients
  #next = 0

  constructor(load: HttpLoad, clients: Clients) {
    this.#load = load
    this.#clients = clients
  }

  async come(seconds: number): Promise<number[]> {
    const began = performance.now()
    const taken: Promise<number>[] = []
    for (let place = 0; place < seconds * perSecond; place += 1) {
      const dueAt = began + (place * 1_000) / perSecond
      await sleep(Math.max(0, dueAt - performance.now()))
      const one = this.#one(dueAt)
      // Looked at in the end, with all others.
      one.catch(() => undefined)
      taken.push(one)
    }
    return Promise.all(taken)
  }

  async #one(dueAt: number): Promise<number> {
    const data = { ...this.#clients.data(this.#next), customer_ref: `walk-in-${this.#next}` }
    const body = JSON.stringify({ role: 'INDIVIDUAL_CUSTOMER', collected_data: data })
    this.#next += 1
    const headers = { 'idempotency-key': `"${randomUUID()}"` }
    await this.#load.send({ method: 'POST', path: '/4.0/profiles', headers, body })
    return performance.now() - dueAt
  }
}

function figuresOf(rounds: readonly Round[], of: string, isWanted: boolean): Figure[] {
  const part = (which: keyof Round, share: number) =>
    median(rounds.map((round) => percentile(round[which], share)))
  const [alone50, alone99] = [part('alone', 0.5), part('alone', 0.99)]
  const [beside50, beside99] = [part('beside', 0.5), part('beside', 0.99)]
  const wanted = (most: number) => (isWanted ? { wanted: { most } } : {})
  return [
    { name: `alone, median, ${of}`, value: alone50, unit: 'ms' },
    { name: `alone, 99th percentile, ${of}`, value: alone99, unit: 'ms' },
    { name: `beside a migration, median, ${of}`, value: beside50, unit: 'ms' },
    { name: `beside a migration, 99th percentile, ${of}`, value: beside99, unit: 'ms' },
    { name: `median, times, ${of}`, value: beside50 / alone50, unit: '', ...wanted(1.5) },
    { name: `99th percentile, times, ${of}`, value: beside99 / alone99, unit: '', ...wanted(2) },
  ]
}
