import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Expected } from '@drawbridge/legacy-bank/expected.ts'
import { generate } from '@drawbridge/legacy-bank/generate.ts'
import { allDefences, type Defences, type RunResult } from '@drawbridge/migrate'
import { type CheckReport, checkMigration } from '../check-migration.ts'
import type { MigrationOrder } from '../migrate-process.ts'
import { killPostgres } from '../processes/postgres-process.ts'
import {
  demoKey,
  freePort,
  hasEnded,
  runCommand,
  type ServerProcess,
  startServer,
} from '../processes/server-process.ts'
import { type Blow, chanceOf, planBlows, type Victim } from './chance.ts'
import { clientProfilesIn, type DefenceMode, faultsOf } from './judge.ts'
import { type MigrationChild, startMigration } from './migration-child.ts'

/** What a kill soak is asked for. */
export interface SoakPlan {
  readonly seed: number
  readonly clients: number
  readonly documentShare: number
  readonly kills: number
  readonly defences: DefenceMode
  readonly ramp: MigrationOrder['ramp']
  readonly settleMs: number
  /** Told in one line what happens. */
  readonly say: (line: string) => void
}

/** What a kill soak came to; counts only, nothing of anybody's data. */
export interface SoakResult {
  readonly seed: number
  readonly defences: DefenceMode
  readonly clients: number
  readonly profiles: number
  readonly files: number
  readonly fields: number
  readonly kills: number
  readonly kills_by_victim: Readonly<Record<string, number>>
  /** Starts of the server and of the migration, the first ones included. */
  readonly server_starts: number
  readonly migration_starts: number
  readonly lost: number
  readonly duplicated: number
  readonly duplicated_clients: number
  readonly different: number
  readonly strays: number
  readonly resent: number | null
  readonly resent_per_kill: number | null
  readonly audit_verified: boolean
  readonly seconds: number
  /** Why the soak does not show what it must; empty when it does. */
  readonly faults: readonly string[]
}

const none: Defences = { key: false, ledger: false, uniqueReference: false }
const defencesOf: Record<DefenceMode, Defences> = {
  all: allDefences,
  key: { ...none, key: true },
  ledger: { ...none, ledger: true },
  unique: { ...none, uniqueReference: true },
  none,
}
/** Starts that the harness gives to whatever ends by itself, as an operator would. */
const ownEndsMax = 30
const bankFile = join(import.meta.dirname, '..', '..', 'examples', 'legacy-bank', 'migration.yaml')

/**
 * Migrates a generated bank into a real server on an embedded PostgreSQL while server, migration and PostgreSQL are
 * killed at random moments, and lets the independent checker count what came of it.
 */
export async function soakMigration(plan: SoakPlan): Promise<SoakResult> {
  const scratch = await mkdtemp(join(tmpdir(), 'drawbridge-soak-'))
  const began = Date.now()
  const bank = await makeBank(join(scratch, 'bank'), plan)
  const field = await Battlefield.open(join(scratch, 'home'), plan)
  try {
    const run = await field.fight(join(scratch, 'bank'))
    const report = await field.check(join(scratch, 'bank'))
    const auditVerified = await field.auditVerifies()
    return resultOf({ plan, bank, field, run, report, auditVerified, ms: Date.now() - began })
  } finally {
    await field.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

async function makeBank(directory: string, plan: SoakPlan): Promise<Expected> {
  const { clients, seed, documentShare } = plan
  const bank = await generate({ directory, clients, seed, dirtyShare: 0.02, documentShare })
  await copyFile(bankFile, join(directory, 'migration.yaml'))
  return bank
}

/** The parts under fire, and who starts them again. */
class Battlefield {
  readonly killed: Record<string, number> = {}
  serverStarts = 0
  migrationStarts = 0
  readonly #home: string
  readonly #port: number
  readonly #plan: SoakPlan
  readonly #chance: () => number
  #server: ServerProcess
  #migration: MigrationChild | undefined
  #blows: Blow[] | undefined
  #calls = 0
  #striking: Promise<void> | null = null
  #failure: unknown
  #ended = false

  private constructor(home: string, port: number, plan: SoakPlan) {
    this.#home = home
    this.#port = port
    this.#plan = plan
    this.#chance = chanceOf(plan.seed)
    this.#server = this.#startServer()
  }

  static async open(home: string, plan: SoakPlan): Promise<Battlefield> {
    await mkdir(home, { mode: 0o700 })
    const field = new Battlefield(home, await freePort(), plan)
    try {
      await field.#server.untilReady()
      if (plan.defences === 'unique') await field.#set('unique-associate-ref=on')
      else if (plan.defences !== 'all') await field.#set('unique-customer-ref=off')
      return field
    } catch (error) {
      await field.close()
      throw error
    }
  }

  get kills(): number {
    return Object.values(this.killed).reduce((sum, count) => sum + count, 0)
  }

  /** Runs the migration to its end, through all blows. */
  async fight(bank: string): Promise<RunResult> {
    const order: MigrationOrder = {
      directory: bank,
      url: this.#server.url,
      apikey: await demoKey(this.#home),
      defences: defencesOf[this.#plan.defences],
      ramp: this.#plan.ramp,
      settleMs: this.#plan.settleMs,
    }
    for (let ownEnds = 0; ; ) {
      const { code, signal, result } = await this.#migrateOnce(order)
      await this.#striking
      if (this.#failure !== undefined) throw this.#failure
      if (result?.state === 'complete') return result
      if (signal === 'SIGKILL') continue
      ownEnds += 1
      this.#plan.say(`the migration ended by itself: ${result?.state ?? `exit code ${code}`}`)
      if (ownEnds > ownEndsMax) throw new Error('The migration does not come to its end')
      await sleep(500)
    }
  }

  async #migrateOnce(order: MigrationOrder) {
    this.migrationStarts += 1
    this.#migration = startMigration(order, {
      called: () => this.#called(),
      effects: (effects) => {
        this.#blows ??= planBlows(this.#chance, this.#plan.kills, effects)
      },
    })
    return this.#migration.ended
  }

  #called(): void {
    this.#calls += 1
    const next = this.#blows?.[0]
    if (this.#striking !== null || next === undefined || this.#calls < next.afterCalls) return
    this.#blows?.shift()
    this.#striking = this.#strike(next)
      .catch((error: unknown) => {
        this.#failure = error
      })
      .finally(() => {
        this.#striking = null
      })
  }

  async #strike({ victim, delayMs, second }: Blow): Promise<void> {
    await sleep(delayMs)
    await this.#hit(victim)
    if (second === null) return
    await sleep(second.delayMs)
    await this.#hit(second.victim)
  }

  /** Whoever is not there just now (PostgreSQL is being started again) cannot be hit: then another is. */
  async #hit(chosen: Victim): Promise<void> {
    for (const victim of [chosen, 'server', 'migration'] as const) {
      if (!(await this.#kill(victim))) continue
      this.killed[victim] = (this.killed[victim] ?? 0) + 1
      this.#plan.say(`kill ${this.kills}: ${victim}, after ${this.#calls} calls`)
      return
    }
  }

  async #kill(victim: Victim): Promise<boolean> {
    if (victim === 'migration') return this.#migration?.child.kill('SIGKILL') ?? false
    if (victim === 'postmaster') return killPostgres(this.#home, 'postmaster')
    if (victim === 'all of postgres') return killPostgres(this.#home, 'all')
    return this.#server.child.kill('SIGKILL')
  }

  /** Starts the server, and again whenever it ends, as a service manager does. */
  #startServer(): ServerProcess {
    this.serverStarts += 1
    const server = startServer({ home: this.#home, port: this.#port, flags: ['--log-level', 'warn'] })
    server.child.once('exit', () => {
      if (!this.#ended) this.#server = this.#startServer()
    })
    return server
  }

  /** Switches off the rule that a client's reference is unique. */
  async #set(assignment: string): Promise<void> {
    const { code, err } = await runCommand(['environment', 'set', assignment, '--home', this.#home])
    if (code !== 0) throw new Error(`The setting ${assignment} could not be made: ${err}`)
  }

  async check(directory: string): Promise<CheckReport> {
    await this.#server.untilReady()
    const apikey = await demoKey(this.#home)
    return checkMigration({ directory, url: this.#server.url, apikey, reportOnly: true })
  }

  async auditVerifies(): Promise<boolean> {
    const { code, out, err } = await runCommand(['audit', 'verify', '--home', this.#home])
    if (code !== 0) this.#plan.say(`${out}${err}`)
    return code === 0
  }

  async close(): Promise<void> {
    this.#ended = true
    if (this.#migration !== undefined && !hasEnded(this.#migration.child))
      this.#migration.child.kill('SIGKILL')
    await this.#server.end('SIGTERM')
  }
}

interface Outcome {
  plan: SoakPlan
  bank: Expected
  field: Battlefield
  run: RunResult
  report: CheckReport
  auditVerified: boolean
  ms: number
}

function resultOf({ plan, bank, field, run, report, auditVerified, ms }: Outcome): SoakResult {
  const { kills, killed, serverStarts, migrationStarts } = field
  const companies = Math.round(bank.options.clients * 0.2)
  const counts = {
    kills,
    lost: report.lost.length,
    duplicated: report.duplicated.length,
    duplicatedClients: clientProfilesIn(report.duplicated, companies),
    different: report.different.length,
    strays: report.strays.length,
    resent: defencesOf[plan.defences].ledger ? (run.counts.resent ?? 0) : null,
    auditVerified,
  }
  for (const { kind, ref, what } of [...report.lost, ...report.different, ...report.strays].slice(0, 10))
    plan.say(`${kind} of ${ref}: ${what}`)
  return {
    seed: plan.seed,
    defences: plan.defences,
    clients: report.clients,
    profiles: report.profiles,
    files: report.files,
    fields: report.fields,
    kills,
    kills_by_victim: killed,
    server_starts: serverStarts,
    migration_starts: migrationStarts,
    lost: counts.lost,
    duplicated: counts.duplicated,
    duplicated_clients: counts.duplicatedClients,
    different: counts.different,
    strays: counts.strays,
    resent: counts.resent,
    resent_per_kill: counts.resent === null || kills === 0 ? null : counts.resent / kills,
    audit_verified: auditVerified,
    seconds: Math.round(ms / 1000),
    faults: faultsOf(plan.defences, plan.kills, counts),
  }
}
