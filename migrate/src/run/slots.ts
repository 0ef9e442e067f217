import { mostWorkers } from './ramp.ts'

/** What the slots did so far, in milliseconds. */
export interface SlotUse {
  /** Sum over the slots of the time they were taken: durable intent, call, reply. */
  busyMs: number
  /** Sum over the slots of the time a request was under way in them. */
  inFlightMs: number
  /** Sum over the slots of the time they existed. */
  slotMs: number
}

/**
 * The right to have a request under way. A slot is given back when the call has ended and its socket is free or
 * closed, so a call that timed out keeps its slot until then. The limit can change while slots are taken.
 */
export class Slots {
  readonly #now: () => number
  readonly #waiting: (() => void)[] = []
  #limit: number
  #taken = 0
  #flying = 0
  #since: number
  #use: SlotUse = { busyMs: 0, inFlightMs: 0, slotMs: 0 }

  constructor(limit: number, now: () => number) {
    this.#limit = Math.min(limit, mostWorkers)
    this.#now = now
    this.#since = now()
  }

  get limit(): number {
    return this.#limit
  }

  get taken(): number {
    return this.#taken
  }

  /** Changes how many may be taken at once; never above the hard cap of five. */
  setLimit(limit: number): void {
    this.#account()
    this.#limit = Math.min(limit, mostWorkers)
    this.#admit()
  }

  /** Runs `work` in a slot. `fly` marks the part of it during which a request is under way. */
  async within<T>(work: (fly: <R>(call: () => Promise<R>) => Promise<R>) => Promise<T>): Promise<T> {
    if (this.#taken >= this.#limit || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else {
      this.#account()
      this.#taken += 1
    }
    try {
      return await work((call) => this.#fly(call))
    } finally {
      this.#account()
      this.#taken -= 1
      this.#admit()
    }
  }

  async #fly<R>(call: () => Promise<R>): Promise<R> {
    this.#account()
    this.#flying += 1
    try {
      return await call()
    } finally {
      this.#account()
      this.#flying -= 1
    }
  }

  #admit(): void {
    while (this.#taken < this.#limit) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#account()
      this.#taken += 1
      next()
    }
  }

  /** Adds the time since the last change to the sums. */
  #account(): void {
    const now = this.#now()
    const passed = now - this.#since
    this.#since = now
    this.#use = {
      busyMs: this.#use.busyMs + passed * this.#taken,
      inFlightMs: this.#use.inFlightMs + passed * this.#flying,
      slotMs: this.#use.slotMs + passed * Math.max(this.#limit, this.#taken),
    }
  }

  /** The sums until now, and starts new ones. */
  takeUse(): SlotUse {
    this.#account()
    const use = this.#use
    this.#use = { busyMs: 0, inFlightMs: 0, slotMs: 0 }
    return use
  }
}
