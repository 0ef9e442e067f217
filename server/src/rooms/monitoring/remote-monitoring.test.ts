import type { EventResource } from '@drawbridge/schema/event.ts'
import type { MonitoringResource } from '@drawbridge/schema/monitoring.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePerson, runChecks } from '../../../test/cases.ts'
import { type CheckServer, type Source, startCheckServer } from '../checks/checks.test-kit.ts'
import { lookDue } from './index.ts'

const intervalMs = 600_000
const template = {
  type: 'MONITORED_POLLING',
  requestTimeoutSeconds: 5,
  polling: { initialIntervalSeconds: 0, pollingIntervalSeconds: 1, pollsMax: 3 },
  updateIntervalSeconds: intervalMs / 1000,
} as const

let checks: CheckServer
let lists: Source
beforeAll(async () => {
  const checkType = 'PEPS_AND_SANCTIONS_SCREEN'
  checks = await startCheckServer([{ alias: 'lists', checkType, template, variant: { is_monitored: true } }])
  lists = checks.source('lists')
})
afterAll(() => checks.close())

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
  const person = await makePerson(checks.server)
  lists.script = ({ path }) =>
    path === '/checks' ? { ...nothing, provider_id: 'lists-1', reference, custom_data: {} } : found()
  await checks.run(person.path, { check_type: 'PEPS_AND_SANCTIONS_SCREEN', variant: { alias: 'lists' } })
  await runChecks(checks.server)
  return person
}
const look = async (afterMs: number) => {
  checks.server.clockOffsetMs += afterMs
  await lookDue(checks.server.engine, new AbortController().signal)
}
const monitoring = async (path: string) =>
  (await checks.server.ask<MonitoringResource[]>('GET', `${path}/monitoring`)).body
const matches = async (path: string) =>
  (await checks.server.ask<EventResource[]>('GET', `${path}/events`)).body.map((event) => event.data.match_id)

test('an integration is told to watch, then asked by its own reference, and what it finds becomes events', async () => {
  const { path } = await watched('relation-1')
  expect(await monitoring(path)).toMatchObject([{ provider: 'lists', state: 'ACTIVE' }])
  lists.script = ({ path: asked }) => (asked === '/monitored_checks/ready' ? nothing : found('hit-1'))
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
  lists.script = () => nothing
  await look(0)
  lists.script = (_request, reply) => {
    reply.writeHead(500).end()
    return undefined
  }
  await look(intervalMs)
  const [failed] = await monitoring(path)
  expect(failed?.last_looked_on).toBeUndefined()
  const asked = lists.received.length
  await look(59_000)
  expect(lists.received).toHaveLength(asked)
  lists.script = () => found('hit-2')
  await look(1_000)
  expect(await matches(path)).toEqual(['hit-2'])
  expect((await monitoring(path))[0]?.last_looked_on).toBeDefined()
})

test('an answer that comes when nobody watches any more changes nothing', async () => {
  const person = await watched('relation-3')
  lists.script = () => nothing
  await look(0)
  const [application] = person.applications
  lists.script = async ({ body }) => {
    if (body.reference === 'relation-3')
      await checks.server.ask('POST', `${person.path}/applications/${application?.id}`, {
        body: { status: 'REJECTED', reasons: [{ alias: 'not_eligible' }] },
      })
    return found('hit-3')
  }
  await look(intervalMs)
  expect(lists.received.some((request) => request.body.reference === 'relation-3')).toBe(true)
  expect(await monitoring(person.path)).toMatchObject([{ state: 'STOPPED' }])
  expect(await matches(person.path)).toEqual([])
})
