import type { EventResource } from '@drawbridge/schema/event.ts'
import type { MonitoringCoverage, MonitoringResource } from '@drawbridge/schema/monitoring.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type MadeProfile, makeCase, personNamed, reasonOf, runChecks } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { withClient } from '../../platform/postgres/roles.ts'
import { countOverdue, lookDue } from './index.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(() => {
  server.clockOffsetMs = 0
})

const minuteMs = 60_000
/** The demo provider wants to be asked every two minutes. */
const intervalMs = 2 * minuteMs

/** A customer whose checks have run: approved by itself, unless the name says otherwise. */
async function customer(familyName: string): Promise<MadeProfile> {
  const body = { role: 'INDIVIDUAL_CUSTOMER', collected_data: personNamed(familyName) }
  const made = await makeCase(server, {}, body)
  await runChecks(server)
  return made
}
const read = async (path: string) => (await server.ask<ProfileResource>('GET', path)).body
const statusOf = async (path: string) => (await read(path)).applications?.[0]?.status
const monitoring = async (path: string) =>
  (await server.ask<MonitoringResource[]>('GET', `${path}/monitoring`)).body
const events = async (path: string) => (await server.ask<EventResource[]>('GET', `${path}/events`)).body
const screeningTask = async (path: string) =>
  (await read(path)).tasks?.find((task) => task.type.includes('SANCTIONS') && !task.is_expired)
const look = async (afterMs: number) => {
  server.clockOffsetMs += afterMs
  await lookDue(server.engine, new AbortController().signal)
  await runChecks(server)
}
const decide = async (person: MadeProfile, body: object) => {
  const path = `${person.path}/applications/${person.applications[0]?.id}`
  const answer = await server.ask('POST', path, { body })
  expect(answer.status, answer.text).toBe(200)
}
const queried = <R extends pg.QueryResultRow>(text: string) =>
  withClient(server.database.adminConfig, (client) => client.query<R>(text))
const facts = async (profileId: string, kind: string) => {
  const { rows } = await queried<{ id: string }>(
    `select id from fact where profile_id = '${profileId}' and kind = '${kind}'`,
  )
  return rows.length
}

test('one run of a monitored check begins monitoring, once, and nothing is seen before the provider is asked', async () => {
  const { path, id } = await customer('Oduya')
  expect(await monitoring(path)).toMatchObject([
    { provider: 'demo', check_type: 'PEPS_AND_SANCTIONS_SCREEN', state: 'ACTIVE' },
  ])
  expect((await monitoring(path))[0]?.last_looked_on).toBeUndefined()
  const again = { check_type: 'PEPS_AND_SANCTIONS_SCREEN' }
  expect((await server.ask('POST', `${path}/checks`, { body: again })).status).toBe(200)
  await runChecks(server)
  expect(await monitoring(path)).toHaveLength(1)
  expect(await facts(id, 'monitoring.started')).toBe(1)
})

test('a match that comes later opens the task again and puts the approved application in review, once', async () => {
  const { path } = await customer('MONITOR-PEP')
  expect([await statusOf(path), (await screeningTask(path))?.state]).toEqual(['APPROVED', 'COMPLETED_PASS'])
  expect(await events(path)).toEqual([])
  await look(0)
  expect(await events(path)).toEqual([])
  await look(intervalMs)
  const [event, ...more] = await events(path)
  expect(event).toMatchObject({ resolution: 'UNRESOLVED', data: { event_type: 'PEP_FLAG' } })
  expect(more).toEqual([])
  expect([await statusOf(path), (await screeningTask(path))?.state]).toEqual(['IN_REVIEW', 'INCOMPLETE'])
  expect((await monitoring(path))[0]?.last_looked_on).toBeDefined()
  const resolved = await server.ask('POST', `${path}/events/${event?.id}`, {
    body: { resolution: 'MISMATCH' },
  })
  expect(resolved.status).toBe(200)
  await look(intervalMs)
  expect((await events(path)).map((one) => one.resolution)).toEqual(['MISMATCH'])
})

test('nobody is asked about a client whose applications have all ended, until one is live again', async () => {
  const person = await customer('MONITOR-PEP')
  const { path } = person
  await look(0)
  await decide(person, { status: 'CANCELLED', reasons: [{ alias: 'inactive' }] })
  expect(await monitoring(path)).toMatchObject([{ state: 'STOPPED', stop_reason: 'NO_LIVE_APPLICATION' }])
  await look(10 * intervalMs)
  expect(await events(path)).toEqual([])
  const revert = await server.ask(
    'POST',
    `${path}/applications/${person.applications[0]?.id}/revert_decision`,
    {
      body: {},
    },
  )
  expect(revert.status, revert.text).toBe(200)
  expect(await monitoring(path)).toMatchObject([{ state: 'ACTIVE' }])
  await look(0)
  expect(await events(path)).toHaveLength(1)
})

test('an associate that is taken off the list of its company is watched no more, until it is on one again', async () => {
  const data = personNamed('Associate')
  const associate = await makeCase(server, {}, { role: 'INDIVIDUAL_ASSOCIATED', collected_data: data })
  const metadata = { name: 'NORTH QUAY TRADING LTD', number: '09990001', country_of_incorporation: 'GBR' }
  const alone = { entity_type: 'COMPANY', metadata }
  const director = { entity_type: 'INDIVIDUAL', linked_profile: { id: associate.id } }
  const together = { ...alone, officers: { directors: [director] } }
  const company = await makeCase(server, {}, { role: 'COMPANY_CUSTOMER', collected_data: together })
  const body = { check_type: 'PEPS_AND_SANCTIONS_SCREEN' }
  expect((await server.ask('POST', `${associate.path}/checks`, { body })).status).toBe(200)
  await runChecks(server)
  const replace = async (collected: object) => {
    const answer = await server.ask('POST', `${company.path}/collected_data`, { body: collected })
    expect(answer.status, answer.text).toBe(200)
    return (await monitoring(associate.path)).map((row) => row.state)
  }
  expect((await monitoring(associate.path)).map((row) => row.state)).toEqual(['ACTIVE'])
  expect(await replace(alone)).toEqual(['STOPPED'])
  expect(await replace(together)).toEqual(['ACTIVE'])
})

test('a relation that exists elsewhere is adopted by its reference, with where it comes from', async () => {
  const made = await makeCase(
    server,
    {},
    { role: 'INDIVIDUAL_CUSTOMER', applications: [], collected_data: personNamed('Adopted') },
  )
  const body = {
    provider: 'demo',
    check_type: 'PEPS_AND_SANCTIONS_SCREEN',
    reference: 'Mira MONITOR-PEP',
    adopted_from: 'Contract 12 with the provider',
  }
  const adopt = (more: object = {}) =>
    server.ask<MonitoringResource>('POST', `${made.path}/monitoring`, { body: { ...body, ...more } })
  const adopted = await adopt()
  expect(adopted.body, adopted.text).toMatchObject({
    state: 'ACTIVE',
    provider: 'demo',
    adopted_from: body.adopted_from,
  })
  expect(adopted.body.check_id).toBeUndefined()
  await look(0)
  expect((await events(made.path)).map((event) => event.data.event_type)).toEqual(['PEP_FLAG'])
  expect(reasonOf(await adopt())).toBe('monitoring.already-active')
  expect(reasonOf(await adopt({ provider: 'nobody' }))).toBe('provider.unknown')
  expect(reasonOf(await adopt({ check_type: 'IDENTITY_CHECK' }))).toBe('monitoring.not-offered')
})

test('what names the relation at the provider cannot be read in the database', async () => {
  await customer('Sealed')
  const { rows } = await queried<{ line: string }>('select m::text as line from monitored m')
  expect(rows.length).toBeGreaterThan(0)
  for (const { line } of rows) expect(line).not.toMatch(/demo1\.|Sealed|5365616c6564/)
})

test('coverage tells how long ago the watched were looked at, and a gap when they were not', async () => {
  const coverage = async () => (await server.ask<MonitoringCoverage>('GET', '/4.0/monitoring/coverage')).body
  await customer('Covered')
  server.clockOffsetMs += 100 * intervalMs
  await look(0)
  await look(intervalMs)
  const whole = await coverage()
  expect(whole).toMatchObject({ is_whole: true, overdue: 0 })
  const active = whole.providers.reduce((sum, provider) => sum + provider.active, 0)
  expect(active).toBeGreaterThan(0)
  for (const provider of whole.providers) {
    expect(provider).toMatchObject({ provider: 'demo', overdue: 0 })
    expect(provider.looked_at.within_an_hour).toBe(provider.active)
  }
  expect(await countOverdue(server.engine)).toBe(0)
  server.clockOffsetMs += 16 * minuteMs
  expect(await coverage()).toMatchObject({ is_whole: false, overdue: active })
  expect(await countOverdue(server.engine)).toBe(active)
  server.clockOffsetMs += 24 * 60 * minuteMs
  for (const provider of (await coverage()).providers)
    expect(provider.looked_at).toMatchObject({ within_an_hour: 0, within_a_week: provider.active })
})

test('a profile that is deleted leaves nothing that is watched', async () => {
  const { path, id } = await customer('Gone')
  const gone = await server.ask('POST', `${path}/delete`, { body: { confirm_id: id } })
  expect(gone.status, gone.text).toBe(200)
  const { rows } = await queried(`select id from monitored where profile_id = '${id}'`)
  expect(rows).toEqual([])
})
