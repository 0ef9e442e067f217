import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Policy } from '@drawbridge/policy/policy.ts'
import pg from 'pg'
import { Approvals } from './approvals.ts'
import { BareRows, untilSequenced } from './bare-rows.ts'
import { Clients } from './clients.ts'
import { HttpLoad, inParallel, percentile } from './http-load.ts'
import type { BenchOptions } from './options.ts'
import { processorSeconds } from './processor-time.ts'
import { type Figure, median, type Result } from './result.ts'
import { type BenchServer, startBenchServer } from './server-process.ts'

/** Connections of the platform's pool, and of the bare side's. */
const poolSize = 12
/** Onboardings under way at a time, where it is measured how many a second are possible. */
const underWay = 24

interface Round {
  readonly apiSeconds: number
  readonly bareSeconds: number
  /** Transactions in which one onboarding was written, on average. */
  readonly transactions: number
  /** Seconds of processor time. */
  readonly processor: { readonly server: number; readonly apiPostgres: number; readonly barePostgres: number }
}

/**
 * Onboards individuals from the first call to the approval: created with an application, four tasks, three checks that
 * the demo provider answers within the server, risk, automatic approval, all facts; and writes the rows that remain of it
 * bare beside it, in as many transactions. Then people come at half the rate that was found, whether those before are
 * through or not.
 */
export async function onboarding(options: BenchOptions): Promise<Result> {
  const rounds = options.number('rounds', 5)
  const perRound = options.number('per-round', 500)
  const seconds = options.number('seconds', 15)
  const server = await startBenchServer({ poolSize, profileDirectory: options.text('profile') })
  const pool = new pg.Pool({ ...server.database, max: poolSize })
  const bench = new OnboardingBench(server, pool, await Clients.open(3))
  try {
    await bench.publishPolicy()
    await bench.round(options.number('warm-up', 500))
    const done: Round[] = []
    for (let round = 0; round < rounds; round += 1) done.push(await bench.round(perRound))
    const rate = perRound / median(done.map((round) => round.apiSeconds))
    const rows = await bench.assertSameRows()
    const half = await bench.comeAtRate(rate / 2, seconds)
    return {
      name: 'onboarding',
      settings: { rounds, per_round: perRound, seconds, pool_size: poolSize, under_way: underWay },
      figures: figuresOf(done, perRound, half),
      details: {
        transactions: median(done.map((round) => round.transactions)),
        rows,
      },
    }
  } finally {
    await bench.close()
    await pool.end()
    await server.stop()
  }
}

class OnboardingBench {
  readonly #server: BenchServer
  readonly #pool: pg.Pool
  readonly #clients: Clients
  readonly #bare: BareRows
  readonly #load: HttpLoad
  readonly #approvals: Approvals
  #next = 0

  constructor(server: BenchServer, pool: pg.Pool, clients: Clients) {
    this.#server = server
    this.#pool = pool
    this.#clients = clients
    this.#bare = new BareRows(pool, { ...server.database, max: poolSize }, server.accountId, 'tables')
    this.#load = new HttpLoad(server.url, server.apiKey, 50)
    this.#approvals = new Approvals(pool, server.accountId)
  }

  /** Puts a policy in force under which an individual account asks for four tasks and three checks. */
  async publishPolicy(): Promise<void> {
    const policy: Policy = JSON.parse(await this.#load.send({ method: 'GET', path: '/4.0/policy' }))
    const body = JSON.stringify(withFourTasks(policy))
    await this.#load.send({ method: 'POST', path: '/4.0/policies/draft', body })
    await this.#load.send({ method: 'POST', path: '/4.0/policies/publish' })
  }

  /** One round of both sides: the API first, then its rows again bare. */
  async round(count: number): Promise<Round> {
    const places = Array.from({ length: count }, () => this.#take())
    const ids: string[] = []
    const before = await this.#processor()
    const started = performance.now()
    await inParallel(underWay, places, async (place) => ids.push(await this.#onboard(place)))
    const apiSeconds = (performance.now() - started) / 1000
    await untilSequenced(this.#pool, this.#server.accountId)
    const between = await this.#processor()
    const onboardings = await this.#bare.captureSteps(ids)
    const captured = await this.#processor()
    const begun = performance.now()
    await inParallel(poolSize, onboardings, async (steps) => {
      for (const step of steps) await this.#bare.write(step)
    })
    const bareSeconds = (performance.now() - begun) / 1000
    const transactions = onboardings.reduce((sum, steps) => sum + steps.length, 0) / count
    const after = await this.#processor()
    return {
      apiSeconds,
      bareSeconds,
      transactions,
      processor: {
        server: between.server - before.server,
        apiPostgres: between.postgres - before.postgres,
        barePostgres: after.postgres - captured.postgres,
      },
    }
  }

  /** Milliseconds of each onboarding, from the moment it was due to its approval. */
  async comeAtRate(perSecond: number, seconds: number): Promise<number[]> {
    const began = performance.now()
    const taken: Promise<number>[] = []
    for (let at = 0; at < perSecond * seconds; at += 1) {
      const dueAt = began + (at * 1000) / perSecond
      await sleep(Math.max(0, dueAt - performance.now()))
      taken.push(this.#onboard(this.#take()).then(() => performance.now() - dueAt))
    }
    return Promise.all(taken)
  }

  /** Rows of each table for one onboarding. Raises when the two sides did not write the same. */
  async assertSameRows(): Promise<Record<string, number>> {
    const counts = Object.entries(await this.#bare.countRows())
    return Object.fromEntries(
      counts.map(([table, { api, bare }]) => {
        if (api !== bare) throw new Error(`The API wrote ${api} rows of ${table}, the bare side ${bare}`)
        return [table, Number((bare / this.#next).toFixed(2))]
      }),
    )
  }

  async close(): Promise<void> {
    await this.#load.close()
    await this.#bare.close()
  }

  #processor() {
    return processorSeconds(this.#server.pid, this.#server.postgresPid)
  }

  #take(): number {
    this.#next += 1
    return this.#next - 1
  }

  async #onboard(place: number): Promise<string> {
    const headers = { 'idempotency-key': `"${randomUUID()}"` }
    const body = this.#clients.body(place)
    const { id } = JSON.parse(await this.#load.send({ method: 'POST', path: '/4.0/profiles', headers, body }))
    await this.#approvals.of(id)
    return id
  }
}

/** The individual account with a fourth task and its check; whatever the risk, it is approved by itself. */
function withFourTasks(policy: Policy): Policy {
  const tasks = ['verify_identity', 'verify_address', 'assess_exposure', 'screen_fraud']
  return {
    ...policy,
    smart_policies: policy.smart_policies.map((flow) =>
      flow.alias === 'individual_account'
        ? {
            ...flow,
            start: 'tasks',
            elements: [
              { kind: 'task', id: 'tasks', task_variants: tasks, next: 'risk' },
              {
                kind: 'branch',
                id: 'risk',
                question: { about: 'risk_level', is_any_of: ['LOW', 'MEDIUM', 'HIGH'] },
                yes: 'approve',
                no: 'review',
              },
              { kind: 'outcome', id: 'approve', outcome: 'APPROVE' },
              { kind: 'outcome', id: 'review', outcome: 'REVIEW' },
            ],
          }
        : flow,
    ),
  }
}

function figuresOf(rounds: readonly Round[], count: number, half: readonly number[]): Figure[] {
  const api = count / median(rounds.map((round) => round.apiSeconds))
  const bare = count / median(rounds.map((round) => round.bareSeconds))
  const p99 = percentile(half, 0.99)
  const cost = (who: keyof Round['processor']) =>
    (median(rounds.map((round) => round.processor[who])) * 1000) / count
  return [
    { name: 'onboardings', value: api, unit: 'a second', wanted: { least: 60 } },
    { name: 'bare, in as many transactions', value: bare, unit: 'a second' },
    { name: 'ratio to bare', value: api / bare, unit: '', wanted: { least: 0.35 } },
    { name: 'processor time of the server', value: cost('server'), unit: 'ms/onboarding' },
    { name: 'processor time of PostgreSQL for the API', value: cost('apiPostgres'), unit: 'ms/onboarding' },
    { name: 'processor time of PostgreSQL for bare', value: cost('barePostgres'), unit: 'ms/onboarding' },
    { name: 'onboarding at half the rate, median', value: median(half), unit: 'ms' },
    { name: 'onboarding at half the rate, 99th percentile', value: p99, unit: 'ms', wanted: { most: 1_500 } },
  ]
}
