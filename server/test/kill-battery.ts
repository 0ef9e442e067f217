import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type pg from 'pg'
import { withClient } from '../src/platform/postgres/roles.ts'
import { type Listed, processesIn, serversOf } from '../src/platform/postgres/running.ts'
import { beginProcess } from './embedded-testing.ts'

/** What a battery of kills is asked for. */
export interface BatteryPlan {
  readonly home: string
  readonly seed: number
  readonly kills: number
  /** Told in one line what happens. */
  readonly say?: (line: string) => void
}

/** What a battery of kills came to. */
export interface BatteryResult {
  readonly kills: number
  readonly acknowledged: number
  readonly lost: number
  /** Moments at which two servers, or a server and the children of an earlier one, worked on the same data. */
  readonly twins: readonly string[]
  /** Ends of a process that uses the server for which nobody killed it. */
  readonly ownEnds: number
  /** From a kill to the moment at which new rows were acknowledged and all users were back, in milliseconds. */
  readonly longestOutageMs: number
}

const VICTIMS = ['postmaster', 'all of postgres', 'user', 'both', 'all while they stop'] as const
type Victim = (typeof VICTIMS)[number]
/** Long after any promise: whoever asks judges `longestOutageMs`. */
const GIVE_UP_MS = 90_000

/**
 * Lets two processes use the embedded server of an empty home and a client write rows, kills at random moments (the
 * first one while the data are made), starts again what was killed, and counts what came of it.
 */
export async function fightBattery(plan: BatteryPlan): Promise<BatteryResult> {
  const battery = new Battery(plan)
  try {
    return await battery.fight()
  } finally {
    await battery.end()
  }
}

class Battery {
  readonly #plan: BatteryPlan
  readonly #data: string
  readonly #chance: () => number
  readonly #acknowledged: number[] = []
  readonly #twins = new Set<string>()
  readonly #users: User[]
  readonly #loops: Promise<void>[]
  #over = false

  constructor(plan: BatteryPlan) {
    this.#plan = plan
    this.#data = join(plan.home, 'postgres', '18', 'data')
    this.#chance = chanceOf(plan.seed)
    this.#users = [new User(plan.home), new User(plan.home)]
    this.#loops = [this.#write(), this.#watch(), ...this.#users.map((user) => user.keepUp())]
  }

  async fight(): Promise<BatteryResult> {
    await sleep(this.#chance() * 1_200)
    let longestOutageMs = 0
    for (let kills = 0; kills < this.#plan.kills; ) {
      const began = Date.now()
      // Some blows fall while the one before is being recovered from.
      do {
        const victim = kills === 0 ? 'user' : (VICTIMS[this.#below(VICTIMS.length)] ?? 'both')
        this.#plan.say?.(`kill ${kills + 1}: ${victim}`)
        await this.#strike(victim)
        kills += 1
        await sleep(this.#chance() * 500)
      } while (kills < this.#plan.kills && this.#chance() < 0.5)
      await this.#back(began)
      longestOutageMs = Math.max(longestOutageMs, Date.now() - began)
      this.#plan.say?.(`back after ${Date.now() - began} ms`)
      await sleep(this.#chance() * 200)
    }
    // Taken before the rows are read: one may be acknowledged between the two.
    const acknowledged = [...this.#acknowledged]
    const kept = await withClient(await this.#connection(), async (client) => {
      const { rows } = await client.query<{ id: number }>('select id from acknowledged')
      return new Set(rows.map(({ id }) => id))
    })
    const ownEnds = this.#users.reduce((sum, user) => sum + user.ownEnds, 0)
    const lost = acknowledged.filter((id) => !kept.has(id)).length
    const { kills } = this.#plan
    return {
      kills,
      acknowledged: acknowledged.length,
      lost,
      twins: [...this.#twins],
      ownEnds,
      longestOutageMs,
    }
  }

  async end(): Promise<void> {
    this.#over = true
    for (const user of this.#users) user.leave(true)
    await Promise.all(this.#loops)
  }

  #below(count: number): number {
    return Math.floor(this.#chance() * count)
  }

  async #strike(victim: Victim): Promise<void> {
    const postgres = await this.#postgres()
    if (victim === 'postmaster') return killAll(postgres.slice(0, 1))
    if (victim === 'all of postgres') return killAll(postgres)
    if (victim === 'user') return this.#users[this.#below(2)]?.kill()
    if (victim === 'all while they stop') {
      for (const user of this.#users) user.leave()
      await sleep(this.#chance() * 500)
    }
    for (const user of this.#users) user.kill()
    killAll(this.#chance() < 0.5 ? await this.#postgres() : postgres)
  }

  /** The server, when one runs, and after it all its children. */
  async #postgres(): Promise<number[]> {
    const [server] = await serversOf(this.#data, undefined)
    if (server === undefined) return []
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
    const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
    return [server, ...pairs.filter(([, parent]) => parent === server).map(([pid]) => pid ?? 0)]
  }

  /** Waits until both users are there and a row is acknowledged to who comes new. */
  async #back(began: number): Promise<void> {
    while (Date.now() - began < GIVE_UP_MS) {
      const written = await this.#connection()
        .then((connection) => withClient(connection, (client) => this.#insert(client)))
        .then(
          () => true,
          () => false,
        )
      if (written && this.#users.every(({ up }) => up)) return
      await sleep(20)
    }
    throw new Error(`The database did not come back within ${GIVE_UP_MS / 1_000} s`)
  }

  async #write(): Promise<void> {
    while (!this.#over) {
      await this.#connection()
        .then((connection) => withClient(connection, (client) => this.#writeOn(client)))
        .catch(() => sleep(20))
    }
  }

  async #writeOn(client: pg.Client): Promise<void> {
    await client.query('create table if not exists acknowledged (id int primary key)')
    while (!this.#over) {
      await this.#insert(client)
      await sleep(2)
    }
  }

  #next = 0

  async #insert(client: pg.Client): Promise<void> {
    this.#next += 1
    const id = this.#next
    await client.query('insert into acknowledged values ($1)', [id])
    this.#acknowledged.push(id)
  }

  async #connection(): Promise<pg.ClientConfig> {
    const version = join(this.#plan.home, 'postgres', '18')
    const password = (await readFile(join(version, 'superuser-password'), 'utf8')).trim()
    const timeouts = { connectionTimeoutMillis: 5_000, query_timeout: 10_000 }
    return {
      host: join(version, 'run'),
      port: 5432,
      user: 'postgres',
      password,
      database: 'postgres',
      ...timeouts,
    }
  }

  async #watch(): Promise<void> {
    while (!this.#over) {
      const before = twinsAmong(await processesIn(this.#data))
      // Processes are read one after the other: only what is still so a moment later was so at one time.
      const after = before.length === 0 ? [] : twinsAmong(await processesIn(this.#data))
      for (const twins of before) if (after.includes(twins)) this.#twins.add(twins)
      await sleep(40)
    }
  }
}

/** Servers that got as far as to work on the data, beside one another or beside what an earlier one left. */
export function twinsAmong(processes: readonly Listed[]): string[] {
  const isChild = ({ command }: Listed) => command.startsWith('postgres: ')
  const atWork = processes.filter(({ command }) => command.startsWith('postgres: checkpointer'))
  const working = new Set(atWork.map(({ parent }) => parent))
  const servers = processes.filter((found) => !isChild(found))
  const running = servers.filter(({ pid }) => working.has(pid)).map(({ pid }) => pid)
  const [first, ...others] = running
  if (first === undefined) return []
  const parents = new Set(servers.map(({ pid }) => pid))
  // That which writes PostgreSQL's own log has no part in the data and lives until the last of the others has ended.
  const left = processes.filter((found) => isChild(found) && !found.command.startsWith('postgres: logger'))
  const orphans = left.filter(({ parent }) => !parents.has(parent)).map(({ pid }) => pid)
  return [...others, ...orphans].map((pid) => `${first} and ${pid}`)
}

/** A process that uses the server, and is started again whenever it has ended. */
class User {
  ownEnds = 0
  up = false
  readonly #home: string
  #child: ChildProcess | undefined
  #killed = false
  #over = false

  constructor(home: string) {
    this.#home = home
  }

  async keepUp(): Promise<void> {
    while (!this.#over) {
      this.#killed = false
      const { child } = beginProcess('postgres', this.#home)
      this.#child = child
      child.stdout.once('data', () => {
        this.up = true
      })
      const [code] = await once(child, 'exit')
      this.up = false
      if (!this.#killed && code !== 0) this.ownEnds += 1
    }
  }

  kill(): void {
    this.#killed = true
    this.up = false
    this.#child?.kill('SIGKILL')
  }

  /** For good once the battery is over. */
  leave(over = false): void {
    this.#over = over
    this.up = false
    this.#child?.stdin?.end()
  }
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself in the meantime.
    }
  }
}

/** Numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed (mulberry32). */
function chanceOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
