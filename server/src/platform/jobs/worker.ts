import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  Logger,
  parseCronItems,
  type Runner,
  run,
  runMigrations,
  type Task,
  type WorkerEvents,
} from 'graphile-worker'
import { Pool, type PoolConfig } from 'pg'
import { z } from 'zod'
import type { SentenceLog } from '../log-sentences.ts'
import { makePresence, makeRecovery } from './recovery.ts'

/** What a handler is told: ids, and a signal that fires some seconds after the worker was asked to stop. */
export interface Job {
  readonly account: string
  readonly ids: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Runs a job. A job may run more than once, so a handler looks at its own rows for what is left to do. */
export type JobHandler = (job: Job) => Promise<void>

/** Work by the clock, for no account in particular: it takes one account at a time itself. */
export interface CronEntry {
  readonly name: string
  /** A crontab pattern in UTC, such as `*\/5 * * * *`. */
  readonly pattern: string
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** What a worker runs, and how it is ended. */
export interface WorkerOptions {
  /** How to connect as the role that owns the queue; the worker keeps connections of its own. */
  readonly owner: PoolConfig
  readonly handlers: Readonly<Record<string, JobHandler>>
  readonly cron?: readonly CronEntry[]
  /** Ends the worker: no job is begun any more, and those in hand are finished. */
  readonly signal: AbortSignal
  readonly log: SentenceLog
  readonly concurrency?: number
  /** How often to look for workers that died, 5 s when absent. */
  readonly recoveryMs?: number
  /** After how long a stopping worker tells the jobs in hand to end, 5 s when absent. */
  readonly abortMs?: number
}

/** A running worker. */
export interface Worker {
  /** Settles when the worker has stopped and given back its connections. */
  readonly stopped: Promise<void>
}

const Payload = z.object({ account_id: z.uuid(), ids: z.record(z.string(), z.string()) })

/** After this long a job that will not end is put back, so that the process can exit within 10 s. */
const drainMsMax = 8_000

/**
 * The queue's library expects what `pg` gives by default: with 64-bit integers read as bigint it cannot put a failed
 * job back. So these connections are never those of the platform's own pool.
 */
function queuePool(owner: PoolConfig, log: SentenceLog, max: number): Pool {
  const pool = new Pool({ ...owner, max })
  const tell = (error: Error) => {
    // A server that is stopped right behind this pool may cut a connection that is closing: nothing is lost by it.
    if (!pool.ending) log.warn({ err: named(error) }, 'a connection of the job queue broke')
  }
  pool.on('error', tell)
  pool.on('connect', (client) => client.on('error', tell))
  return pool
}

/** Makes or updates the queue's own schema, as the owner; safe when several nodes start at once. */
export async function migrateQueue(owner: PoolConfig, log: SentenceLog): Promise<void> {
  const pool = queuePool(owner, log, 2)
  try {
    await runMigrations({ pgPool: pool, logger: queueLogger(log) })
  } finally {
    await pool.end()
  }
}

/** Starts to run jobs, until the signal. Jobs of a worker that died are run again by whichever worker notices. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { signal, log, concurrency = 4 } = options
  // Each job completes on a connection of its own; one listens, one shows life, one looks for the dead.
  const pool = queuePool(options.owner, log, concurrency + 3)
  try {
    const { runner, workerId } = await startRunner(pool, options, concurrency)
    const ended = stopOnSignal(runner, signal, log)
    return { stopped: watchOver(pool, workerId, ended, options).finally(() => pool.end()) }
  } catch (error) {
    await pool.end()
    throw error
  }
}

async function startRunner(
  pool: Pool,
  options: WorkerOptions,
  concurrency: number,
): Promise<{ runner: Runner; workerId: string }> {
  const { log, cron = [] } = options
  const events: WorkerEvents = new EventEmitter()
  let workerId = ''
  events.on('pool:create', ({ workerPool }) => {
    workerId = workerPool.id
  })
  const runner = await run({
    pgPool: pool,
    events,
    concurrency,
    gracefulShutdownAbortTimeout: options.abortMs ?? 5_000,
    noHandleSignals: true,
    logger: queueLogger(log),
    taskList: {
      ...Object.fromEntries(
        Object.entries(options.handlers).map(([name, handler]) => [name, jobTask(name, handler, log)]),
      ),
      ...Object.fromEntries(cron.map((entry) => [entry.name, cronTask(entry, log)])),
    },
    parsedCronItems: parseCronItems(
      cron.map(({ name, pattern }) => ({
        task: name,
        match: pattern,
        options: { jobKey: name, maxAttempts: 1 },
      })),
    ),
  })
  return { runner, workerId }
}

function jobTask(name: string, handler: JobHandler, log: SentenceLog): Task {
  return async (payload, helpers) => {
    const { account_id: account, ids } = Payload.parse(payload)
    await guarded(name, helpers.job.id, log, () => handler({ account, ids, signal: helpers.abortSignal }))
  }
}

function cronTask(entry: CronEntry, log: SentenceLog): Task {
  return async (_payload, helpers) =>
    guarded(entry.name, helpers.job.id, log, () => entry.run(helpers.abortSignal))
}

/** The queue writes an error's words into its table and log; those may be about a person, so it is given none. */
async function guarded(
  name: string,
  jobId: string,
  log: SentenceLog,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    log.warn({ job: name, jobId, err: named(error) }, 'job failed')
    const told = new Error(`${name} failed: ${named(error)}`)
    told.stack = ''
    throw told
  }
}

/** What may be told of an error without its words: its class, and its code where it has one. */
function named(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name
}

function queueLogger(log: SentenceLog): Logger {
  return new Logger((scope) => (level, message) => {
    // Never the third argument: it holds the job with its payload.
    const fields = { jobId: scope.jobId, task: scope.taskIdentifier }
    if (level === 'error') log.error(fields, message)
    else if (level === 'warning') log.warn(fields, message)
  })
}

/** Shows that this worker lives until its last job has ended, and frees the jobs of those that died. */
async function watchOver(
  pool: Pool,
  workerId: string,
  ended: Promise<void>,
  options: WorkerOptions,
): Promise<void> {
  const presence = makePresence(pool, workerId)
  const look = makeRecovery(pool)
  const over = new AbortController()
  const whenEnded = ended.finally(() => over.abort())
  while (!over.signal.aborted) {
    try {
      await presence.show()
      const freed = await look()
      if (freed > 0) options.log.warn({ workers: freed }, 'jobs of dead workers were freed')
    } catch (error) {
      options.log.warn({ err: named(error) }, 'could not look for dead workers')
    }
    await sleep(options.recoveryMs ?? 5_000, undefined, { signal: over.signal }).catch(() => undefined)
  }
  presence.end()
  await whenEnded
}

async function stopOnSignal(runner: Runner, signal: AbortSignal, log: SentenceLog): Promise<void> {
  const ended = runner.promise.catch((error: unknown) => log.error({ err: named(error) }, 'worker ended'))
  await Promise.race([ended, aborted(signal)])
  if (!signal.aborted) return
  const stopping = runner
    .stop()
    .catch((error: unknown) => log.warn({ err: named(error) }, 'worker did not stop cleanly'))
  const late = new AbortController()
  const patience = sleep(drainMsMax, 'late' as const, { signal: late.signal }).catch(() => undefined)
  if ((await Promise.race([stopping, patience])) === 'late') await runner.kill('took too long to stop')
  late.abort()
  await ended
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
