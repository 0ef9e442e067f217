import { randomUUID } from 'node:crypto'
import type { Policy } from '@drawbridge/policy/policy.ts'
import pg from 'pg'
import { BareRows, type BareWay, untilSequenced } from './bare-rows.ts'
import { Clients } from './clients.ts'
import { type Call, HttpLoad, inParallel, percentile } from './http-load.ts'
import type { BenchOptions } from './options.ts'
import { processorSeconds } from './processor-time.ts'
import { type Figure, median, type Result } from './result.ts'
import { type BenchServer, startBenchServer } from './server-process.ts'

/** Connections of the platform's pool, and of the bare side's. */
const poolSize = 12
const concurrencies = [5, 32] as const

interface Round {
  readonly apiSeconds: number
  readonly tailSeconds: number
  readonly bareSeconds: Readonly<Record<BareWay, number>>
  readonly milliseconds: readonly number[]
  /** Seconds of processor time. */
  readonly processor: { readonly server: number; readonly apiPostgres: number; readonly barePostgres: number }
}

/**
 * Creates profiles over real HTTP against a real server process with everything on (sealing, blind index, ledger and
 * its sequencer, idempotency keys, job worker), and writes the very same rows bare beside it.
 */
export async function createProfiles(options: BenchOptions): Promise<Result> {
  const rounds = options.number('rounds', 5)
  const perRound = options.number('per-round', 1_000)
  const server = await startBenchServer({ poolSize, profileDirectory: options.text('profile') })
  const pool = new pg.Pool({ ...server.database, max: poolSize })
  const bench = new CreateBench(server, pool, await Clients.open(1))
  try {
    await bench.runNoChecks()
    await bench.round(5, options.number('warm-up', 4_000))
    const figures: Figure[] = []
    const details: Record<string, unknown> = {}
    for (const connections of concurrencies) {
      const done: Round[] = []
      for (let round = 0; round < rounds; round += 1) done.push(await bench.round(connections, perRound))
      figures.push(...figuresOf(done, connections, perRound))
      details[`rounds_${connections}`] = done.map((round) => ratesOf(round, perRound))
    }
    details.rows = await bench.assertSameRows()
    return {
      name: 'create-profiles',
      settings: { rounds, per_round: perRound, pool_size: poolSize },
      figures,
      details,
    }
  } finally {
    await bench.close()
    await pool.end()
    await server.stop()
  }
}

class CreateBench {
  readonly #server: BenchServer
  readonly #pool: pg.Pool
  readonly #clients: Clients
  readonly #bare: Readonly<Record<BareWay, BareRows>>
  #next = 0

  constructor(server: BenchServer, pool: pg.Pool, clients: Clients) {
    this.#server = server
    this.#pool = pool
    this.#clients = clients
    const bare = (way: BareWay) =>
      new BareRows(pool, { ...server.database, max: poolSize }, server.accountId, way)
    this.#bare = { tables: bare('tables'), single: bare('single') }
  }

  /** One round of both sides: the API first, then its rows again bare. */
  async round(connections: number, count: number): Promise<Round> {
    const load = new HttpLoad(this.#server.url, this.#server.apiKey, connections)
    const calls = this.#calls(count)
    const ids: string[] = []
    const milliseconds: number[] = []
    const before = await this.#processor()
    const started = performance.now()
    await inParallel(connections, calls, async (call) => {
      const sent = performance.now()
      ids.push(JSON.parse(await load.send(call)).id)
      milliseconds.push(performance.now() - sent)
    })
    const answered = performance.now()
    await untilSequenced(this.#pool, this.#server.accountId)
    const sequenced = performance.now()
    await load.close()
    const between = await this.#processor()
    const tables = await this.#writeBare('tables', connections, ids)
    const after = await this.#processor()
    return {
      apiSeconds: (answered - started) / 1000,
      tailSeconds: (sequenced - answered) / 1000,
      bareSeconds: {
        tables,
        single: await this.#writeBare('single', connections, ids),
      },
      milliseconds,
      processor: {
        server: between.server - before.server,
        apiPostgres: between.postgres - before.postgres,
        barePostgres: after.postgres - between.postgres,
      },
    }
  }

  /** What follows from a created profile is measured by `onboarding`: here the policy runs no check by itself. */
  async runNoChecks(): Promise<void> {
    const load = new HttpLoad(this.#server.url, this.#server.apiKey, 1)
    const policy: Policy = JSON.parse(await load.send({ method: 'GET', path: '/4.0/policy' }))
    const task_variants = policy.task_variants.map((variant) => ({ ...variant, automatic_checks: [] }))
    const body = JSON.stringify({ ...policy, task_variants })
    await load.send({ method: 'POST', path: '/4.0/policies/draft', body })
    await load.send({ method: 'POST', path: '/4.0/policies/publish' })
    await load.close()
  }

  async close(): Promise<void> {
    for (const bare of Object.values(this.#bare)) await bare.close()
  }

  #processor() {
    return processorSeconds(this.#server.pid, this.#server.postgresPid)
  }

  #calls(count: number): Call[] {
    const first = this.#next
    this.#next += count
    return Array.from({ length: count }, (_, at) => ({
      method: 'POST',
      path: '/4.0/profiles',
      headers: { 'idempotency-key': `"${randomUUID()}"` },
      body: this.#clients.body(first + at),
    }))
  }

  async #writeBare(way: BareWay, connections: number, ids: readonly string[]): Promise<number> {
    const bare = this.#bare[way]
    const writes = await bare.capture(ids)
    const started = performance.now()
    await inParallel(connections, writes, (write) => bare.write(write))
    return (performance.now() - started) / 1000
  }

  /** Rows of each table, the same on all sides. Raises when they are not. */
  async assertSameRows(): Promise<Record<string, number>> {
    const rows: Record<string, number> = {}
    for (const bare of Object.values(this.#bare))
      for (const [table, counts] of Object.entries(await bare.countRows())) {
        if (counts.api !== counts.bare)
          throw new Error(`The API wrote ${counts.api} rows of ${table}, the bare side ${counts.bare}`)
        rows[table] = counts.api
      }
    return rows
  }
}

function ratesOf({ apiSeconds, bareSeconds, tailSeconds, processor }: Round, count: number) {
  return {
    api_a_second: Math.round(count / apiSeconds),
    bare_tables_a_second: Math.round(count / bareSeconds.tables),
    bare_single_a_second: Math.round(count / bareSeconds.single),
    ledger_tail_ms: Math.round(tailSeconds * 1000),
    processor_ms_a_profile: costsOf(processor, count),
  }
}

function costsOf(processor: Round['processor'], count: number) {
  const each = Object.entries(processor).map(([who, seconds]) => [
    who,
    Number(((seconds * 1000) / count).toFixed(2)),
  ])
  return Object.fromEntries(each)
}

function figuresOf(rounds: readonly Round[], connections: number, count: number): Figure[] {
  const rate = (seconds: (round: Round) => number) => count / median(rounds.map(seconds))
  const api = rate((round) => round.apiSeconds)
  const tables = rate((round) => round.bareSeconds.tables)
  const single = rate((round) => round.bareSeconds.single)
  const all = rounds.flatMap((round) => round.milliseconds)
  const of = `at ${connections} connections`
  const cost = (who: string, seconds: (round: Round) => number): Figure => ({
    name: `processor time of ${who} ${of}`,
    value: (median(rounds.map(seconds)) * 1000) / count,
    unit: 'ms/profile',
  })
  const ratio: Figure = { name: `ratio to bare ${of}`, value: api / tables, unit: '' }
  return [
    { name: `API ${of}`, value: api, unit: 'profiles/s' },
    { name: `bare, a statement for each table, ${of}`, value: tables, unit: 'profiles/s' },
    connections === 5 ? { ...ratio, wanted: { least: 0.4 } } : ratio,
    { name: `bare, one statement for all, ${of}`, value: single, unit: 'profiles/s' },
    { name: `ratio to one statement ${of}`, value: api / single, unit: '' },
    cost('server', (round) => round.processor.server),
    cost('PostgreSQL for the API', (round) => round.processor.apiPostgres),
    cost('PostgreSQL for bare', (round) => round.processor.barePostgres),
    { name: `API median ${of}`, value: median(all), unit: 'ms' },
    { name: `API 99th percentile ${of}`, value: percentile(all, 0.99), unit: 'ms' },
  ]
}
