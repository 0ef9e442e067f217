import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import { plainQuery } from '../../platform/account-transaction.ts'
import type { Engine, WorkClass } from '../../platform/scope.ts'
import { makeCall, workOnProfile } from './dispatch-profile.ts'
import { type DueProfile, listenForDue, selectDue } from './queries.ts'
import { freeSlots } from './rules-slots.ts'

/** How a worker node runs checks. */
export interface DispatcherOptions {
  readonly engine: Engine
  /** Ends the dispatcher: nothing is begun any more, and what is in hand is finished or put back. */
  readonly signal: AbortSignal
  /** How many profiles and calls are in hand at once. */
  readonly slots?: number
  /** How many profiles are worked on at once, each with a connection to the database. */
  readonly workers?: number
  /** The part of both that migrations may take, from 0 to 1. */
  readonly migrationShare?: number
  /** How often to look when nobody said that something is due. */
  readonly idleMs?: number
  /** How long calls in hand may still take when the signal comes; then they are put back for another node. */
  readonly graceMs?: number
}

const slotsStandard = 32
const workersStandard = 4
const shareStandard = 0.5
const idleMsStandard = 1_000
/** What is due by what was done is done as well, but not without end. */
const roundsMax = 1_000
const graceMsStandard = 5_000
/** What failed for a reason of ours is left alone for so long, so that it does not fill every slot. */
const restMs = 5_000

/** Runs the checks of all accounts until the signal. Many nodes may do so at once. */
export async function runDispatcher(options: DispatcherOptions): Promise<void> {
  const dispatcher = new Dispatcher(options)
  await Promise.all([dispatcher.run(), dispatcher.listen()])
}

/**
 * Runs everything that is due, in every account, until nothing is: also what becomes due by that. Returns how many times
 * a profile was worked on. Failures of the platform are raised.
 */
export async function dispatchDue(engine: Engine): Promise<number> {
  let worked = 0
  for (let round = 0; round < roundsMax; round += 1) {
    const due = await dueOf(engine, { busy: [], max: [100, 100] })
    if (due.length === 0) return worked
    for (const profile of due)
      for (const call of await workOnProfile(engine, profile))
        await makeCall(engine, call, new AbortController().signal)
    worked += due.length
  }
  throw new Error(`Checks were still due after ${roundsMax} rounds: something is always due again`)
}

async function dueOf(
  engine: Engine,
  asked: { readonly busy: readonly string[]; readonly max: readonly [number, number] },
): Promise<DueProfile[]> {
  const query = plainQuery(engine.pool)
  const of = (workClass: WorkClass) =>
    selectDue(query, workClass, {
      clockOffsetMs: engine.clockOffsetMs(),
      busy: asked.busy,
      max: asked.max[workClass],
    })
  const interactive = await of(0)
  const known = new Set(interactive.map((profile) => profile.profileId))
  return [...interactive, ...(await of(1)).filter((profile) => !known.has(profile.profileId))]
}

class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #calls = new AbortController()
  readonly #busy = new Set<string>()
  readonly #inWork = { interactive: 0, migration: 0 }
  readonly #inCalls = { interactive: 0, migration: 0 }
  readonly #inHand = new Set<Promise<void>>()
  #wake: () => void = () => undefined
  #isWoken = false

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const { engine, signal } = this.#options
    const wake = () => this.#notice()
    signal.addEventListener('abort', wake)
    while (!signal.aborted) {
      this.#isWoken = false
      const began = await this.#begin().catch((error: unknown) => {
        engine.log.error('check.dispatch-failed', { error })
        return 0
      })
      if (began === 0) await this.#rest()
    }
    signal.removeEventListener('abort', wake)
    const timer = setTimeout(() => this.#calls.abort(), this.#options.graceMs ?? graceMsStandard)
    while (this.#inHand.size > 0) await Promise.all(this.#inHand)
    clearTimeout(timer)
  }

  async #begin(): Promise<number> {
    const max = this.#free()
    if (max[0] === 0) return 0
    const due = await dueOf(this.#options.engine, { busy: [...this.#busy], max })
    const begun = due.slice(0, max[0])
    for (const profile of begun) this.#keep(this.#work(profile))
    return begun.length
  }

  /** How many more profiles of each class may be begun. */
  #free(): readonly [number, number] {
    const { slots = slotsStandard, workers = workersStandard, migrationShare = shareStandard } = this.#options
    const [work, calls] = [this.#inWork, this.#inCalls]
    const inHand = {
      interactive: work.interactive + calls.interactive,
      migration: work.migration + calls.migration,
    }
    const bySlots = freeSlots(slots, migrationShare, inHand)
    const byWorkers = freeSlots(workers, migrationShare, work)
    return [Math.min(bySlots[0], byWorkers[0]), Math.min(bySlots[1], byWorkers[1])]
  }

  async #work(due: DueProfile): Promise<void> {
    const { engine } = this.#options
    this.#busy.add(due.profileId)
    const kind = due.workClass === 1 ? 'migration' : 'interactive'
    this.#inWork[kind] += 1
    let restingMs = 0
    try {
      for (const call of await workOnProfile(engine, due)) this.#keep(this.#call(kind, call))
    } catch (error) {
      engine.log.error('check.dispatch-failed', { error, profile_id: due.profileId })
      restingMs = restMs
    } finally {
      this.#inWork[kind] -= 1
      if (restingMs === 0) this.#busy.delete(due.profileId)
      else setTimeout(() => this.#busy.delete(due.profileId), restingMs).unref()
    }
  }

  async #call(kind: 'interactive' | 'migration', call: Parameters<typeof makeCall>[1]): Promise<void> {
    const { engine } = this.#options
    this.#inCalls[kind] += 1
    try {
      await makeCall(engine, call, this.#calls.signal)
    } catch (error) {
      // The lease of the call ends by itself, and the call is made again.
      engine.log.error('check.dispatch-failed', { error, profile_id: call.call.run.profileId })
    } finally {
      this.#inCalls[kind] -= 1
    }
  }

  #keep(work: Promise<void>): void {
    const kept = work.finally(() => {
      this.#inHand.delete(kept)
      this.#notice()
    })
    this.#inHand.add(kept)
  }

  /** Looks again soon: something is due, or a slot is free. */
  #notice(): void {
    this.#isWoken = true
    this.#wake()
  }

  async #rest(): Promise<void> {
    if (this.#isWoken || this.#options.signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.idleMs ?? idleMsStandard)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = () => undefined
  }

  /** Hears from other nodes, and from this one, that something is due. Without a connection the clock suffices. */
  async listen(): Promise<void> {
    const { engine, signal } = this.#options
    while (!signal.aborted) {
      try {
        await this.#listenOnce(await engine.pool.connect())
      } catch (error) {
        if (!signal.aborted) engine.log.warn('check.listen-failed', { error })
      }
      await sleep(1_000, undefined, { signal }).catch(() => undefined)
    }
  }

  async #listenOnce(client: PoolClient): Promise<void> {
    const { signal } = this.#options
    try {
      client.on('notification', () => this.#notice())
      await listenForDue(plainQuery(client))
      await new Promise<void>((resolve, reject) => {
        client.on('error', reject)
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      })
    } finally {
      // It hears what no other user of the connection expects, so that it is not given back.
      client.release(true)
    }
  }
}
