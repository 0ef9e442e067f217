import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type CheckServer, passed, startCheckServer } from '../../../test/check-server.ts'
import { withClient } from '../../platform/postgres/roles.ts'
import type { Script } from '../../provider-kit/integration.test-kit.ts'
import { begun, nothing, polling, providerId } from './dispatch.test-kit.ts'
import { dispatchDue } from './index.ts'
import { keptAtProvider } from './rules-documents.ts'

const says =
  (text: string): Script =>
  (_request, reply) =>
    void reply.end(text)
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
const odd = '\\u0000\\ud800'

/** Answers to an identity check, and how it may end. */
const answers: [alias: string, words: string, body: string, result: string][] = [
  ['deep', 'a thousand levels', `{"check_output":{"a":${nested(1_000)}},"errors":[]}`, 'Error'],
  ['prototype', 'a prototype', '{"__proto__":{"errors":[]},"check_output":{"__proto__":{}}}', 'Error'],
  ['odd', 'characters that no database keeps', `{"provider_data":"${odd}","check_output":{}}`, 'Error'],
  ['no-list', 'errors that are no list', '{"errors":{"length":1e9},"check_output":null}', 'Error'],
  ['many', 'a hundred thousand errors', `{"errors":[${'"x",'.repeat(100_000)}"x"]}`, 'Error'],
  ['dear', 'a charge without end', '{"check_output":{},"charges":[{"amount":1e15}]}', 'Error'],
  ['twice', 'one key twice', '{"errors":[],"errors":["x"],"check_output":{}}', 'Error'],
]

const hit = (id: string, more = '') =>
  `{"provider":{"hit_id":${id}},"flags":[{"type":"PEP"}],"data":{"name":"x"${more}}}`
const hits = (...all: string[]) => `{"check_output":{"screening_hits":[${all.join(',')}]},"errors":[]}`
const wild =
  ',"pep":7,"dates":[{"date":"x","type":{}}],"sanctions":[1,{"list":[1]}],"countries":[{"country":{}}]'

/** Answers to a screen, how it may end, and how many matches come of it. */
const screens: [alias: string, words: string, body: string, result: string, matches: number][] = [
  ['long', 'an id of a megabyte', hits(hit(`"${'x'.repeat(1_000_000)}"`)), 'Error', 0],
  [
    'flood',
    'ten thousand hits',
    hits(...Array.from({ length: 10_000 }, (_, at) => hit(`${at}`))),
    'Error',
    0,
  ],
  ['wild', 'parts of the wrong kind', hits(hit('1', wild)), 'PEP', 1],
]

let checks: CheckServer
beforeAll(async () => {
  checks = await startCheckServer([
    { alias: 'good' },
    ...answers.map(([alias]) => ({ alias })),
    ...screens.map(([alias]) => ({ alias, checkType: 'PEPS_AND_SANCTIONS_SCREEN' as const })),
    { alias: 'polled', checkType: 'PEPS_AND_SANCTIONS_SCREEN', template: polling },
  ])
  checks.source('good').script = () => passed
})
afterAll(() => checks.close())
beforeEach(() => {
  checks.server.clockOffsetMs = 0
})

const dispatch = () => dispatchDue(checks.server.engine)

test.each(answers)(
  '%s: an answer with %s ends its check and no other',
  async (alias, _words, body, result) => {
    checks.source(alias).script = says(body)
    const check = await begun(checks, alias)
    const other = await begun(checks, 'good')
    await dispatch()
    expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result })
    expect(await other.shown()).toMatchObject({ state: 'COMPLETE', result: '2+2' })
  },
)

test.each(screens)(
  '%s: a screen with %s ends, and its matches can be read',
  async (alias, _, body, result, matches) => {
    checks.source(alias).script = says(body)
    const { path } = await checks.person()
    const order = { check_type: 'PEPS_AND_SANCTIONS_SCREEN', variant: { alias } }
    const { id } = await checks.run(path, order)
    await dispatch()
    expect(await checks.check(path, id)).toMatchObject({ state: 'COMPLETE', result })
    expect((await checks.server.ask<unknown[]>('GET', `${path}/events`)).body).toHaveLength(matches)
    expect((await checks.server.ask('GET', path)).status).toBe(200)
  },
)

test('addresses that a person must not open are left out', async () => {
  const page = { type: 'LINK', id: 'x', label: 'x' }
  const urls = ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', ' https://x.example/ok']
  checks.source('good').script = () => ({
    ...passed,
    external_resources: urls.map((url) => ({ ...page, url })),
  })
  const check = await begun(checks, 'good')
  await dispatch()
  checks.source('good').script = () => passed
  const shown = (await check.shown()).external_resources as { url: string }[] | undefined
  expect((shown ?? []).filter(({ url }) => !url.trim().startsWith('https://x.example/ok'))).toEqual([])
})

test('custom data cannot grow from poll to poll without end', async () => {
  const source = checks.source('polled')
  source.script = ({ path }) => {
    if (path === '/checks') return { provider_id: providerId, reference: 'r', ...nothing }
    return { pending: true, custom_data: { [crypto.randomUUID()]: 'x'.repeat(600_000) }, ...nothing }
  }
  const check = await begun(checks, 'polled')
  for (let round = 0; round < 3; round += 1) {
    checks.server.clockOffsetMs += 31_000
    await dispatch()
  }
  expect(await check.shown()).toMatchObject({ state: 'COMPLETE', result: 'Error' })
  expect((await check.shown()).errors).toMatchObject([{ message: 'The custom data is more than 1 MB' }])
})

test('callbacks that nobody waits for are held back to a number, the newest of each integration', async () => {
  const { accountId } = checks.server.demo
  const held = () =>
    withClient(checks.server.database.adminConfig, async (client) => {
      const counted = 'select count(*)::int as held from early_callback group by integration_id order by 1'
      return (await client.query<{ held: number }>(counted)).rows.map((row) => row.held)
    })
  const call = (alias: string, reference: string) =>
    checks.source(alias).call('POST', '/integrations/v1/callbacks', { provider_id: providerId, reference })
  await call('good', 'of another')
  expect((await call('polled', 'first')).status).toBe(200)
  expect(await held()).toEqual([1, 1])
  await withClient(checks.server.database.adminConfig, (client) =>
    client.query(
      `insert into early_callback (account_id, integration_id, reference_token, custom_data, received_at)
       select e.account_id, e.integration_id, n, e.custom_data, e.received_at + n * interval '1 ms'
       from early_callback e join provider p on p.id = e.integration_id, generate_series(1, 600) n
       where e.account_id = $1 and p.alias = 'polled'`,
      [accountId],
    ),
  )
  expect(await held()).toEqual([1, 601])
  expect((await call('polled', 'one more')).status).toBe(200)
  expect(await held()).toEqual([1, 500])
})

test('a callback that is nested without end is refused as what it is', async () => {
  const custom_data = JSON.parse(`{"a":${nested(1_000)}}`)
  const said = { provider_id: providerId, reference: 'deep', custom_data }
  expect((await checks.source('good').call('POST', '/integrations/v1/callbacks', said)).status).toBe(400)
})

test('of a stranger no byte of a body is read, and of an integration none of one that is too large', async () => {
  const { hostname, port } = new URL(checks.server.url)
  /** What is answered to a head that announces a body, of which nothing follows. */
  const answerTo = (authorization: string, bytes: number) =>
    new Promise<string>((resolve, reject) => {
      const head = [
        'POST /integrations/v1/callbacks HTTP/1.1',
        `Host: ${hostname}`,
        'Content-Type: application/json',
        `Content-Length: ${bytes}`,
        authorization,
      ]
      const socket = connect(Number(port), hostname, () => socket.write(`${head.join('\r\n')}\r\n\r\n`))
      socket.once('data', (data) => {
        resolve(data.toString().slice(9, 12))
        socket.destroy()
      })
      socket.once('error', reject)
    })
  const signature = (keyId: string) =>
    `Authorization: Signature keyId="${keyId}",algorithm="hs2019",headers="date",signature="eA=="`
  expect(await answerTo('X-Nothing: x', 900_000)).toBe('401')
  expect(await answerTo(signature('AAAAAAAA'), 900_000)).toBe('401')
  const { rows } = await withClient(checks.server.database.adminConfig, (client) =>
    client.query<{ key_id: string }>(`select key_id from provider where alias = 'good'`),
  )
  expect(await answerTo(signature(rows[0]?.key_id ?? ''), 1_000_001)).toBe('413')
})

test('of one document so many pages are fetched as a document has', () => {
  const images = Array.from({ length: 5_000 }, (_, at) => ({ provider_reference: `page-${at}` }))
  expect(keptAtProvider({ images, files: [{ reference: 'video' }] })).toHaveLength(20)
})
