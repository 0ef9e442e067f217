import { randomFillSync, randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Fact, FactName } from '@drawbridge/schema/facts.ts'
import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { isLostConnection, isRetryable, isTaken, Pipeline, type Query } from './db/index.ts'
import { Fault } from './fault.ts'
import type { FileInspector } from './inspect/index.ts'
import { enqueue } from './jobs/index.ts'
import type { JsonPool } from './json/index.ts'
import { insertFacts } from './ledger/index.ts'
import type { Log } from './log.ts'
import type { OutboundGuard } from './net/index.ts'
import { names, tablesInserted } from './statement-tables.ts'
import type { Storage } from './storage/index.ts'
import type { AccountVault, DataKey, Vault } from './vault/index.ts'

/** Who acts: an API key, a user (both with their id), the policy or the platform itself. */
export interface Actor {
  readonly kind: 'key' | 'user' | 'policy' | 'system'
  readonly id: string | null
  /** Of a key, its class: work is put in order by it. */
  readonly keyClass?: string
}

/** What work waits behind: 0 goes first, somebody waits for it; 1 is a migration, or nobody's hurry. */
export type WorkClass = 0 | 1

/** The platform itself, when nobody asked: jobs, commands of the operator, the first start. */
export const thePlatform: Actor = { kind: 'system', id: null }

/** What a fact is about: the profile and the key that seals what is said of it. */
export interface Subject {
  readonly id: string
  readonly key: DataKey
}

/** A fact as reactions see it. */
export type Recorded = Fact & {
  readonly id: string
  readonly subject: Subject | null
  readonly at: Date
  readonly actor: Actor
  /** Its place among the facts of the transaction, from 0. */
  readonly order: number
}

/** How a transaction came to hold a profile: it locked the row, or made it. */
export type Holding = 'locked' | 'made'

/** What a room does, in the same transaction, when a fact is recorded. */
export interface Reaction {
  readonly kind: FactName
  readonly react: (scope: Scope, fact: Recorded) => Promise<void>
}

/**
 * One transaction of one account by one actor: the only way to the database, and the first parameter of every
 * verb. Statements run one after the other; `now` is the one instant of the transaction.
 */
export interface Scope extends Query {
  readonly accountId: string
  readonly actor: Actor
  readonly now: Date
  readonly vault: AccountVault
  /**
   * Whether what seldom fails may be written without a look first: so in the first run of the work; when a unique row
   * was met, the work runs again, looks, and can say what it met.
   */
  readonly isHopeful: boolean
  /** For reading sealed bytes; they are written before the transaction, and deleted after it. */
  readonly storage: Pick<Storage, 'get'>
  /** For making what calls the outside after the transaction; nothing is called within it. */
  readonly outbound: OutboundGuard
  /**
   * Runs a statement whose answer nobody needs; it travels with the next one. Should it fail, whatever is asked next
   * raises its failure, at the latest the commit.
   */
  write(text: string, values: unknown[]): void
  /**
   * Runs `flush`, which writes what was changed in memory, with the commit, and before any statement that names the
   * table, since it must see the change. Flushes of one `owner` that wait are one.
   */
  writeLater(owner: object, table: string, flush: () => void): void
  /** Notes that this transaction has locked the profile or made it; `undefined` that it has removed it. */
  hold(profileId: string, how: Holding | undefined): void
  /** Whether the transaction holds the profile, so that nobody else can change what belongs to it. */
  holds(profileId: string): Holding | undefined
  /** Of these profiles, those that may have rows in the table: one made here has none that was not inserted here. */
  withRows<P extends { readonly id: string }>(table: string, profiles: readonly P[]): readonly P[]
  /** A new id, in the order of time (UUIDv7). */
  newId(): string
  /** Records a fact: it is written, and reacted to, in this transaction. `actor` is another than the scope's. */
  record(fact: Fact, subject: Subject | null, actor?: Actor): void
  /** Adds a job to this transaction; `ids` are all it will know besides its account. */
  enqueue(job: string, ids: Record<string, string>, options?: { runAt?: Date; key?: string }): Promise<void>
  /** Runs the reactions to what was recorded so far, and to what they record, until nothing is left. */
  drain(): Promise<void>
  /** Runs `work` in this process right after the transaction was kept, never when it was not; it must not fail. */
  whenKept(work: () => void): void
  /** How many facts this transaction has recorded so far. */
  readonly factCount: number
  /** The profile that the first recorded fact is about. */
  firstSubject(): string | null
}

/** What scopes are made of; one per process. */
export interface Engine {
  readonly pool: Pool
  readonly vault: Vault
  readonly log: Log
  readonly json: JsonPool
  readonly storage: Storage
  readonly inspectFile: FileInspector['inspectFile']
  /** The only way to addresses outside. */
  readonly outbound: OutboundGuard
  /** In the order of the house: lower rooms react first. */
  readonly reactions: readonly Reaction[]
  /** Added to the database clock; only tests set it. */
  readonly clockOffsetMs: () => number
}

/** A statement and its values. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** What the statement sent along with the opening was answered; nothing when there was none. */
export type FirstAnswer = Promise<{ rows: unknown[] }>

/** Whose transaction it is to be, and how it is opened. */
export interface Opening {
  readonly accountId: string
  readonly actor: Actor
  readonly readOnly?: boolean
  /** A statement that is sent along with the opening, before the work begins; its answer is given to the work. */
  readonly first?: ((vault: AccountVault, clockOffsetMs: number) => Statement) | undefined
  /** See `Scope.isHopeful`; set by `withScope`. */
  readonly isHopeful?: boolean
  /** A place among the requests a key may have in flight, held in the database until the transaction ends. */
  readonly place?: { keyId: string; max: number } | undefined
}

const drawn = Buffer.alloc(16 * 256)
let drawnUntil = drawn.length

/** Sixteen random bytes, used once each, drawn 256 at a time: one draw costs as much as a hundred. */
function randomBytesOfId(): Buffer {
  if (drawnUntil === drawn.length) {
    randomFillSync(drawn)
    drawnUntil = 0
  }
  drawnUntil += 16
  return drawn.subarray(drawnUntil - 16, drawnUntil)
}

/** More facts than this in one transaction is a loop between reactions, not work. */
const factsMax = 10_000
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

class OpenScope implements Scope {
  readonly accountId: string
  readonly actor: Actor
  readonly now: Date
  readonly vault: AccountVault
  readonly isHopeful: boolean
  readonly storage: Pick<Storage, 'get'>
  readonly outbound: OutboundGuard
  readonly recorded: Recorded[] = []
  readonly #pipeline: Pipeline
  readonly #reactions: readonly Reaction[]
  readonly #waiting = new Map<object, { readonly table: string; readonly flush: () => void }>()
  readonly #holding = new Map<string, Holding>()
  readonly #inserted = new Set<string>()
  readonly #whenKept: (() => void)[] = []
  #flushing: string | undefined
  #reacted = 0
  #sequence = randomInt(2 ** 30)

  constructor(pipeline: Pipeline, opening: Opening, now: Date, vault: AccountVault, engine: Engine) {
    this.#pipeline = pipeline
    this.accountId = opening.accountId
    this.actor = opening.actor
    this.now = now
    this.isHopeful = opening.isHopeful === true
    this.vault = vault
    this.storage = engine.storage
    this.outbound = engine.outbound
    this.#reactions = engine.reactions
  }

  query<R>(text: string, values: unknown[] = []): Promise<{ rows: R[] }> {
    this.#flush(text)
    this.#note(text)
    return this.#pipeline.query<R>(text, values)
  }

  write(text: string, values: unknown[]): void {
    if (this.#flushing !== undefined && !names(text, this.#flushing))
      throw new Error(`What is written later for ${this.#flushing} must name it, or others could not see it`)
    this.#flush(text)
    this.#note(text)
    this.#pipeline.write(text, values)
  }

  writeLater(owner: object, table: string, flush: () => void): void {
    this.#waiting.set(owner, { table, flush })
  }

  hold(profileId: string, how: Holding | undefined): void {
    if (how === undefined) this.#holding.delete(profileId)
    else if (this.#holding.get(profileId) !== 'made') this.#holding.set(profileId, how)
  }

  holds(profileId: string): Holding | undefined {
    return this.#holding.get(profileId)
  }

  withRows<P extends { readonly id: string }>(table: string, profiles: readonly P[]): readonly P[] {
    if (this.#inserted.has(table)) return profiles
    return profiles.filter(({ id }) => this.#holding.get(id) !== 'made')
  }

  /** Writes what waits for a statement that names its table; without a statement, everything. */
  #flush(text?: string): void {
    if (this.#waiting.size === 0) return
    for (const [owner, { table, flush }] of [...this.#waiting]) {
      if (text !== undefined && !names(text, table)) continue
      this.#waiting.delete(owner)
      this.#flushing = table
      flush()
      this.#flushing = undefined
    }
  }

  #note(text: string): void {
    for (const table of tablesInserted(text)) this.#inserted.add(table)
  }

  /** Writes the facts and commits, in one way to the server and back. Raises `outcome.unknown`. */
  async commit(): Promise<void> {
    const { accountId, actor, vault } = this
    const query = async <R>(text: string, values: unknown[] = []): Promise<{ rows: R[] }> => {
      this.write(text, values)
      return { rows: [] }
    }
    this.#flush()
    await insertFacts({ accountId, actor, vault, query }, this.recorded)
    try {
      await this.#pipeline.commit()
    } catch (error) {
      if (isLostConnection(error)) throw new Fault('outcome.unknown', { retryAfterSeconds: 2, cause: error })
      throw error
    }
    for (const work of this.#whenKept) work()
  }

  whenKept(work: () => void): void {
    this.#whenKept.push(work)
  }

  newId(): string {
    this.#sequence += 1
    return uuidv7({ msecs: this.now.getTime(), seq: this.#sequence, random: randomBytesOfId() })
  }

  record(fact: Fact, subject: Subject | null, actor: Actor = this.actor): void {
    if (this.recorded.length >= factsMax) throw new Error(`More than ${factsMax} facts in one transaction`)
    this.recorded.push({
      ...fact,
      id: uuidv7({ random: randomBytesOfId() }),
      subject,
      actor,
      at: this.now,
      order: this.recorded.length,
    })
  }

  async enqueue(job: string, ids: Record<string, string>, options: { runAt?: Date; key?: string } = {}) {
    await enqueue(this, job, ids, options)
  }

  get factCount(): number {
    return this.recorded.length
  }

  firstSubject(): string | null {
    return this.recorded.find((fact) => fact.subject !== null)?.subject?.id ?? null
  }

  async drain(): Promise<void> {
    for (let fact = this.recorded[this.#reacted]; fact; fact = this.recorded[this.#reacted]) {
      this.#reacted += 1
      for (const reaction of this.#reactions)
        if (reaction.kind === fact.kind) await reaction.react(this, fact)
    }
  }
}

/**
 * Runs `work` in one transaction of the account and commits it together with the facts it recorded.
 * When the work throws, nothing is kept. A deadlock is tried again, twice, as is a hope that failed. Raises `rate.in-flight` when the key
 * has no place left, `outcome.unknown` when the connection broke while the commit was on its way.
 */
export async function withScope<R>(
  engine: Engine,
  opening: Opening,
  work: (scope: Scope, first: FirstAnswer) => Promise<R>,
): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(engine, { ...opening, isHopeful: attempt === 1 }, work)
    } catch (error) {
      if (attempt === 1 && isTaken(error)) continue
      if (!isRetryable(error) || attempt > 2) throw error
      // Whoever was let through first is given time to go on, or the two would meet again at the same place.
      await setTimeout(attempt * randomInt(10, 50))
    }
  }
}

async function inTransaction<R>(
  engine: Engine,
  opening: Opening,
  work: (scope: Scope, first: FirstAnswer) => Promise<R>,
): Promise<R> {
  const client = await engine.pool.connect()
  const pipeline = new Pipeline(client)
  let broken: Error | undefined
  try {
    const { scope, first } = await open(engine, pipeline, opening)
    const result = await work(scope, first)
    await scope.drain()
    await scope.commit()
    return result
  } catch (error) {
    broken = await rollBack(pipeline, error)
    throw error
  } finally {
    client.release(broken)
  }
}

async function open(
  engine: Engine,
  pipeline: Pipeline,
  opening: Opening,
): Promise<{ scope: OpenScope; first: FirstAnswer }> {
  const { accountId } = opening
  if (!uuid.test(accountId)) throw new Error('An account id is a UUID')
  // What is only read is read as of one moment, so that no reply shows half of a change made meanwhile.
  pipeline.write(opening.readOnly === true ? 'begin isolation level repeatable read read only' : 'begin', [])
  const begun = pipeline.query<{ now: Date }>(
    `select set_config('app.account_id', $1, true), set_config('lock_timeout', '2s', true), now() as now`,
    [accountId],
  )
  const send = (vault: AccountVault): FirstAnswer => {
    const statement = opening.first?.(vault, engine.clockOffsetMs())
    return statement ? pipeline.query(statement.text, statement.values) : Promise.resolve({ rows: [] })
  }
  // The account's keys are nearly always at hand; when they have to be read first, the statement waits for them.
  const known = engine.vault.known(pipeline, accountId)
  const sent = known && send(known)
  sent?.catch(() => undefined)
  const started = (await begun).rows[0]?.now
  if (started === undefined) throw new Error('The database did not say what time it is')
  if (opening.place) await takePlace(pipeline, opening.place)
  const now = new Date(started.getTime() + engine.clockOffsetMs())
  const vault = known ?? (await engine.vault.forAccount(pipeline, accountId))
  return { scope: new OpenScope(pipeline, opening, now, vault, engine), first: sent ?? send(vault) }
}

async function takePlace(query: Query, place: { keyId: string; max: number }): Promise<void> {
  const { rows } = await query.query<{ taken: boolean }>('select take_request_place($1, $2) as taken', [
    place.keyId,
    place.max,
  ])
  if (rows[0]?.taken !== true)
    throw new Fault('rate.in-flight', {
      message: `This key may have ${place.max} requests in flight, and has`,
      retryAfterSeconds: 1,
    })
}

/** Ends the transaction; a connection on which even that fails is not given back to the pool. */
async function rollBack(pipeline: Pipeline, cause: unknown): Promise<Error | undefined> {
  if (isLostConnection(cause) || (cause instanceof Fault && cause.reason === 'outcome.unknown'))
    return new Error('The connection was lost')
  try {
    await pipeline.rollBack()
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
