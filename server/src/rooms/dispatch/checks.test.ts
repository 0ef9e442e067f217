import { afterAll, beforeAll, expect, test } from 'vitest'
import { reasonOf } from '../../../test/cases.ts'
import { type CheckServer, startCheckServer } from '../../../test/check-server.ts'
import { createApp } from '../../platform/http/index.ts'
import { withClient } from '../../platform/postgres/roles.ts'
import { routes } from '../../wiring.ts'
import { authenticator } from '../accounts/index.ts'
import { dispatchDue, runDispatcher } from './index.ts'

let checks: CheckServer
beforeAll(async () => {
  checks = await startCheckServer([{ alias: 'lenient', variant: { decisions: { Fail: 'PASS' } } }])
})
afterAll(() => checks.close())

const mira = (word: string) => ({
  personal_details: { name: { given_names: ['Mira', word], family_name: 'Oduya' } },
})

test('everything due of a profile at a provider in this process is answered in one transaction', async () => {
  const { path, id } = await checks.person(mira('Ann'))
  for (const check_type of ['IDENTITY_CHECK', 'PEPS_AND_SANCTIONS_SCREEN', 'FRAUD_SCREENING']) {
    const check = await checks.run(path, { check_type })
    expect(check).toMatchObject({ state: 'PENDING', check_type, input_data: mira('Ann') })
  }
  expect(await dispatchDue(checks.server.engine)).toBe(1)
  const done = (await checks.server.ask<Record<string, unknown>[]>('GET', `${path}/checks`)).body
  expect(done.map(({ state, result, decision }) => [state, result, decision])).toEqual([
    ['COMPLETE', '2+2', 'PASS'],
    ['COMPLETE', 'Pass', 'PASS'],
    ['COMPLETE', 'Pass', 'PASS'],
  ])
  expect(done[0]).toMatchObject({
    providers: [{ provider_name: 'Demo provider', primary: true }],
    errors: [],
  })
  const instants = await withClient(checks.server.database.adminConfig, (client) =>
    client.query(`select distinct at from fact where profile_id = $1 and kind = 'check.completed'`, [id]),
  )
  expect(instants.rows).toHaveLength(1)
})

test('an identity check is answered in its reply, and its request sent again shows the same check', async () => {
  const stop = new AbortController()
  const running = runDispatcher({ engine: checks.server.engine, signal: stop.signal })
  const { path } = await checks.person(mira('FAIL'))
  const headers = { 'idempotency-key': 'identity-1' }
  const body = { check_type: 'IDENTITY_CHECK' }
  const first = await checks.run(path, body, '', { headers })
  expect(first).toMatchObject({ state: 'COMPLETE', result: 'Fail', decision: 'FAIL' })
  const again = await checks.server.ask('POST', `${path}/checks`, { headers, body })
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  expect(again.headers.get('deferred')).toBeNull()
  expect(again.body).toEqual(first)
  stop.abort()
  await running
})

test.each([
  [{ check_type: 'COMPANY_REGISTRY' }, 400, 'check.wrong-entity-type'],
  [{ check_type: 'IDENTITY_CHECK', variant: { alias: 'nowhere' } }, 400, 'check.unknown-variant'],
  [{ check_type: 'IDENTITY_CHECK', variant: { alias: 'screening' } }, 400, 'check.unknown-variant'],
  [{ check_type: 'DOCUMENT_VERIFICATION' }, 400, 'check.missing-input'],
  [{ check_type: 'DOCUMENT_FETCH', source: 'GENERIC' }, 400, 'check.missing-input'],
  [{ check_type: 'VISA_CHECK' }, 400, 'check.missing-input'],
  [{ check_type: 'DEVICE_FRAUD_DETECTION' }, 400, 'check.missing-input'],
  [{ check_type: 'IDENTITY_CHECK', instructed_externally: true }, 400, 'check.missing-input'],
  [{ check_type: 'DOCUMENT_VERIFICATION', document_id: crypto.randomUUID() }, 404, 'document.unknown'],
  [{ check_type: 'IDENTITY_CHECK', task_ids: [crypto.randomUUID()] }, 404, 'task.unknown'],
])('a check that cannot be run is refused by name: %j', async (body, status, reason) => {
  const { path } = await checks.person()
  const answer = await checks.server.ask('POST', `${path}/checks`, { body })
  expect([answer.status, reasonOf(answer)]).toEqual([status, reason])
  expect((await checks.server.ask('GET', `${path}/checks`)).body).toEqual([])
})

test('a check that a person rejects passes nothing, also where the policy calls its result a pass', async () => {
  const { path } = await checks.person()
  const elsewhere = { check_type: 'IDENTITY_CHECK', instructed_externally: true, result: 'Fail' }
  const { id, decision } = await checks.run(path, { ...elsewhere, variant: { alias: 'lenient' } })
  expect(decision).toBe('PASS')
  const rejected = await checks.server.ask<{ decision: string }>('POST', `${path}/checks/${id}/reject`)
  expect(rejected.body.decision).toBe('ERROR')
})

test('a check that was run elsewhere is kept with its result, and passes the task that accepts it', async () => {
  const { path, tasks } = await checks.person()
  const task = tasks.find(({ type }) => type === 'INDIVIDUAL_VERIFY_IDENTITY')
  const check = await checks.run(path, {
    check_type: 'IDENTITY_CHECK',
    instructed_externally: true,
    result: '2+2',
    output_data: { entity_type: 'INDIVIDUAL', note: 'seen elsewhere' },
  })
  expect(check).toMatchObject({ state: 'COMPLETE', decision: 'PASS', instructed_externally: true })
  expect(check.output_data).toMatchObject({ note: 'seen elsewhere' })
  expect(check.task_ids).toContain(task?.id)
})

test('approving a check makes a new one with the same output, and leaves the old one as it was', async () => {
  const { path } = await checks.person(mira('FAIL'))
  const { id } = await checks.run(path, { check_type: 'IDENTITY_CHECK' })
  const early = await checks.server.ask('POST', `${path}/checks/${id}/approve`)
  expect([early.status, reasonOf(early)]).toEqual([409, 'check.not-complete'])
  await dispatchDue(checks.server.engine)
  const failed = await checks.check(path, id)
  const approved = (await checks.server.ask<typeof failed>('POST', `${path}/checks/${id}/approve`)).body
  expect(approved).toMatchObject({ state: 'COMPLETE', decision: 'PASS', task_ids: failed.task_ids })
  expect(approved.id).not.toBe(id)
  expect(approved.output_data).toEqual(failed.output_data)
  const rejected = (await checks.server.ask<typeof failed>('POST', `${path}/checks/${id}/reject`)).body
  expect(rejected.decision).toBe('FAIL')
  expect(await checks.check(path, id)).toEqual(failed)
})

test('a check can be made one for other tasks, of its profile only', async () => {
  const { path, tasks } = await checks.person()
  const other = await checks.person()
  const { id, task_ids } = await checks.run(path, { check_type: 'FRAUD_SCREENING', task_ids: [] })
  expect(task_ids).toEqual([])
  const wanted = [tasks[0]?.id]
  const attached = await checks.server.ask<{ task_ids: string[] }>('POST', `${path}/checks/${id}`, {
    body: { task_ids: wanted },
  })
  expect(attached.body.task_ids).toEqual(wanted)
  const refused = await checks.server.ask('POST', `${path}/checks/${id}`, {
    body: { task_ids: [other.tasks[0]?.id] },
  })
  expect([refused.status, reasonOf(refused)]).toEqual([404, 'task.unknown'])
})

test('while data is waited for a check stays PENDING, and begins with the data that came', async () => {
  const { path } = await checks.person(mira('Ann'))
  const steps = [{ collection_type: 'DOB' }]
  const set = await checks.server.ask('POST', `${path}/collection_steps`, { body: steps })
  expect([set.status, set.body]).toEqual([200, steps])
  const { id } = await checks.run(path, { check_type: 'IDENTITY_CHECK' }, '')
  await dispatchDue(checks.server.engine)
  expect((await checks.check(path, id)).state).toBe('PENDING')
  const personal_details = { ...mira('Ann').personal_details, dob: '1984-07-02' }
  const replaced = await checks.server.ask('POST', `${path}/collected_data`, {
    body: { entity_type: 'INDIVIDUAL', personal_details },
  })
  expect(replaced.status, replaced.text).toBe(200)
  await dispatchDue(checks.server.engine)
  const done = await checks.check(path, id)
  expect(done).toMatchObject({ state: 'COMPLETE', input_data: { personal_details } })
})

test('a server that is told to stop answers a call that waits with the check as it stands', async () => {
  const { engine, demo } = checks.server
  const authenticate = authenticator(engine)
  const other = createApp({
    engine,
    routes,
    endpoints: [],
    authenticate,
    log: engine.log,
    observe: () => undefined,
  })
  const url = await other.listen({ port: 0, host: '127.0.0.1' })
  const { path } = await checks.person()
  const waiting = fetch(`${url}${path}/checks?mode=sync`, {
    method: 'POST',
    headers: { apikey: demo.key, 'content-type': 'application/json' },
    body: '{"check_type":"FRAUD_SCREENING"}',
  })
  const listed = () => checks.server.ask<{ id: string }[]>('GET', `${path}/checks`)
  await expect.poll(async () => (await listed()).body.length).toBe(1)
  await other.close()
  const answer = await waiting
  expect([answer.status, await answer.json()]).toMatchObject([200, { state: 'PENDING' }])
})
