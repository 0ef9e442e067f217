import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPool } from '../../platform/db/index.ts'
import { withClient } from '../../platform/postgres/roles.ts'
import type { Script } from '../../provider-kit/integration.test-kit.ts'
import type { CheckTemplate } from '../../provider-kit/provider.ts'
import { type CheckServer, passed, startCheckServer } from './checks.test-kit.ts'
import { workOnProfile } from './dispatch-profile.ts'
import { dispatchDue, jobs, runDispatcher } from './index.ts'

const callback: CheckTemplate = {
  type: 'ONE_TIME_CALLBACK',
  requestTimeoutSeconds: 5,
  callbackTimeoutSeconds: 60,
}
const polling: CheckTemplate = {
  type: 'ONE_TIME_POLLING',
  requestTimeoutSeconds: 5,
  polling: { initialIntervalSeconds: 10, pollingIntervalSeconds: 30, pollsMax: 3 },
}
const byDocument = { checkType: 'DOCUMENT_VERIFICATION', template: callback } as const

let checks: CheckServer
beforeAll(async () => {
  checks = await startCheckServer([
    { alias: 'at-once' },
    { alias: 'hanging', timeoutSeconds: 1 },
    { alias: 'broken-500' },
    { alias: 'garbage' },
    { alias: 'endless' },
    { alias: 'calls-back', ...byDocument },
    { alias: 'calls-early', ...byDocument },
    { alias: 'calls-never', ...byDocument },
    { alias: 'polled', checkType: 'PEPS_AND_SANCTIONS_SCREEN', template: polling },
    {
      alias: 'first',
      variant: {
        providers: ['first', 'second'].map((provider) => ({ provider, config: {} })),
        waterfall_on: ['ERROR', 'FAIL'],
      },
    },
    { alias: 'second' },
    { alias: 'busy' },
    { alias: 'mortal' },
    { alias: 'fetching', checkType: 'DOCUMENT_FETCH', template: callback },
    { alias: 'unreachable' },
    { alias: 'comes-back' },
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
const nothing = { errors: [], warnings: [] }

/** A person with a check by the variant of this alias. */
async function begun(alias: string, more: object = {}) {
  const checkType = alias === 'polled' ? 'PEPS_AND_SANCTIONS_SCREEN' : 'IDENTITY_CHECK'
  const { path, id } = await checks.person()
  const check = await checks.run(path, { check_type: checkType, variant: { alias }, ...more })
  return { path, profileId: id, id: check.id, shown: () => checks.check(path, check.id) }
}

/** A person with a document of one image, and a check of it. */
async function begunDocument(alias: string) {
  const { path } = await checks.person()
  const image = await checks.server.ask<{ id: string }>('POST', `${path}/document_images`, {
    body: { image_type: 'FRONT', data: png },
  })
  expect(image.status, image.text).toBe(200)
  const document = await checks.server.ask<{ id: string }>('POST', `${path}/collected_data/documents`, {
    body: { category: 'PROOF_OF_IDENTITY', document_type: 'PASSPORT', images: [{ id: image.body.id }] },
  })
  expect(document.status, document.text).toBe(200)
  const order = { check_type: 'DOCUMENT_VERIFICATION', variant: { alias }, document_id: document.body.id }
  const check = await checks.run(path, order)
  const shown = () => checks.check(path, check.id)
  return { path, id: check.id, imageId: image.body.id, documentId: document.body.id, shown }
}

/** A picture of one point. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const providerId = '0b5e55ed-0000-4000-8000-000000000001'

const verified = (documentId: unknown) => ({
  check_output: {
    entity_type: 'INDIVIDUAL',
    documents: [
      {
        id: documentId,
        category: 'PROOF_OF_IDENTITY',
        document_type: 'PASSPORT',
        images: [],
        verification_result: {
          all_passed: true,
          document_type_passed: true,
          image_checks_passed: true,
          forgery_checks_passed: true,
          image_checks: [],
          forgery_checks: [],
          field_checks: [],
        },
      },
    ],
  },
  ...nothing,
})

/** Begins every check, knows no `/ready`, and has the result when it is asked for. */
const documents: Script = ({ path, body }, reply) => {
  if (path === '/checks')
    return {
      provider_id: providerId,
      reference: `ref-${body.id}`,
      custom_data: { from: 'start', kept: 1 },
      ...nothing,
    }
  if (path.endsWith('/complete')) return verified(null)
  reply.writeHead(404).end()
  return undefined
}

test('a check is sent with the data as it was, and its answer is its result', async () => {
  const source = checks.source('at-once')
  source.script = () => passed
  const check = await begun('at-once')
  await dispatch()
  expect(await check.shown()).toMatchObject({
    state: 'COMPLETE',
    result: '2+2',
    output_data: passed.check_output,
  })
  expect(source.received).toHaveLength(1)
  const [sent] = source.received
  expect(sent).toMatchObject({
    path: '/checks',
    body: { id: check.id, commercial_relationship: 'DIRECT' },
  })
  expect(sent?.body.check_input).toMatchObject({ personal_details: { name: { family_name: 'Oduya' } } })
})

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
  const check = await begun(alias)
  const other = await begun('at-once')
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

test('a provider calls back: its result is fetched with its custom data, and a second callback changes nothing', async () => {
  const source = checks.source('calls-back')
  source.script = documents
  const check = await begunDocument('calls-back')
  await dispatch()
  expect(source.received.map(({ path }) => path)).toEqual(['/checks', `/checks/${check.id}/ready`])
  expect((await check.shown()).state).toBe('RUNNING')
  const said = { provider_id: providerId, reference: `ref-${check.id}`, custom_data: { from: 'callback' } }
  for (let time = 0; time < 2; time += 1) {
    const answer = await source.call('POST', '/integrations/v1/callbacks', said)
    expect([answer.status, await answer.json()]).toMatchObject([200, { callback_id: expect.any(String) }])
  }
  await dispatch()
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result: 'Pass' })
  await source.call('POST', '/integrations/v1/callbacks', said)
  await dispatch()
  const completes = source.received.filter(({ path }) => path.endsWith('/complete'))
  expect(completes).toHaveLength(1)
  expect(completes[0]?.body.custom_data).toEqual({ from: 'callback', kept: 1 })
})

test('a callback that comes before the answer it belongs to is held back for it', async () => {
  const source = checks.source('calls-early')
  source.script = async (request, reply) => {
    if (request.path !== '/checks') return documents(request, reply)
    const said = {
      provider_id: providerId,
      reference: `ref-${request.body.id}`,
      custom_data: { from: 'early' },
    }
    expect((await source.call('POST', '/integrations/v1/callbacks', said)).status).toBe(200)
    return documents(request, reply)
  }
  const check = await begunDocument('calls-early')
  await dispatch()
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result: 'Pass' })
  expect(source.received.at(-1)?.body.custom_data).toEqual({ from: 'early', kept: 1 })
})

test('a provider that does not call back in time ends the check in an error', async () => {
  checks.source('calls-never').script = documents
  const check = await begunDocument('calls-never')
  await dispatch()
  wait(59)
  await dispatch()
  expect((await check.shown()).state).toBe('RUNNING')
  wait(2)
  await dispatch()
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', decision: 'ERROR', errors: [{ code: 302 }] })
})

test('a provider is polled when it said so, until it has the result', async () => {
  const source = checks.source('polled')
  let left = 1
  source.script = ({ path, body }) => {
    if (path === '/checks')
      return { provider_id: providerId, reference: 'r', custom_data: { left }, ...nothing }
    expect(body.custom_data).toEqual({ left })
    left -= 1
    if (left >= 0) return { pending: true, custom_data: { left }, ...nothing }
    return { pending: false, check_output: { entity_type: 'INDIVIDUAL', screening_hits: [] }, ...nothing }
  }
  const check = await begun('polled')
  await dispatch()
  wait(9)
  expect(await dispatch()).toBe(0)
  wait(2)
  await dispatch()
  expect((await check.shown()).state).toBe('RUNNING')
  wait(31)
  await dispatch()
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result: 'Pass' })
  expect(source.received).toHaveLength(3)
})

test('a provider that never has the result is asked as often as it said, then the check ends in an error', async () => {
  const source = checks.source('polled')
  source.script = ({ path }) =>
    path === '/checks'
      ? { provider_id: providerId, reference: 'r', ...nothing }
      : { pending: true, ...nothing }
  const check = await begun('polled')
  for (let round = 0; round < 6; round += 1) {
    await dispatch()
    wait(31)
  }
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', decision: 'ERROR' })
  expect(source.received).toHaveLength(4)
})

test('after an error of the first provider the second is asked, and its answer is the result', async () => {
  checks.source('first').script = () => ({
    errors: [{ type: 'PROVIDER_MESSAGE', message: 'Not today' }],
    warnings: [],
  })
  checks.source('second').script = () => passed
  const check = await begun('first')
  await dispatch()
  const shown = await check.shown()
  expect(shown).toMatchObject({ state: 'COMPLETE', result: '2+2', errors: [] })
  expect(shown.providers).toMatchObject([
    { provider_name: 'Source first', primary: false },
    { provider_name: 'Source second', primary: true },
  ])
})

test('two dispatchers make every call once, and each check is completed once', async () => {
  const source = checks.source('busy')
  source.script = async () => {
    await sleep(20)
    return passed
  }
  const begunChecks = await Promise.all(Array.from({ length: 20 }, () => begun('busy')))
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

test('a node that died in a call leaves it to another when its lease is over, and a late answer changes nothing', async () => {
  const source = checks.source('mortal')
  source.script = () => passed
  const check = await begun('mortal')
  const due = { accountId: checks.server.demo.accountId, profileId: check.profileId, workClass: 0 as const }
  expect(await workOnProfile(checks.server.engine, due)).toHaveLength(1)
  expect(await dispatch()).toBe(0)
  expect((await check.shown()).state).toBe('RUNNING')
  wait(120)
  await dispatch()
  expect((await check.shown()).state).toBe('COMPLETE')
  expect(source.received.map(({ body }) => body.id)).toEqual([check.id])
})

test('an image is given to the integration that works on it, while it does', async () => {
  const source = checks.source('calls-never')
  let image: Response | undefined
  source.script = async (request, reply) => {
    const [document] =
      (request.body.check_input as { documents?: { images: { id: string }[] }[] } | undefined)?.documents ??
      []
    if (request.path === '/checks')
      image = await source.call('GET', `/integrations/v1/images/${document?.images[0]?.id}`)
    return documents(request, reply)
  }
  const check = await begunDocument('calls-never')
  const path = `/integrations/v1/images/${check.imageId}`
  expect((await source.call('GET', path)).status).toBe(404)
  await dispatch()
  expect([image?.status, image?.headers.get('content-type')]).toEqual([200, 'image/png'])
  expect(
    Buffer.from((await image?.arrayBuffer()) ?? new ArrayBuffer(0))
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  expect((await checks.source('calls-back').call('GET', path)).status).toBe(404)
  wait(61)
  await dispatch()
  expect((await source.call('GET', path)).status).toBe(404)
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

test('images that a provider keeps are fetched and kept with their document, once', async () => {
  const source = checks.source('fetching')
  source.script = ({ path, body }, reply) => {
    if (path === '/checks')
      return { provider_id: providerId, reference: 'fetched', custom_data: { case: 7 }, ...nothing }
    if (path === '/download_file') {
      expect(body).toMatchObject({ file_reference: 'kept-1', custom_data: { case: 7 } })
      reply.setHeader('content-type', 'image/png').end(Buffer.from(png, 'base64'))
      return undefined
    }
    if (!path.endsWith('/complete')) return reply.writeHead(404).end()
    const { check_output } = verified(crypto.randomUUID())
    const images = [{ image_type: 'FRONT', provider_reference: 'kept-1', upload_date: '2026-01-05 09:00:00' }]
    return {
      check_output: { ...check_output, documents: [{ ...check_output.documents[0], images }] },
      ...nothing,
    }
  }
  const { path, id: profileId } = await checks.person()
  const order = {
    check_type: 'DOCUMENT_FETCH',
    variant: { alias: 'fetching' },
    source: 'GENERIC',
    reference: 'tok',
  }
  const { id } = await checks.run(path, order)
  await dispatch()
  await source.call('POST', '/integrations/v1/callbacks', { provider_id: providerId, reference: 'fetched' })
  await dispatch()
  expect((await checks.check(path, id)).state).toBe('COMPLETE')
  const [job] = Object.values(jobs(checks.server.engine))
  const asked = { account: checks.server.demo.accountId, ids: { profile_id: profileId, check_id: id } }
  for (let time = 0; time < 2; time += 1) await job?.({ ...asked, signal: new AbortController().signal })
  const images = await checks.server.ask<{ id: string }[]>('GET', `${path}/document_images`)
  expect(images.body).toHaveLength(1)
  const data = await checks.server.ask<{ documents: object[] }>('GET', `${path}/collected_data`)
  expect(data.body.documents).toMatchObject([
    { document_type: 'PASSPORT', images: [{ id: images.body[0]?.id }] },
  ])
})

test('a check whose provider cannot be reached waits for it, and ends in an error after 48 hours', async () => {
  const source = checks.source('unreachable')
  source.script = (_request, reply) => void reply.destroy()
  const check = await begun('unreachable')
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
  const check = await begun('comes-back')
  await dispatch()
  source.script = () => passed
  for (let round = 0; round < 4; round += 1) {
    wait(400)
    await dispatch()
  }
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result: '2+2' })
})
