import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type CheckServer, passed, startCheckServer } from '../../../test/check-server.ts'
import { createPool } from '../../platform/db/index.ts'
import { withClient } from '../../platform/postgres/roles.ts'
import type { Script } from '../../provider-kit/integration.test-kit.ts'
import {
  begun,
  begunDocument,
  byDocument,
  documents,
  nothing,
  polling,
  providerId,
} from './dispatch.test-kit.ts'
import { type ClaimedCall, makeCall, workOnProfile } from './dispatch-profile.ts'
import { dispatchDue, runDispatcher } from './index.ts'

let checks: CheckServer
beforeAll(async () => {
  checks = await startCheckServer([
    { alias: 'at-once' },
    { alias: 'hanging', timeoutSeconds: 1 },
    { alias: 'broken-500' },
    { alias: 'garbage' },
    { alias: 'endless' },
    { alias: 'calls-back', ...byDocument },
    { alias: 'calls-never', ...byDocument },
    { alias: 'polled', checkType: 'PEPS_AND_SANCTIONS_SCREEN', template: polling },
    { alias: 'busy' },
    { alias: 'mortal' },
    { alias: 'unreachable' },
    { alias: 'comes-back' },
    { alias: 'stopped' },
    {
      alias: 'first',
      variant: {
        providers: ['first', 'second'].map((provider) => ({ provider, config: {} })),
        waterfall_on: ['ERROR'],
      },
    },
    { alias: 'second' },
  ])
})
afterAll(() => checks.close())
beforeEach(() => {
  checks.server.clockOffsetMs = 0
})

const wait = (seconds: number) => {
  checks.server.clockOffsetMs += seconds * 1_000
}
const dispatch = () => dispatchDue(checks.server.engine)

test.each<[string, string, Script]>([
  ['broken-500', 'an integration that fails', (_request, reply) => void reply.writeHead(500).end('no')],
  ['hanging', 'an integration that never answers', () => undefined],
  ['garbage', 'an integration that says what cannot be read', (_request, reply) => void reply.end('<html>')],
  [
    'endless',
    'an integration that says 200 MB',
    (_request, reply) => {
      const piece = Buffer.alloc(1_000_000, 'x')
      for (let at = 0; at < 200 && !reply.destroyed; at += 1) reply.write(piece)
      reply.end()
    },
  ],
])('%s: with %s the check ends in an error, and others go on', async (alias, _words, script) => {
  const source = checks.source(alias)
  source.script = script
  checks.source('at-once').script = () => passed
  const check = await begun(checks, alias)
  const other = await begun(checks, 'at-once')
  for (let round = 0; round < 4; round += 1) {
    await dispatch()
    wait(10)
  }
  expect((await other.shown()).state).toBe('COMPLETE')
  const shown = await check.shown()
  expect(shown).toMatchObject({ state: 'COMPLETE', result: 'Error', decision: 'ERROR' })
  expect(shown.errors).toMatchObject([{ code: 302, source: 'PROVIDER' }])
  expect(source.received.length).toBeLessThanOrEqual(3)
})

test('a provider that does not call back in time ends the check in an error', async () => {
  checks.source('calls-never').script = documents
  const check = await begunDocument(checks, 'calls-never')
  await dispatch()
  wait(59)
  await dispatch()
  expect((await check.shown()).state).toBe('RUNNING')
  wait(2)
  await dispatch()
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', decision: 'ERROR', errors: [{ code: 302 }] })
})

test('a provider that never has the result is asked as often as it said, then the check ends in an error', async () => {
  const source = checks.source('polled')
  source.script = ({ path }) =>
    path === '/checks'
      ? { provider_id: providerId, reference: 'r', ...nothing }
      : { pending: true, ...nothing }
  const check = await begun(checks, 'polled')
  for (let round = 0; round < 6; round += 1) {
    await dispatch()
    wait(31)
  }
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', decision: 'ERROR' })
  expect(source.received).toHaveLength(4)
})

test('two dispatchers make every call once, and each check is completed once', async () => {
  const source = checks.source('busy')
  source.script = async () => {
    await sleep(20)
    return passed
  }
  const begunChecks = await Promise.all(Array.from({ length: 20 }, () => begun(checks, 'busy')))
  const pool = createPool({ ...checks.server.database.appConfig, max: 10 }, () => undefined)
  const stop = new AbortController()
  const nodes = [checks.server.engine, { ...checks.server.engine, pool }]
  const running = nodes.map((engine) => runDispatcher({ engine, signal: stop.signal, idleMs: 50 }))
  for (const check of begunChecks) await expect.poll(async () => (await check.shown()).state).toBe('COMPLETE')
  stop.abort()
  await Promise.all(running)
  await pool.end()
  expect(source.received.map(({ body }) => body.id).sort()).toEqual(begunChecks.map(({ id }) => id).sort())
  const { rows } = await withClient(checks.server.database.adminConfig, (client) =>
    client.query(
      `select count(*)::int as facts from fact where kind = 'check.completed' and profile_id = any($1)`,
      [begunChecks.map(({ profileId }) => profileId)],
    ),
  )
  expect(rows[0]).toEqual({ facts: 20 })
})

test('a node that died in a call leaves it to another when its lease is over', async () => {
  const source = checks.source('mortal')
  source.script = () => passed
  const check = await begun(checks, 'mortal')
  const due = { accountId: checks.server.demo.accountId, profileId: check.profileId, workClass: 0 as const }
  expect(await workOnProfile(checks.server.engine, due)).toHaveLength(1)
  expect(await dispatch()).toBe(0)
  expect((await check.shown()).state).toBe('RUNNING')
  wait(120)
  await dispatch()
  expect((await check.shown()).state).toBe('COMPLETE')
  expect(source.received.map(({ body }) => body.id)).toEqual([check.id])
})

test('an answer that comes after the call was given to another changes nothing, before the end and after it', async () => {
  const source = checks.source('mortal')
  const { engine, demo } = checks.server
  const check = await begun(checks, 'mortal')
  const due = { accountId: demo.accountId, profileId: check.profileId, workClass: 0 as const }
  const make = async (calls: readonly ClaimedCall[], answer: object) => {
    source.script = () => answer
    for (const call of calls) await makeCall(engine, call, new AbortController().signal)
    return check.shown()
  }
  const late = await workOnProfile(engine, due)
  wait(120)
  const ours = await workOnProfile(engine, due)
  const found = { ...passed, errors: [{ type: 'PROVIDER_MESSAGE', message: 'No' }] }
  expect((await make(late, found)).state).toBe('RUNNING')
  const done = await make(ours, passed)
  expect(done).toMatchObject({ state: 'COMPLETE', result: '2+2' })
  expect(await make(late, found)).toEqual(done)
  expect(await make(ours, found)).toEqual(done)
})

test('a callback that is not signed by its integration is refused', async () => {
  const said = { provider_id: providerId, reference: 'x' }
  const path = '/integrations/v1/callbacks'
  const unsigned = await checks.server.ask('POST', path, { key: undefined, body: said })
  expect(unsigned.status).toBe(401)
  const other = await checks
    .source('calls-back')
    .call('POST', path, said, Buffer.alloc(32, 1).toString('base64'))
  expect(other.status).toBe(401)
})

test('a check whose provider cannot be reached waits for it, and ends in an error after 48 hours', async () => {
  const source = checks.source('unreachable')
  source.script = (_request, reply) => void reply.destroy()
  const check = await begun(checks, 'unreachable')
  for (let round = 0; round < 12; round += 1) {
    await dispatch()
    wait(400)
  }
  expect((await check.shown()).state).toBe('RUNNING')
  wait(48 * 3_600)
  await dispatch()
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', decision: 'ERROR', errors: [{ code: 302 }] })
})

test('a provider that comes back is asked for what waited', async () => {
  const source = checks.source('comes-back')
  source.script = (_request, reply) => void reply.destroy()
  const check = await begun(checks, 'comes-back')
  await dispatch()
  source.script = () => passed
  for (let round = 0; round < 4; round += 1) {
    wait(400)
    await dispatch()
  }
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result: '2+2' })
})

test('a node that is told to stop puts a call in hand back, and another makes it', async () => {
  const source = checks.source('stopped')
  let asked: () => void = () => undefined
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  source.script = () => asked()
  const check = await begun(checks, 'stopped')
  const stop = new AbortController()
  const running = runDispatcher({
    engine: checks.server.engine,
    signal: stop.signal,
    idleMs: 50,
    graceMs: 10,
  })
  await isAsked
  stop.abort()
  await running
  source.script = () => passed
  await dispatch()
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result: '2+2' })
})

test('what a migration key causes is of the migration class, whoever goes on with it', async () => {
  const { path, id } = await checks.person()
  const key = await checks.server.issueKey(checks.server.demo.accountId, 'MIGRATION')
  checks.source('first').script = () => ({
    errors: [{ type: 'PROVIDER_MESSAGE', message: 'No' }],
    warnings: [],
  })
  checks.source('second').script = () => passed
  const body = { check_type: 'IDENTITY_CHECK', variant: { alias: 'first' } }
  await checks.run(path, body, '?mode=async', { key })
  await checks.run(path, body)
  await dispatch()
  const { rows } = await withClient(checks.server.database.adminConfig, (client) =>
    client.query('select provider, work_class, state from check_run where profile_id = $1 order by 1, 2', [
      id,
    ]),
  )
  const ended = (provider: string, work_class: number) => ({ provider, work_class, state: 'ENDED' })
  expect(rows).toEqual([ended('first', 0), ended('first', 1), ended('second', 0), ended('second', 1)])
})

test('where a provider is out for a while, the next one is asked in its place', async () => {
  checks.source('first').script = (_request, reply) => void reply.destroy()
  checks.source('second').script = () => passed
  const begunChecks = await Promise.all(Array.from({ length: 6 }, () => begun(checks, 'first')))
  for (let round = 0; round < 5; round += 1) {
    await dispatch()
    wait(4)
  }
  for (const check of begunChecks)
    expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result: '2+2' })
})
