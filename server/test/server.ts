import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyClass } from '@drawbridge/schema/capability.ts'
import { plainQuery } from '../src/platform/account-transaction.ts'
import { createPool } from '../src/platform/db/index.ts'
import { createApp } from '../src/platform/http/index.ts'
import { createFileInspector } from '../src/platform/inspect/index.ts'
import { createJsonPool } from '../src/platform/json/index.ts'
import { createLogger } from '../src/platform/log.ts'
import { createGuardedFetch } from '../src/platform/net/index.ts'
import { type Engine, withScope } from '../src/platform/scope.ts'
import { createStorage } from '../src/platform/storage/index.ts'
import { createVault, localKeyEncryption } from '../src/platform/vault/index.ts'
import { authenticator, createInstitution, issueKey } from '../src/rooms/accounts/index.ts'
import { endpointsOf } from '../src/rooms/dispatch/index.ts'
import { reactions, routes } from '../src/wiring.ts'
import { assertDocumented } from './checked-reply.ts'
import { createTestDatabase, type TestDatabase } from './postgres.ts'

/** An answer of the server under test. */
export interface Answer<T = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: T
}

export interface Asked {
  readonly key?: string | undefined
  readonly headers?: Record<string, string>
  /** A string or bytes go out as they are, anything else as JSON. */
  readonly body?: unknown
}

/** A whole API on a database of its own, over real HTTP. */
export interface TestServer {
  readonly url: string
  readonly engine: Engine
  readonly database: TestDatabase
  readonly storageDirectory: string
  readonly demo: { readonly accountId: string; readonly key: string }
  readonly live: { readonly accountId: string; readonly key: string }
  /** Milliseconds added to the database clock. */
  clockOffsetMs: number
  /**
   * Sends a request, with the demo environment's master key unless another is named. Throws when the reply is not as
   * the OpenAPI document says.
   */
  ask<T = unknown>(method: string, path: string, asked?: Asked): Promise<Answer<T>>
  issueKey(
    accountId: string,
    keyClass: KeyClass,
    more?: { validFrom?: Date; maxInFlight?: number | null },
  ): Promise<string>
  close(): Promise<void>
}

interface Parts {
  readonly engine: Engine
  readonly clock: { offsetMs: number }
  readonly storageDirectory: string
  release(): Promise<void>
}

async function makeEngine(database: TestDatabase): Promise<Parts> {
  const storageDirectory = await mkdtemp(join(tmpdir(), 'drawbridge-files-'))
  const clock = { offsetMs: 0 }
  const pool = createPool({ ...database.appConfig, max: 10 }, () => undefined)
  const inspector = createFileInspector({ processes: 1 })
  const json = createJsonPool()
  const log = createLogger({ level: 'silent' })
  // Integrations of tests listen on this machine; nothing else is reached.
  const outbound = createGuardedFetch({ allowNetworks: ['127.0.0.0/8'], resolve: async () => [], log })
  const engine: Engine = {
    pool,
    vault: createVault(localKeyEncryption([Buffer.alloc(32, 7)])),
    log,
    json,
    storage: await createStorage({ kind: 'disk', directory: storageDirectory }, outbound.guardedFetch),
    inspectFile: (bytes, name) => inspector.inspectFile(bytes, name),
    outbound,
    reactions,
    clockOffsetMs: () => clock.offsetMs,
  }
  const release = async () => {
    inspector.close()
    await json.close()
    await pool.end()
    await rm(storageDirectory, { recursive: true, force: true })
  }
  return { engine, clock, storageDirectory, release }
}

function issuer(engine: Engine): TestServer['issueKey'] {
  return async (accountId, keyClass, more = {}) => {
    const opening = { accountId, actor: { kind: 'system' as const, id: null } }
    const request = { name: keyClass, class: keyClass, ...more }
    return (await withScope(engine, opening, (scope) => issueKey(scope, request))).text
  }
}

/** Starts the API in this process on a fresh database, a scratch folder and a free port. */
export async function startTestServer(): Promise<TestServer> {
  const database = await createTestDatabase()
  const { engine, clock, storageDirectory, release } = await makeEngine(database)
  const [demo, live] = await institution(engine)
  const authenticate = authenticator(engine)
  const app = createApp({
    engine,
    routes,
    endpoints: endpointsOf(engine),
    authenticate,
    log: engine.log,
    observe: () => undefined,
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const issue = issuer(engine)
  const demoKey = await issue(demo, 'MASTER')
  return {
    url,
    engine,
    database,
    storageDirectory,
    demo: { accountId: demo, key: demoKey },
    live: { accountId: live, key: await issue(live, 'MASTER') },
    get clockOffsetMs() {
      return clock.offsetMs
    },
    set clockOffsetMs(ms: number) {
      clock.offsetMs = ms
    },
    ask: (method, path, asked = {}) => ask(url, demoKey, method, path, asked),
    issueKey: issue,
    close: async () => {
      await app.close()
      await release()
      await database.drop()
    },
  }
}

async function institution(engine: Engine): Promise<[string, string]> {
  const client = await engine.pool.connect()
  try {
    await client.query('begin')
    const accounts = await createInstitution(plainQuery(client), engine.vault, 'Test Bank', new Date())
    await client.query('commit')
    const [demo, live] = accounts.map((account) => account.accountId)
    if (demo === undefined || live === undefined) throw new Error('An institution has two environments')
    return [demo, live]
  } finally {
    client.release()
  }
}

async function ask<T>(
  url: string,
  demoKey: string,
  method: string,
  path: string,
  asked: Asked,
): Promise<Answer<T>> {
  const { body } = asked
  const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const key = 'key' in asked ? asked.key : demoKey
  if (key !== undefined) headers.apikey = key
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...headers, ...asked.headers },
    ...(body === undefined
      ? {}
      : { body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : undefined
  assertDocumented(method, path, response.status, parsed)
  return { status: response.status, headers: response.headers, text, body: parsed as T }
}
