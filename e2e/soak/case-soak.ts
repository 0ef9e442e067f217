import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { forEachAtOnce, get } from '../check/api.ts'
import { listAt, textAt } from '../check/values.ts'
import { killPostgres } from '../processes/postgres-process.ts'
import {
  demoKey,
  freePort,
  runCommand,
  type ServerProcess,
  startServer,
} from '../processes/server-process.ts'
import { chanceOf } from './chance.ts'

/** What a soak of cases is asked for. */
export interface CasePlan {
  readonly seed: number
  readonly cases: number
  readonly kills: number
  /** Told in one line what happens. */
  readonly say: (line: string) => void
}

/** What a soak of cases came to; counts only. */
export interface CaseSoakResult {
  readonly seed: number
  readonly cases: number
  readonly kills: number
  readonly kills_by_victim: Readonly<Record<string, number>>
  readonly server_starts: number
  /** Cases that are there, each once. */
  readonly profiles: number
  readonly checks: number
  /** Cases that did not come to rest. */
  readonly stuck: number
  /** Checks that are not complete, or were completed more than once. */
  readonly checks_unended: number
  readonly checks_ended_twice: number
  /** Automatic checks that a task was given more than once. */
  readonly checks_doubled: number
  readonly tasks_completed_twice: number
  /** Cases with another end than the words in their name ask for. */
  readonly wrong_ends: number
  readonly audit_verified: boolean
  readonly seconds: number
  /** Why the soak does not show what it must; empty when it does. */
  readonly faults: readonly string[]
}

type Victim = 'server' | 'postmaster' | 'all of postgres'

/** Words that steer the demo provider, and the status an application comes to with them. */
const kinds = [
  { word: '', ends: 'APPROVED' },
  { word: 'PEP', ends: 'APPLIED' },
  { word: '', ends: 'APPROVED' },
  { word: 'FAIL', ends: 'APPLIED' },
  { word: '', ends: 'APPROVED' },
  { word: 'ERROR', ends: 'APPLIED' },
] as const

const callers = 5
const restMsMax = 120_000

/**
 * Onboards people at a real server on an embedded PostgreSQL while both are killed at random moments, waits until every
 * case rests and counts, from the API and the audit, what was done twice or not at all.
 */
export async function soakCases(plan: CasePlan): Promise<CaseSoakResult> {
  const scratch = await mkdtemp(join(tmpdir(), 'drawbridge-cases-'))
  const began = Date.now()
  const field = await CaseField.open(join(scratch, 'home'), plan)
  try {
    const ids = await field.onboard()
    await field.untilAllRest(ids)
    const found = await field.count(ids)
    const auditVerified = await field.auditVerifies()
    const seconds = Math.round((Date.now() - began) / 1000)
    const result = { ...field.told(), ...found, audit_verified: auditVerified, seconds }
    return { ...result, faults: caseFaults(plan, result) }
  } finally {
    await field.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

/** What is wrong with a soak of cases, in words; nothing when it shows what it must. */
export function caseFaults(
  plan: Pick<CasePlan, 'cases' | 'kills'>,
  result: Omit<CaseSoakResult, 'faults'>,
): string[] {
  const faults: string[] = []
  const none = (count: number, what: string): void => {
    if (count > 0) faults.push(`${count} ${what}`)
  }
  if (result.kills < plan.kills) faults.push(`only ${result.kills} of ${plan.kills} kills took place`)
  if (result.profiles !== plan.cases) faults.push(`${result.profiles} profiles for ${plan.cases} cases`)
  if (result.checks === 0) faults.push('no check ran')
  if (!result.audit_verified) faults.push('the ledger of the platform does not verify')
  none(result.stuck, 'cases do not rest')
  none(result.checks_unended, 'checks did not end')
  none(result.checks_ended_twice, 'checks ended more than once')
  none(result.checks_doubled, 'checks ran twice for one task')
  none(result.tasks_completed_twice, 'tasks were completed more than once')
  none(result.wrong_ends, 'cases ended otherwise than they must')
  return faults
}

/** The server under fire, and who starts it again. */
class CaseField {
  readonly #plan: CasePlan
  readonly #home: string
  readonly #port: number
  readonly #chance: () => number
  readonly #killed: Record<string, number> = {}
  #server: ServerProcess
  #starts = 0
  #ended = false

  private constructor(home: string, port: number, plan: CasePlan) {
    this.#home = home
    this.#port = port
    this.#plan = plan
    this.#chance = chanceOf(plan.seed)
    this.#server = this.#start()
  }

  static async open(home: string, plan: CasePlan): Promise<CaseField> {
    await mkdir(home, { mode: 0o700 })
    const field = new CaseField(home, await freePort(), plan)
    try {
      await field.#server.untilReady()
      return field
    } catch (error) {
      await field.close()
      throw error
    }
  }

  get #kills(): number {
    return Object.values(this.#killed).reduce((sum, count) => sum + count, 0)
  }

  async #target() {
    return { url: this.#server.url, apikey: await demoKey(this.#home) }
  }

  /** Creates every case, each with its key again and again until it is answered; kills between the answers. */
  async onboard(): Promise<string[]> {
    const { apikey, url } = await this.#target()
    const moments = Array.from({ length: this.#plan.kills }, () => this.#chance())
      .map((part) => Math.ceil(part * this.#plan.cases * 0.95))
      .toSorted((a, b) => a - b)
    const ids: string[] = []
    let next = 0
    const caller = async (): Promise<void> => {
      while (next < this.#plan.cases) {
        const place = next
        next += 1
        ids[place] = await createCase(url, apikey, place)
        while ((moments[0] ?? Number.POSITIVE_INFINITY) <= ids.filter(Boolean).length) {
          moments.shift()
          await this.#strike()
        }
      }
    }
    await Promise.all(Array.from({ length: callers }, caller))
    return ids
  }

  async #strike(): Promise<void> {
    await sleep(this.#chance() * 400)
    const drawn = this.#chance()
    const chosen: Victim = drawn < 0.5 ? 'server' : drawn < 0.75 ? 'postmaster' : 'all of postgres'
    for (let attempt = 0; attempt < 100; attempt += 1) {
      for (const victim of [chosen, 'server'] as const) {
        if (!(await this.#kill(victim))) continue
        this.#killed[victim] = (this.#killed[victim] ?? 0) + 1
        this.#plan.say(`kill ${this.#kills}: ${victim}`)
        return
      }
      await sleep(50)
    }
  }

  async #kill(victim: Victim): Promise<boolean> {
    if (victim === 'postmaster') return killPostgres(this.#home, 'postmaster')
    if (victim === 'all of postgres') return killPostgres(this.#home, 'all')
    return this.#server.child.kill('SIGKILL')
  }

  /** Waits until no case has a check under way or is being worked on; gives up when nothing moves for long. */
  async untilAllRest(ids: readonly string[]): Promise<void> {
    let restless = [...ids]
    let movedAt = Date.now()
    while (restless.length > 0 && Date.now() - movedAt < restMsMax) {
      const before = restless.length
      restless = await this.#restless(restless)
      if (restless.length < before) movedAt = Date.now()
      if (restless.length > 0) await sleep(500)
    }
  }

  async #restless(ids: readonly string[]): Promise<string[]> {
    const target = await this.#target()
    const left: string[] = []
    await this.#untilReady()
    await forEachAtOnce(ids, async (id) => {
      const profile = await get(target, `/4.0/profiles/${id}`).catch(() => undefined)
      if (profile === undefined || !rests(profile)) left.push(id)
    })
    return left
  }

  /** A server that was hit while it started is followed by another. */
  async #untilReady(): Promise<void> {
    for (let left = 20; ; left -= 1) {
      try {
        return await this.#server.untilReady()
      } catch (error) {
        if (left === 0) throw error
        await sleep(200)
      }
    }
  }

  /** Reads every case and its audit, and counts. */
  async count(ids: readonly string[]) {
    const target = await this.#target()
    const counts = {
      profiles: new Set(ids).size,
      checks: 0,
      stuck: 0,
      checks_unended: 0,
      checks_ended_twice: 0,
      checks_doubled: 0,
      tasks_completed_twice: 0,
      wrong_ends: 0,
    }
    await forEachAtOnce(ids.entries(), async ([place, id]) => {
      const profile = await get(target, `/4.0/profiles/${id}`)
      const audit = await get(target, `/4.0/profiles/${id}/audit-items`)
      const checks = listAt(profile, 'checks')
      counts.checks += checks.length
      if (!rests(profile)) counts.stuck += 1
      counts.checks_unended += checks.filter((check) => textAt(check, 'state') !== 'COMPLETE').length
      counts.checks_doubled += beyondFirst(checks.map((check) => textAt(check, 'variant.id')))
      counts.checks_ended_twice += beyondFirst(subjectsOf(audit, 'updated-check', 'check_id'))
      counts.tasks_completed_twice += beyondFirst(subjectsOf(audit, 'completed-a-task', 'task_id'))
      const wanted = kinds[place % kinds.length]?.ends
      const [application] = listAt(profile, 'applications')
      if (textAt(application, 'status') !== wanted) counts.wrong_ends += 1
    })
    return counts
  }

  told() {
    return {
      seed: this.#plan.seed,
      cases: this.#plan.cases,
      kills: this.#kills,
      kills_by_victim: this.#killed,
      server_starts: this.#starts,
    }
  }

  async auditVerifies(): Promise<boolean> {
    const { code, out, err } = await runCommand(['audit', 'verify', '--home', this.#home])
    if (code !== 0) this.#plan.say(`${out}${err}`)
    return code === 0
  }

  /** Starts the server, and again whenever it ends, as a service manager does. */
  #start(): ServerProcess {
    this.#starts += 1
    const server = startServer({ home: this.#home, port: this.#port, flags: ['--log-level', 'warn'] })
    server.child.once('exit', () => {
      if (!this.#ended) this.#server = this.#start()
    })
    return server
  }

  async close(): Promise<void> {
    this.#ended = true
    await this.#server.end('SIGTERM')
  }
}

/** One case, asked for with the same key until there is an answer. */
async function createCase(url: string, apikey: string, place: number): Promise<string> {
  const kind = kinds[place % kinds.length]
  const name = { given_names: ['Ada', `Number${place}`], family_name: `Quayside ${kind?.word ?? ''}`.trim() }
  const address = { type: 'STRUCTURED', country: 'GBR', route: 'Quay Road', postal_code: 'LS1 0AA' }
  const body = JSON.stringify({
    role: 'INDIVIDUAL_CUSTOMER',
    collected_data: {
      entity_type: 'INDIVIDUAL',
      customer_ref: `case-${place}`,
      personal_details: { name, dob: '1984-07-11', nationality: 'GBR' },
      address_history: [{ address }],
    },
    applications: [{ product: { alias: 'individual_account' } }],
  })
  const headers = { apikey, 'content-type': 'application/json', 'idempotency-key': `"${randomUUID()}"` }
  const deadline = Date.now() + restMsMax
  for (;;) {
    const reply = await fetch(new URL('/4.0/profiles', url), { method: 'POST', headers, body }).catch(
      () => null,
    )
    const id = reply?.ok ? textAt(await reply.json().catch(() => null), 'id') : ''
    if (id !== '') return id
    const status = reply?.status ?? 0
    if (!reply?.ok) await reply?.body?.cancel()
    if ((status >= 400 && status < 500 && status !== 409 && status !== 429) || Date.now() > deadline)
      throw new Error(`Creating case ${place} was answered ${status}`)
    await sleep(100)
  }
}

function rests(profile: unknown): boolean {
  const underWay = ['AUTOMATING', 'WAITING_ON_CHECKS', 'RECALCULATING_RISK']
  const applications = listAt(profile, 'applications')
  const checks = listAt(profile, 'checks')
  return (
    applications.length > 0 &&
    applications.every((application) => !underWay.includes(textAt(application, 'flag'))) &&
    checks.every((check) => textAt(check, 'state') === 'COMPLETE')
  )
}

/** What the audit lines of one action are about. */
function subjectsOf(audit: unknown, action: string, id: string): string[] {
  const lines = Array.isArray(audit) ? audit : []
  return lines
    .filter((line) => textAt(line, 'action') === action)
    .map((line) => textAt(line, `ref_data.${id}`))
}

/** How many of these had been there before. */
function beyondFirst(values: readonly string[]): number {
  return values.length - new Set(values).size
}
