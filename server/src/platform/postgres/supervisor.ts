import { setTimeout as sleep } from 'node:timers/promises'
import type { SentenceLog } from '../log-sentences.ts'
import { type Attached, attachOrStart, endServer, hasSocket } from './attach.ts'
import { explainFileError, type Layout, prepareLayout } from './layout.ts'
import type { PostgresConnection } from './lease.ts'
import { DatabaseRefusal } from './refusal.ts'
import { prepareRuntime, type Runtime } from './runtime.ts'
import { withStartLock } from './start-lock.ts'

/** Where an embedded server lies and how it runs. */
export interface EmbeddedOptions {
  /** The home of the installation; made when absent. Data go to `<home>/postgres/18/data`. */
  readonly home: string
  readonly log: SentenceLog
  /** Most connections at a time; 100 when absent. Takes effect when the server is next started. */
  readonly connectionsMax?: number
  /** The installed PostgreSQL programs; those of the npm package when absent. */
  readonly installedRuntime?: string
  /** Where root keeps what the server's user must reach; `/var/lib/drawbridge` when absent. */
  readonly systemDirectory?: string
}

/** A running PostgreSQL 18 on a home, shared by every process that uses this home. */
export interface EmbeddedPostgres {
  /** How its superuser reaches the database `postgres`. */
  readonly connection: PostgresConnection
  /** The process of the server now; it changes when the supervisor has to start another. */
  readonly pid: number
  readonly dataDirectory: string
  /** False when the server ran already: of another process on this home, or left by one that was killed. */
  readonly startedHere: boolean
  /** Leaves the server and, when no other process uses it, stops it within seconds. Calling it again is harmless. */
  stop(): Promise<void>
  /** As `stop`, without a final checkpoint: the next start recovers from the log, and loses nothing. */
  stopImmediately(): Promise<void>
}

const STOP_LOCK_WAIT_MS = 1_500
const RECOVERY_WAIT_MS = 1_000
const BACK_OFF_MS_MAX = 5_000
const SOCKET_WATCH_MS = 2_000

/**
 * Starts the embedded PostgreSQL of this home, or attaches to the one that already runs on it, and keeps it running:
 * when the server dies, or its socket is removed from under it, it is started again, with a pause that grows to five
 * seconds, until `stop`.
 *
 * Raises DatabaseRefusal, in words for the operator, when that cannot be done.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const layout = await prepareLayout(options.home, options.systemDirectory)
  const runtime = await prepareRuntime({
    user: layout.user,
    copiesDirectory: layout.runtimeCopies,
    ...(options.installedRuntime === undefined ? {} : { installed: options.installedRuntime }),
  })
  const supervisor = new Supervisor(layout, runtime, options)
  await supervisor.begin()
  return supervisor
}

class Supervisor implements EmbeddedPostgres {
  readonly #layout: Layout
  readonly #runtime: Runtime
  readonly #options: EmbeddedOptions
  readonly #stopping = new AbortController()
  #attached: Attached | undefined
  #recovery: Promise<void> = Promise.resolve()
  #stopped: Promise<void> | undefined
  #watch: NodeJS.Timeout | undefined

  constructor(layout: Layout, runtime: Runtime, options: EmbeddedOptions) {
    this.#layout = layout
    this.#runtime = runtime
    this.#options = options
  }

  get connection(): PostgresConnection {
    return this.#current().connection
  }

  get pid(): number {
    return this.#current().pid
  }

  get startedHere(): boolean {
    return this.#current().startedHere
  }

  get dataDirectory(): string {
    return this.#layout.data
  }

  /** Starts or joins the server, and watches over it from now on. */
  async begin(): Promise<void> {
    await this.#attach()
    // Nothing tells of a socket that was removed: who is connected stays so, and nobody else gets in.
    this.#watch = setInterval(() => void this.#lookAtSocket(), SOCKET_WATCH_MS).unref()
  }

  /** Starts or joins the server under the start lock. */
  async #attach(): Promise<void> {
    const lost = () => {
      if (!this.#stopping.signal.aborted) this.#recovery = this.#recover()
    }
    try {
      this.#attached = await withStartLock(this.#layout.startLock, () =>
        attachOrStart(this.#layout, this.#runtime, this.#options.connectionsMax, lost),
      )
    } catch (error) {
      throw explainFileError(error, this.#layout.version)
    }
    const { pid, startedHere } = this.#attached
    this.#options.log.info(
      { postgres_pid: pid },
      startedHere ? 'PostgreSQL started' : 'PostgreSQL was already running: attached',
    )
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop('SIGINT')
    return this.#stopped
  }

  stopImmediately(): Promise<void> {
    this.#stopped ??= this.#stop('SIGQUIT')
    return this.#stopped
  }

  async #recover(): Promise<void> {
    const { log } = this.#options
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt += 1) {
      log.warn({ attempt }, 'PostgreSQL was lost: starting it again')
      try {
        await this.#attach()
        if (this.#stopping.signal.aborted) await this.#depart('SIGQUIT')
        return
      } catch (error) {
        log.error(
          { attempt, reason: error instanceof Error ? error.message : '' },
          'PostgreSQL could not be started',
        )
      }
      const pause = Math.min(BACK_OFF_MS_MAX, 100 * 2 ** attempt)
      await sleep(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
    }
  }

  async #lookAtSocket(): Promise<void> {
    const attached = this.#attached
    if (attached === undefined || this.#stopping.signal.aborted) return
    if (await hasSocket(attached.connection.host)) return
    // Of a server that is ending the socket goes first; that is the lease's to notice, and it has.
    if (attached !== this.#attached || attached.lease.closed()) return
    this.#options.log.warn({ postgres_pid: attached.pid }, 'the socket of PostgreSQL is gone')
    await attached.lease.close()
    if (!this.#stopping.signal.aborted) this.#recovery = this.#recover()
  }

  async #stop(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    this.#stopping.abort()
    clearInterval(this.#watch)
    await Promise.race([this.#recovery, sleep(RECOVERY_WAIT_MS, undefined, { ref: false })])
    await this.#depart(signal)
  }

  /** Leaves the server; whoever leaves last ends it. */
  async #depart(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const attached = this.#attached
    if (attached === undefined) return
    try {
      const leave = () => this.#leave(attached, signal)
      await withStartLock(this.#layout.startLock, leave, STOP_LOCK_WAIT_MS)
    } catch (error) {
      // Another process is starting on this home, so the server is in use and stays.
      if (!(error instanceof DatabaseRefusal)) throw error
    } finally {
      await attached.lease.close()
    }
  }

  async #leave(attached: Attached, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    if (!(await attached.lease.leave())) return
    const ended = await endServer(attached.pid, this.#layout.data, signal)
    this.#options.log.info({ postgres_pid: attached.pid, ended }, 'PostgreSQL stopped')
  }

  #current(): Attached {
    if (this.#attached === undefined)
      throw new DatabaseRefusal('The embedded PostgreSQL has not been started.')
    return this.#attached
  }
}
