import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { personNamed } from '../../test/cases.ts'
import { type NodeProcess, removeHome, runCommand, startNodeProcess } from '../../test/node-process.ts'

let home: string
let node: NodeProcess
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drawbridge-rescreen-'))
  node = await startNodeProcess(home)
})
afterAll(async () => {
  await node.stop()
  await removeHome(home)
})

const rescreen = (...words: string[]) => runCommand(['rescreen', ...words, '--home', home])

async function shown(...words: string[]) {
  const { code, out, err } = await rescreen(...words, '--json')
  expect(code, out + err).toBe(0)
  return JSON.parse(out)
}

test('a rescreen is started, and gone through by a node that is running', async () => {
  const body = { role: 'INDIVIDUAL_CUSTOMER', collected_data: personNamed('Oduya') }
  expect((await node.ask('POST', '/4.0/profiles', body)).status).toBe(200)
  const { id, total } = await shown(
    'start',
    'screening',
    '--product',
    'individual_account',
    '--per-minute',
    '600',
  )
  expect(total).toBe(1)
  const now = async () => JSON.parse((await node.ask('GET', `/4.0/rescreens/${id}`)).text)
  await expect
    .poll(now, { timeout: 20_000, interval: 250 })
    .toMatchObject({ state: 'DONE', instructed: 1, completed: 1, failed: 0 })
  expect((await rescreen('status')).out).toMatch(new RegExp(`${id} +screening +done +1 +1 +1 +0 +600`))
  expect(await rescreen('pause', id)).toMatchObject({ code: 1, err: expect.stringContaining('over') })
})

test('a word that is wrong is told with how the command is called', async () => {
  for (const [words, told] of [
    [['start', 'screening', '--per-minute', 'x'], '--per-minute'],
    [['pause', 'x'], 'no id'],
  ] as const)
    expect(await rescreen(...words)).toMatchObject({ code: 2, err: expect.stringContaining(told) })
  const unknown = await rescreen('start', 'no_such_check')
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('nothing of that name')])
})

test('the page of metrics tells how many monitored clients were not looked at', async () => {
  expect((await node.ask('GET', '/metrics')).text).toContain('drawbridge_monitoring_overdue 0')
})
