import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { finishRestore } from './finish-restore.ts'
import { ensureInstitution, refreshCredentials } from './first-start.ts'
import { measureMonitoring } from './measure-monitoring.ts'
import { cronOf, handlersOf } from './node-jobs.ts'
import { migrationsDirectory, type Platform } from './open-platform.ts'
import { createApp, migrationShare, mountOperations, type Page } from './platform/http/index.ts'
import { startWorker } from './platform/jobs/index.ts'
import { fileSink, loadCheckpointSigner, runCheckpoints, runSequencer } from './platform/ledger/index.ts'
import { sentenceLog } from './platform/log-sentences.ts'
import { createMetrics, type Metrics } from './platform/metrics.ts'
import { docsRoutes, openApiDocument } from './platform/openapi/index.ts'
import { readMigrations, schemaIsCurrent } from './platform/postgres/index.ts'
import { rotateKek } from './platform/vault/index.ts'
import { authenticator } from './rooms/accounts/index.ts'
import { endpointsOf, runDispatcher } from './rooms/dispatch/index.ts'
import { runMonitoring } from './rooms/monitoring/index.ts'
import { routes } from './wiring.ts'

/** A node that is up. */
export interface Running {
  readonly url: string
  /** Answers what was begun, finishes the jobs in hand and leaves the database. */
  stop(): Promise<void>
}

/** How long the sequencer rests when nothing is waiting. */
const sequencerIdleMs = 250
const checkpointMs = 60_000
/** A database that takes longer to answer a small question is not one to send requests to. */
const readyMsMax = 2_000

/**
 * Starts what the node's role asks for: the API, the work behind it, or both. When that fails, everything is closed
 * again, so that the process ends and a service manager can start it anew.
 */
export async function startNode(platform: Platform): Promise<Running> {
  const stopping = new AbortController()
  const metrics = createMetrics()
  measureMonitoring(metrics, platform.engine)
  const app = platform.settings.role === 'worker' ? Fastify() : apiOf(platform, metrics)
  let work: Promise<void>[] = []
  const close = async () => {
    await app.close()
    stopping.abort()
    await Promise.all(work)
    metrics.close()
    await platform.close()
  }
  try {
    await finishRestore(platform)
    const url = await openDoors(app, platform, metrics)
    work = platform.settings.role === 'api' ? [] : await startWork(platform, stopping.signal)
    platform.log.info('node.started', { port: Number(new URL(url).port), role: platform.settings.role })
    const stop = async () => {
      await close()
      platform.log.info('node.stopped')
      platform.log.flush()
    }
    return { url, stop }
  } catch (error) {
    await close()
    throw error
  }
}

/** Listens, and on the first start makes the environments and their keys. Returns the address. */
async function openDoors(app: FastifyInstance, platform: Platform, metrics: Metrics): Promise<string> {
  const { settings } = platform
  let isPrepared = false
  await mount(app, platform, metrics, () => isPrepared)
  const port = await listen(app, platform)
  const url = `http://${settings.host}:${port}`
  const formUrl = `http://${settings.host}:${port + 1}`
  await ensureInstitution(platform, url, formUrl)
  await refreshCredentials(settings.home, url, formUrl)
  isPrepared = true
  return url
}

function apiOf({ engine, log, settings }: Platform, metrics: Metrics): FastifyInstance {
  const seconds = metrics.histogram({
    name: 'drawbridge_request_seconds',
    help: 'How long requests took to answer.',
    labels: ['kind', 'status'],
  })
  const observe = (operation: string, status: number, took: number) =>
    seconds.observe({ kind: operation, status }, took)
  return createApp({
    migrationShare: migrationShare(settings.poolSize, settings.migrationShare),
    engine,
    routes,
    endpoints: endpointsOf(engine),
    authenticate: authenticator(engine),
    log,
    observe,
  })
}

async function mount(
  app: FastifyInstance,
  { engine, log, settings }: Platform,
  metrics: Metrics,
  isPrepared: () => boolean,
): Promise<void> {
  const migrations = await readMigrations(migrationsDirectory)
  const askDatabase = async () => {
    try {
      return (await schemaIsCurrent(engine.pool, migrations))
        ? undefined
        : 'the database schema is not current'
    } catch (error) {
      log.warn('node.not-ready', { error })
      return 'the database cannot be reached'
    }
  }
  // One question at a time: a database that stands still must not take a connection for every probe.
  let asked: Promise<string | undefined> | undefined
  const whyNotReady = async () => {
    if (!isPrepared()) return 'the first start is still making environments and keys'
    asked ??= askDatabase().finally(() => {
      asked = undefined
    })
    return Promise.race([asked, sleep(readyMsMax, 'the database does not answer', { ref: false })])
  }
  mountOperations(app, {
    whyNotReady,
    metricsPage: () => metrics.page(),
    pages: settings.role === 'worker' ? [] : documentation(),
  })
}

async function listen(app: FastifyInstance, { settings }: Platform): Promise<number> {
  await app.listen({ port: settings.port, host: settings.host }).catch((error: unknown) => {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken) throw error
    const { host, port } = settings
    const remedy = 'Stop what listens there, or choose another --port.'
    throw new Error(`Port ${port} of ${host} is taken (EADDRINUSE). ${remedy}`, { cause: error })
  })
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : settings.port
}

/** Starts the sequencer, the checkpoints, the job queue, the dispatcher of checks and monitoring. Returns what ends after the signal. */
async function startWork(platform: Platform, signal: AbortSignal): Promise<Promise<void>[]> {
  const { engine, log, owner, settings } = platform
  const { pool, vault } = engine
  await rotateKek(pool, vault)
  const loop = { pool, signal, onError: (error: unknown) => log.error('ledger.step-failed', { error }) }
  const signer = await loadCheckpointSigner(settings.home, vault.keyEncryption)
  const sinks = [fileSink(join(settings.home, 'checkpoints'))]
  const clock = () => new Date(Date.now() + engine.clockOffsetMs())
  const worker = await startWorker({
    owner,
    handlers: handlersOf(platform),
    cron: cronOf(platform),
    signal,
    log: sentenceLog(log, 'jobs'),
  })
  return [
    runSequencer({ ...loop, idleMs: sequencerIdleMs }),
    runCheckpoints({ ...loop, idleMs: checkpointMs, signer, sinks, clock }),
    worker.stopped,
    runDispatcher({ engine, signal, migrationShare: settings.migrationShare / 100 }),
    runMonitoring({ engine, signal }),
  ]
}

/** The contract as this node serves it, and its documentation. */
function documentation(): readonly Page[] {
  const operations = routes.map((route) => route.operation)
  return docsRoutes(openApiDocument(operations, { title: 'Drawbridge API', version: '4.0', serverUrl: '/' }))
}
