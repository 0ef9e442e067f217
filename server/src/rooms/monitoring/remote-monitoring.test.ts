import type { Policy } from '@drawbridge/policy/policy.ts'
import type { CheckResource } from '@drawbridge/schema/check.ts'
import type { EventResource } from '@drawbridge/schema/event.ts'
import type { MonitoringResource } from '@drawbridge/schema/monitoring.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCompany, makePerson, runChecks } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { withClient } from '../../platform/postgres/roles.ts'
import { type Script, type ScriptedIntegration, scripted } from '../../provider-kit/integration.test-kit.ts'
import { lookDue } from './index.ts'

const intervalMs = 600_000
const template = {
  type: 'MONITORED_POLLING',
  requestTimeoutSeconds: 5,
  polling: { initialIntervalSeconds: 0, pollingIntervalSeconds: 1, pollsMax: 3 },
  updateIntervalSeconds: intervalMs / 1000,
} as const

let server: TestServer
let lists: ScriptedIntegration
let script: Script
beforeAll(async () => {
  server = await startTestServer()
  lists = await scripted((request, reply) => script(request, reply))
  await register('lists', checkType)
  await register('companies', 'COMPANY_DATA')
  await publish()
})
afterAll(async () => {
  lists.close()
  await server.close()
})

const checkType = 'PEPS_AND_SANCTIONS_SCREEN'

/** Registers the integration as one that has been validated. */
async function register(alias: string, check_type: string): Promise<{ id: string }> {
  const body = { alias, name: 'Lists', url: lists.url, check_type }
  const made = await server.ask<{ id: string }>('POST', '/4.0/providers', { body })
  expect(made.status, made.text).toBe(200)
  const description = {
    providerName: 'Lists',
    checkType: check_type,
    template,
    supportsReselling: false,
    maximumCost: null,
    supportedCountries: ['GBR'],
    supportedFeatures: ['SANCTIONS'],
    credentialFields: [],
    configFields: [],
    outputCustomFields: {},
  }
  await withClient(server.database.adminConfig, (client) =>
    client.query(`update provider set state = 'VALIDATED', description = $2 where id = $1`, [
      made.body.id,
      JSON.stringify(description),
    ]),
  )
  return made.body
}

/** Publishes a policy with a check of it that is monitored, and that runs no check by itself. */
async function publish(): Promise<void> {
  const { body: policy } = await server.ask<Policy>('GET', '/4.0/policy')
  const variants = [
    ['lists', checkType],
    ['companies', 'COMPANY_DATA'],
  ].map(([alias, check_type], at) => ({
    id: `0c0ffee0-0000-4000-8000-00000000000${at}`,
    alias,
    name: `By ${alias}`,
    check_type,
    providers: [{ provider: alias }],
    is_monitored: true,
  }))
  const body = {
    ...policy,
    task_variants: policy.task_variants.map((task) => ({ ...task, automatic_checks: [] })),
    check_variants: [...policy.check_variants, ...variants],
  }
  const drafted = await server.ask('POST', '/4.0/policies/draft', { body })
  expect(drafted.status, drafted.text).toBe(200)
  const published = await server.ask('POST', '/4.0/policies/publish')
  expect(published.status, published.text).toBe(200)
}

/** From now on the integration does this. */
function answerWith(next: Script): void {
  script = next
  lists.received.length = 0
}

const nothing = { charges: [], errors: [], warnings: [] }
const found = (...ids: string[]) => ({
  ...nothing,
  pending: false,
  check_output: {
    entity_type: 'INDIVIDUAL',
    screening_hits: ids.map((hit_id) => ({
      provider: { hit_id, name: 'lists' },
      status: 'UNRESOLVED',
      flags: [{ type: 'SANCTION' }],
      data: { name: 'MIRA ODUYA' },
    })),
  },
})

/** A person whose check at the source has run, which found nobody. */
async function watched(reference: string) {
  const person = await makePerson(server)
  answerWith(({ path }) =>
    path === '/checks' ? { ...nothing, provider_id: 'lists-1', reference, custom_data: {} } : found(),
  )
  const body = { check_type: checkType, variant: { alias: 'lists' } }
  const run = await server.ask('POST', `${person.path}/checks?mode=async`, { body })
  expect(run.status, run.text).toBe(200)
  await runChecks(server)
  return person
}
const look = async (afterMs: number) => {
  server.clockOffsetMs += afterMs
  await lookDue(server.engine, new AbortController().signal)
}
const monitoring = async (path: string) =>
  (await server.ask<MonitoringResource[]>('GET', `${path}/monitoring`)).body
const matches = async (path: string) =>
  (await server.ask<EventResource[]>('GET', `${path}/events`)).body.map((event) => event.data.match_id)

test('an integration is told to watch, then asked by its own reference, and what it finds becomes events', async () => {
  const { path } = await watched('relation-1')
  expect(await monitoring(path)).toMatchObject([{ provider: 'lists', state: 'ACTIVE' }])
  answerWith(({ path: asked }) => (asked === '/monitored_checks/ready' ? nothing : found('hit-1')))
  await look(0)
  expect(lists.received.map((request) => request.path)).toEqual(['/monitored_checks/ready'])
  expect(await matches(path)).toEqual([])
  await look(intervalMs)
  const [, polled] = lists.received
  expect(polled).toMatchObject({
    path: '/monitored_checks/poll',
    body: { reference: 'relation-1' },
  })
  expect(await matches(path)).toEqual(['hit-1'])
  await look(intervalMs)
  expect(lists.received).toHaveLength(3)
  expect(await matches(path)).toEqual(['hit-1'])
})

test('an integration that fails is asked again after a rest, and a look that failed is no look', async () => {
  const { path } = await watched('relation-2')
  answerWith(() => nothing)
  await look(0)
  answerWith((_request, reply) => {
    reply.writeHead(500).end()
    return undefined
  })
  await look(intervalMs)
  const [failed] = await monitoring(path)
  expect(failed?.last_looked_on).toBeUndefined()
  const asked = lists.received.length
  await look(59_000)
  expect(lists.received).toHaveLength(asked)
  answerWith(() => found('hit-2'))
  await look(1_000)
  expect(await matches(path)).toEqual(['hit-2'])
  expect((await monitoring(path))[0]?.last_looked_on).toBeDefined()
})

test('an answer that comes when nobody watches any more changes nothing', async () => {
  const person = await watched('relation-3')
  answerWith(() => nothing)
  await look(0)
  const [application] = person.applications
  answerWith(async ({ body }) => {
    if (body.reference === 'relation-3')
      await server.ask('POST', `${person.path}/applications/${application?.id}`, {
        body: { status: 'REJECTED', reasons: [{ alias: 'not_eligible' }] },
      })
    return found('hit-3')
  })
  await look(intervalMs)
  expect(lists.received.some((request) => request.body.reference === 'relation-3')).toBe(true)
  expect(await monitoring(person.path)).toMatchObject([{ state: 'STOPPED' }])
  expect(await matches(person.path)).toEqual([])
})

test('with a provider that is removed every relation ends, and one of the same name takes nothing over', async () => {
  const watch = async () => {
    const person = await makePerson(server)
    const body = {
      provider: 'short',
      check_type: checkType,
      reference: 'relation-4',
      adopted_from: 'Elsewhere',
    }
    const adopted = await server.ask('POST', `${person.path}/monitoring`, { body })
    expect(adopted.status, adopted.text).toBe(200)
    return person
  }
  const { id } = await register('short', checkType)
  const person = await watch()
  const removed = await server.ask('DELETE', `/4.0/providers/${id}`)
  expect(removed.status, removed.text).toBe(200)
  const ended = [{ provider: 'short', state: 'STOPPED', stop_reason: 'PROVIDER_REMOVED' }]
  expect(await monitoring(person.path)).toMatchObject(ended)
  await register('short', checkType)
  const application = { product: { alias: 'migrated_client' } }
  expect((await server.ask('POST', `${person.path}/applications`, { body: application })).status).toBe(200)
  expect(await monitoring(person.path)).toMatchObject(ended)
})

test('a company of which the register says something else is checked anew', async () => {
  const company = await makeCompany(server)
  const body = {
    provider: 'companies',
    check_type: 'COMPANY_DATA',
    reference: 'c-1',
    adopted_from: 'Elsewhere',
  }
  const adopted = await server.ask('POST', `${company.path}/monitoring`, { body })
  expect(adopted.status, adopted.text).toBe(200)
  const said = (name: string) => () => ({
    ...nothing,
    pending: false,
    check_output: { entity_type: 'COMPANY', metadata: { name, number: '09990001' } },
  })
  const checks = async () =>
    (await server.ask<CheckResource[]>('GET', `${company.path}/checks`)).body.map(
      (check) => check.variant?.alias,
    )
  answerWith(said('NORTH QUAY TRADING LTD'))
  await look(0)
  await look(intervalMs)
  expect(await checks()).toEqual([])
  answerWith(said('SOUTH QUAY TRADING LTD'))
  await look(intervalMs)
  expect(await checks()).toEqual(['companies'])
  await look(intervalMs)
  expect(await checks()).toEqual(['companies'])
})
