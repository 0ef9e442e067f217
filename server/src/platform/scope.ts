import { randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Fact, FactName } from '@drawbridge/schema/facts.ts'
import type { Pool, PoolClient } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { isLostConnection, isRetryable, Pipeline, preparedQuery, type Query, run } from './db/index.ts'
import { Fault } from './fault.ts'
import type { FileInspector } from './inspect/index.ts'
import { enqueue } from './jobs/index.ts'
import type { JsonPool } from './json/index.ts'
import { insertFacts } from './ledger/index.ts'
import type { Log } from './log.ts'
import type { Storage } from './storage/index.ts'
import type { AccountVault, DataKey, Vault } from './vault/index.ts'

/** Who acts: an API key, a user (both with their id), the policy or the platform itself. */
export interface Actor {
  readonly kind: 'key' | 'user' | 'policy' | 'system'
  readonly id: string | null
}

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
  /** For reading sealed bytes; they are written before the transaction, and deleted after it. */
  readonly storage: Pick<Storage, 'get'>
  /**
   * Runs a statement whose answer nobody needs; it travels with the next one. Should it fail, whatever is asked next
   * raises its failure, at the latest the commit.
   */
  write(text: string, values: unknown[]): void
  /** A new id, in the order of time (UUIDv7). */
  newId(): string
  /** Records a fact: it is written, and reacted to, in this transaction. `actor` is another than the scope's. */
  record(fact: Fact, subject: Subject | null, actor?: Actor): void
  /** Adds a job to this transaction; `ids` are all it will know besides its account. */
  enqueue(job: string, ids: Record<string, string>, options?: { runAt?: Date; key?: string }): Promise<void>
  /** Runs the reactions to what was recorded so far, and to what they record, until nothing is left. */
  drain(): Promise<void>
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
  /** In the order of the house: lower rooms react first. */
  readonly reactions: readonly Reaction[]
  /** Added to the database clock; only tests set it. */
  readonly clockOffsetMs: () => number
}

/** Whose transaction it is to be, and how it is opened. */
export interface Opening {
  readonly accountId: string
  readonly actor: Actor
  readonly readOnly?: boolean
  /** A place among the requests a key may have in flight, held in the database until the transaction ends. */
  readonly place?: { keyId: string; max: number } | undefined
}

/** More facts than this in one transaction is a loop between reactions, not work. */
const factsMax = 10_000
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

class OpenScope implements Scope {
  readonly accountId: string
  readonly actor: Actor
  readonly now: Date
  readonly vault: AccountVault
  readonly storage: Pick<Storage, 'get'>
  readonly recorded: Recorded[] = []
  readonly #pipeline: Pipeline
  readonly #reactions: readonly Reaction[]
  #reacted = 0
  #sequence = randomInt(2 ** 30)

  constructor(client: PoolClient, opening: Opening, now: Date, vault: AccountVault, engine: Engine) {
    this.#pipeline = new Pipeline(client)
    this.accountId = opening.accountId
    this.actor = opening.actor
    this.now = now
    this.vault = vault
    this.storage = engine.storage
    this.#reactions = engine.reactions
  }

  query<R>(text: string, values: unknown[] = []): Promise<{ rows: R[] }> {
    return this.#pipeline.query<R>(text, values)
  }

  write(text: string, values: unknown[]): void {
    this.#pipeline.write(text, values)
  }

  /** Writes the facts and commits, in one way to the server and back. Raises `outcome.unknown`. */
  async commit(): Promise<void> {
    const { accountId, actor, vault } = this
    const query = async <R>(text: string, values: unknown[] = []): Promise<{ rows: R[] }> => {
      this.write(text, values)
      return { rows: [] }
    }
    await insertFacts({ accountId, actor, vault, query }, this.recorded)
    try {
      await this.#pipeline.commit()
    } catch (error) {
      if (isLostConnection(error)) throw new Fault('outcome.unknown', { retryAfterSeconds: 2, cause: error })
      throw error
    }
  }

  newId(): string {
    this.#sequence += 1
    return uuidv7({ msecs: this.now.getTime(), seq: this.#sequence })
  }

  record(fact: Fact, subject: Subject | null, actor: Actor = this.actor): void {
    if (this.recorded.length >= factsMax) throw new Error(`More than ${factsMax} facts in one transaction`)
    this.recorded.push({ ...fact, id: uuidv7(), subject, actor, at: this.now, order: this.recorded.length })
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
 * When the work throws, nothing is kept. A deadlock is tried again, twice. Raises `rate.in-flight` when the key
 * has no place left, `outcome.unknown` when the connection broke while the commit was on its way.
 */
export async function withScope<R>(
  engine: Engine,
  opening: Opening,
  work: (scope: Scope) => Promise<R>,
): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(engine, opening, work)
    } catch (error) {
      if (!isRetryable(error) || attempt > 2) throw error
      // Whoever was let through first is given time to go on, or the two would meet again at the same place.
      await setTimeout(attempt * randomInt(10, 50))
    }
  }
}

async function inTransaction<R>(
  engine: Engine,
  opening: Opening,
  work: (scope: Scope) => Promise<R>,
): Promise<R> {
  const client = await engine.pool.connect()
  let broken: Error | undefined
  try {
    const scope = await open(engine, client, opening)
    const result = await work(scope)
    await scope.drain()
    await scope.commit()
    return result
  } catch (error) {
    broken = await rollBack(client, error)
    throw error
  } finally {
    client.release(broken)
  }
}

async function open(engine: Engine, client: PoolClient, opening: Opening): Promise<OpenScope> {
  if (!uuid.test(opening.accountId)) throw new Error('An account id is a UUID')
  // What is only read is read as of one moment, so that no reply shows half of a change made meanwhile.
  const begin = opening.readOnly === true ? 'begin isolation level repeatable read read only' : 'begin'
  // One round trip: the values are a checked UUID and constants, so that the simple protocol is safe here.
  const results = (await client.query(
    `${begin}; select set_config('app.account_id', '${opening.accountId}', true), ` +
      `set_config('lock_timeout', '2s', true), now() as now`,
  )) as unknown as { rows: { now: Date }[] }[]
  const started = results[1]?.rows[0]?.now
  if (started === undefined) throw new Error('The database did not say what time it is')
  if (opening.place) await takePlace(client, opening.place)
  const now = new Date(started.getTime() + engine.clockOffsetMs())
  const vault = await engine.vault.forAccount(preparedQuery(client), opening.accountId)
  return new OpenScope(client, opening, now, vault, engine)
}

async function takePlace(client: PoolClient, place: { keyId: string; max: number }): Promise<void> {
  const { rows } = await run<{ taken: boolean }>(client, 'select take_request_place($1, $2) as taken', [
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
async function rollBack(client: PoolClient, cause: unknown): Promise<Error | undefined> {
  if (isLostConnection(cause) || (cause instanceof Fault && cause.reason === 'outcome.unknown'))
    return new Error('The connection was lost')
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
