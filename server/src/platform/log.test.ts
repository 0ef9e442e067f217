import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fault } from './fault.ts'
import { createLogger, type Log, type LogFields } from './log.ts'
import { sentenceLog } from './log-sentences.ts'

function recorded(): { log: Log; text: () => string; lines: () => Record<string, unknown>[] } {
  const written: string[] = []
  const log = createLogger({
    level: 'debug',
    destination: { write: (line: string) => void written.push(line) },
  })
  const text = () => written.join('')
  return { log, text, lines: () => written.map((line) => JSON.parse(line)) }
}

const SECRET = 'Zwetschgenknoedel'

/** An error as PostgreSQL's driver makes it, with values wherever the server puts them. */
function databaseError(): Error {
  return Object.assign(new Error(`duplicate key: ${SECRET}`), {
    code: '23505',
    severity: 'ERROR',
    detail: `Key (name)=(${SECRET}) already exists.`,
    hint: SECRET,
    where: `unnamed portal parameter $1 = '${SECRET}'`,
    internalQuery: `select '${SECRET}'`,
    query: `select '${SECRET}'`,
    parameters: [SECRET],
    table: 'profile',
    constraint: 'profile_customer_ref_key',
    column: SECRET,
  })
}

test('a secret on any path into the log does not come out of it', () => {
  const { log, text, lines } = recorded()
  const request = {
    url: `/4.0/profiles?apikey=${SECRET}&q=${SECRET}`,
    headers: { apikey: SECRET, cookie: SECRET, authorization: `Bearer ${SECRET}` },
    query: { apikey: SECRET },
    body: { name: SECRET },
    remoteAddress: SECRET,
  }
  const careless = { ...request, req: request, err: databaseError(), msg: SECRET, event: SECRET, [SECRET]: 1 }
  const smuggled = new Error(`x\n    at ${SECRET} (file:///a.ts:1:1)`)
  const fault = new Fault('service.fault', {
    message: SECRET,
    pointer: `/${SECRET}`,
    info: { SECRET },
    cause: databaseError(),
  })
  for (const level of ['debug', 'info', 'warn', 'error', 'fatal'] as const) {
    log[level]('request.finished', careless as LogFields)
    log[level](`request ${SECRET}`)
    log[level](`request.${SECRET}`)
    log[level](SECRET, { route: request.url, method: SECRET, request_id: SECRET, reason: SECRET })
    for (const error of [
      databaseError(),
      fault,
      smuggled,
      SECRET,
      { SECRET },
      new AggregateError([databaseError()]),
    ]) {
      log[level]('request.failed', { error })
    }
    log
      .with(careless as LogFields)
      .with({ route: `/${SECRET}` })
      [level]('request.finished')
  }
  expect(lines().length).toBeGreaterThan(50)
  expect(text()).not.toContain(SECRET)
  expect(text()).not.toContain('knoedel')
})

test('no field lets free text through', () => {
  const names = [
    'method',
    'route',
    'request_id',
    'account_id',
    'reason',
    'job',
    'file',
    'job_id',
    'version',
  ] as const
  const { log, text } = recorded()
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
      (name, value) => {
        log.info('field.tried', { [name]: `${value}@Müller 1980-02-29` })
      },
    ),
  )
  expect(text()).not.toContain('ller')
  expect(text()).not.toContain('1980-02')
})

test('a line tells what an operator needs', () => {
  const { log, lines } = recorded()
  const account = '01920000-0000-7000-8000-000000000001'
  log.with({ account_id: account }).info('request.finished', {
    method: 'POST',
    route: '/4.0/profiles/{profile_id}/tags',
    status: 200,
    ms: 4.2,
  })
  log.error('request.failed', { error: new Fault('service.unavailable', { cause: databaseError() }) })
  expect(lines()[0]).toMatchObject({
    level: 'info',
    event: 'request.finished',
    account_id: account,
    method: 'POST',
    route: '/4.0/profiles/{profile_id}/tags',
    status: 200,
    ms: 4.2,
  })
  expect(lines()[1]).toMatchObject({
    error: {
      class: 'Fault',
      reason: 'service.unavailable',
      stack: expect.arrayContaining([expect.stringContaining('log.test.ts')]),
      causes: [{ code: '23505', table: 'profile', constraint: 'profile_customer_ref_key' }],
    },
  } as object)
})

test('a part that speaks in sentences is understood, and what it quotes is not repeated', () => {
  const { log, text, lines } = recorded()
  const told = sentenceLog(log, 'jobs')
  told.warn({ jobId: '17', task: 'deliver-webhook', err: 'DatabaseError 23505' }, 'job failed')
  told.error({ jobId: SECRET, err: `TypeError ${SECRET}` }, `Failed task with error '${SECRET}'`)
  expect(lines()[0]).toMatchObject({
    event: 'jobs.failed',
    job_id: '17',
    job: 'deliver-webhook',
    error_name: 'DatabaseError 23505',
  })
  expect(lines()[1]).toMatchObject({ level: 'error', event: 'jobs.told' })
  expect(text()).not.toContain(SECRET)
})

test.each([
  ['route', '/'],
  ['route', '/openapi.json'],
  ['route', '/4.0/profiles/:profile_id/document_images/:image_id'],
  ['route', '/4.0/profiles/{profile_id}/collected_data'],
  ['operation', 'WhoAmI'],
  ['operation', 'ReplaceCollectedData'],
  ['reason', 'profile.customer-ref-taken'],
  ['file', '0012-tags.sql'],
])('the field %s may hold %s', (name, value) => {
  const { log, lines } = recorded()
  log.info('field.tried', { [name]: value })
  expect(lines()[0]).toHaveProperty(name, value)
})

test('lines below the level are not written', () => {
  const written: string[] = []
  const log = createLogger({
    level: 'warn',
    destination: { write: (line: string) => void written.push(line) },
  })
  log.info('request.finished')
  log.warn('request.slow')
  expect(written).toHaveLength(1)
})

test('a log file is only for its owner', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-log-'))
  const path = join(directory, 'server.log')
  const log = createLogger({ level: 'info', destination: path })
  log.info('server.started', { port: 4000 })
  log.flush()
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ event: 'server.started', port: 4000 })
  await rm(directory, { recursive: true })
})
