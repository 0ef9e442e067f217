import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type CheckServer, passed, startCheckServer } from '../../../test/check-server.ts'
import {
  begun,
  begunDocument,
  byDocument,
  callback,
  documents,
  nothing,
  png,
  polling,
  providerId,
  verified,
} from './dispatch.test-kit.ts'
import { dispatchDue, jobs } from './index.ts'

let checks: CheckServer
beforeAll(async () => {
  checks = await startCheckServer([
    { alias: 'at-once' },
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
    { alias: 'fetching', checkType: 'DOCUMENT_FETCH', template: callback },
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

test('a check is sent with the data as it was, and its answer is its result', async () => {
  const source = checks.source('at-once')
  source.script = () => passed
  const check = await begun(checks, 'at-once')
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

test('a provider calls back: its result is fetched with its custom data, and a second callback changes nothing', async () => {
  const source = checks.source('calls-back')
  source.script = documents
  const check = await begunDocument(checks, 'calls-back')
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
  const check = await begunDocument(checks, 'calls-early')
  await dispatch()
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result: 'Pass' })
  expect(source.received.at(-1)?.body.custom_data).toEqual({ from: 'early', kept: 1 })
})

test('a callback that comes while the provider is told that one may come is taken', async () => {
  const source = checks.source('calls-early')
  source.script = async (request, reply) => {
    if (request.path.endsWith('/ready')) {
      const said = {
        provider_id: providerId,
        reference: `ref-${request.body.id}`,
        custom_data: { from: 'ready' },
      }
      expect((await source.call('POST', '/integrations/v1/callbacks', said)).status).toBe(200)
    }
    return documents(request, reply)
  }
  const check = await begunDocument(checks, 'calls-early')
  await dispatch()
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result: 'Pass' })
  expect(source.received.at(-1)?.body.custom_data).toEqual({ from: 'ready', kept: 1 })
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
  const check = await begun(checks, 'polled')
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

test('after an error of the first provider the second is asked, and its answer is the result', async () => {
  checks.source('first').script = () => ({
    errors: [{ type: 'PROVIDER_MESSAGE', message: 'Not today' }],
    warnings: [],
  })
  checks.source('second').script = () => passed
  const check = await begun(checks, 'first')
  await dispatch()
  const shown = await check.shown()
  expect(shown).toMatchObject({ state: 'COMPLETE', result: '2+2', errors: [] })
  expect(shown.providers).toMatchObject([
    { provider_name: 'Source first', primary: false },
    { provider_name: 'Source second', primary: true },
  ])
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
  const check = await begunDocument(checks, 'calls-never')
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

test('the address of a page at the provider is shown signed, for whoever asks', async () => {
  const source = checks.source('at-once')
  const page = { type: 'LINK', url: 'https://source.example/page/7', id: 'page-7', label: 'A page' }
  source.script = () => ({ ...passed, external_resources: [page] })
  const check = await begun(checks, 'at-once')
  await dispatch()
  const { external_resources } = await check.shown()
  const [shown] = external_resources as { url: string }[]
  expect(shown).toMatchObject({ type: 'LINK', label: 'A page' })
  const { origin, pathname, searchParams } = new URL(shown?.url ?? '')
  expect(`${origin}${pathname}`).toBe(page.url)
  expect([...searchParams.keys()]).toEqual(['version', 'valid_until', 'auditee_id', 'signature'])
})
