import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import { Policy, type PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import type { CheckResource, CheckType } from '@drawbridge/schema/check.ts'
import { expect } from 'vitest'
import { withClient } from '../src/platform/postgres/roles.ts'
import { type Script, type ScriptedIntegration, scripted } from '../src/provider-kit/integration.test-kit.ts'
import type { CheckTemplate, ProviderDescription } from '../src/provider-kit/provider.ts'
import { signingKeyOf, signRequest } from '../src/provider-kit/signing.ts'
import { type MadeProfile, makePerson } from './cases.ts'
import { type Asked, startTestServer, type TestServer } from './server.ts'

/** An integration that a test scripts, registered as validated; its check variant has its alias. */
export interface Source {
  readonly alias: string
  /** What it does with a request, from now on. */
  script: Script
  /** What it was asked from the start of the test on. */
  readonly received: ScriptedIntegration['received']
  /** Sends a request to the platform, signed by its secret, or by another. */
  call(method: 'GET' | 'POST', path: string, body?: unknown, secret?: string): Promise<Response>
}

/** How a source is registered, and which variant asks it. */
export interface SourceSettings {
  readonly alias: string
  readonly checkType?: CheckType
  readonly template?: CheckTemplate
  readonly timeoutSeconds?: number
  readonly variant?: Partial<PolicyCheckVariant>
}

/** A server with sources of its own, whose policy runs no check by itself. */
export interface CheckServer {
  readonly server: TestServer
  source(alias: string): Source
  /** A person without any check. */
  person(data?: object): Promise<MadeProfile>
  /** Runs a check through the API, asynchronously unless the query says otherwise. */
  run(path: string, body: object, query?: string, asked?: Asked): Promise<CheckResource>
  check(path: string, id: string): Promise<CheckResource>
  close(): Promise<void>
}

const synchronous: CheckTemplate = { type: 'ONE_TIME_SYNCHRONOUS', timeoutSeconds: 60 }

/** The output of an identity check that matched name, address and date of birth twice. */
export const passed = {
  check_output: {
    entity_type: 'INDIVIDUAL',
    electronic_id_check: {
      matches: [
        match('Credit', 'CREDIT', ['FORENAME', 'SURNAME', 'ADDRESS']),
        match('Civil', 'CIVIL', ['FORENAME', 'SURNAME', 'DOB']),
      ],
    },
  },
  errors: [],
  warnings: [],
  charges: [],
}

function match(name: string, type: string, fields: readonly string[]) {
  return { database_name: name, database_type: type, matched_fields: fields, count: 1 }
}

/** Starts the server with these sources. Each is asked by a variant of its alias, unless that names another. */
export async function startCheckServer(settings: readonly SourceSettings[]): Promise<CheckServer> {
  const server = await startTestServer()
  const sources = new Map<string, Source>()
  const closing: (() => void)[] = []
  for (const one of settings) {
    const { source, close } = await register(server, one)
    sources.set(one.alias, source)
    closing.push(close)
  }
  await publish(server, settings)
  return {
    server,
    source: (alias) => {
      const found = sources.get(alias)
      if (!found) throw new Error(`No source ${alias}`)
      return found
    },
    person: (data) => person(server, data),
    run: async (path, body, query = '?mode=async', asked = {}) => {
      const answer = await server.ask<CheckResource>('POST', `${path}/checks${query}`, { ...asked, body })
      expect(answer.status, answer.text).toBe(200)
      return answer.body
    },
    check: async (path, id) => (await server.ask<CheckResource>('GET', `${path}/checks/${id}`)).body,
    close: async () => {
      for (const close of closing) close()
      await server.close()
    },
  }
}

async function person(server: TestServer, data?: object): Promise<MadeProfile> {
  if (data === undefined) return makePerson(server)
  const body = { role: 'INDIVIDUAL_CUSTOMER', collected_data: { entity_type: 'INDIVIDUAL', ...data } }
  const made = await server.ask<{ id: string }>('POST', '/4.0/profiles', { body })
  expect(made.status, made.text).toBe(200)
  return { id: made.body.id, path: `/4.0/profiles/${made.body.id}`, applications: [], tasks: [] }
}

async function register(server: TestServer, settings: SourceSettings) {
  const { alias, checkType = 'IDENTITY_CHECK', template = synchronous, timeoutSeconds } = settings
  let script: Script = () => passed
  const integration = await scripted((request, reply) => script(request, reply))
  const description: ProviderDescription = {
    providerName: `Source ${alias}`,
    checkType,
    template,
    supportsReselling: false,
    maximumCost: null,
    supportedCountries: ['GBR'],
    supportedFeatures: [],
    credentialFields: [],
    configFields: [],
    outputCustomFields: {},
  }
  const limits = timeoutSeconds === undefined ? {} : { timeout_seconds: timeoutSeconds }
  const body = { alias, name: `Source ${alias}`, url: integration.url, check_type: checkType, limits }
  const made = await server.ask<{ id: string; secret: string }>('POST', '/4.0/providers', { body })
  expect(made.status, made.text).toBe(200)
  await withClient(server.database.adminConfig, (client) =>
    client.query(`update provider set state = 'VALIDATED', description = $2 where id = $1`, [
      made.body.id,
      JSON.stringify(description),
    ]),
  )
  const source: Source = {
    alias,
    received: integration.received,
    get script() {
      return script
    },
    set script(next: Script) {
      script = next
      integration.received.length = 0
    },
    call: (method, path, sent, secret = made.body.secret) => callPlatform(server, method, path, sent, secret),
  }
  return { source, close: () => integration.close() }
}

async function callPlatform(
  server: TestServer,
  method: 'GET' | 'POST',
  path: string,
  sent: unknown,
  secret: string,
): Promise<Response> {
  const body = sent === undefined ? null : JSON.stringify(sent)
  const url = `${server.url}${path}`
  const date = new Date(Date.now() + server.clockOffsetMs)
  const signed = signRequest(signingKeyOf(secret), { method, url, body, date })
  return fetch(url, { method, headers: { ...signed, 'content-type': 'application/json' }, body })
}

async function publish(server: TestServer, settings: readonly SourceSettings[]): Promise<void> {
  const own = settings.map(({ alias, checkType = 'IDENTITY_CHECK', variant }, at) => ({
    id: `0c0ffee0-0000-4000-8000-${String(at).padStart(12, '0')}`,
    alias,
    name: `By ${alias}`,
    check_type: checkType,
    providers: [{ provider: alias }],
    ...variant,
  }))
  const policy = Policy.parse({
    ...defaultPolicy,
    version: 2,
    task_variants: defaultPolicy.task_variants.map((task) => ({ ...task, automatic_checks: [] })),
    check_variants: [...defaultPolicy.check_variants, ...own],
  })
  await withClient(server.database.adminConfig, (client) =>
    client.query(
      `insert into policy_version (account_id, version, document, published_at, actor_kind)
       values ($1, 2, $2, now(), 'system')`,
      [server.demo.accountId, JSON.stringify(policy)],
    ),
  )
}
