import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCommand } from '../../test/node-process.ts'
import { readSettings } from '../settings.ts'
import { shownSettings } from './doctor.ts'
import { judgeBackupAge, judgeMode, judgeSkew, judgeSpace } from './doctor-check.ts'
import { judgeDurability } from './doctor-database.ts'
import { judgeCheckpoints, judgeJobs, judgeTail } from './doctor-work.ts'

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'drawbridge-doctor-'))
})
afterEach(() => rm(place, { recursive: true, force: true }))

test('a home that is not there is named, and is not made', async () => {
  const home = join(place, 'absent')
  const { code, out } = await runCommand(['doctor', '--home', home])
  expect(code).toBe(1)
  expect(out).toContain(`${home} does not exist`)
  expect(await readdir(place)).toEqual([])
})

test('open rights and a missing key are found, and nothing is changed', async () => {
  const home = join(place, 'home')
  await mkdir(home, { mode: 0o755 })
  const { code, out } = await runCommand(['doctor', '--home', home, '--json'])
  expect(code).toBe(1)
  const failed = JSON.parse(out).checks.filter((check: { verdict: string }) => check.verdict === 'failed')
  expect(failed.map((check: { name: string }) => check.name)).toEqual(['home', 'key-encryption key'])
  expect(failed[0].remedy).toBe(`Run: chmod 700 ${home}`)
  expect(await readdir(home)).toEqual([])
})

test('a restore that is not finished is found', async () => {
  const home = join(place, 'home')
  await mkdir(home, { mode: 0o700 })
  await writeFile(join(home, 'restore-unfinished'), 'placing\n')
  const { code, out } = await runCommand(['doctor', '--home', home])
  expect(code).toBe(1)
  expect(out).toContain('Run drawbridge restore again')
})

test('a damaged key file is found', async () => {
  const home = join(place, 'home')
  await mkdir(join(home, 'secrets'), { recursive: true, mode: 0o700 })
  await writeFile(join(home, 'secrets', 'kek'), 'c2hvcnQ=\n', { mode: 0o644 })
  const { code, out } = await runCommand(['doctor', '--home', home])
  expect(code).toBe(1)
  expect(out).toContain('is not 32 bytes in base64')
})

test('settings show where they come from, and secrets are not shown', () => {
  const environment = {
    DATABASE_URL: 'postgres://bank:hunter2@db.example:5432/bank?sslmode=require',
    DRAWBRIDGE_KEK: 'c2VjcmV0',
    DRAWBRIDGE_HOME: '/srv/bank',
  }
  const shown = shownSettings(readSettings({ port: '4100' }, environment))
  expect(shown).toContainEqual({ name: 'port', value: '4100', from: 'flag --port' })
  expect(shown).toContainEqual({ name: 'home', value: '/srv/bank', from: 'environment DRAWBRIDGE_HOME' })
  expect(shown).toContainEqual({
    name: 'database',
    value: 'postgres://bank@db.example:5432/bank',
    from: 'environment DATABASE_URL',
  })
  expect(JSON.stringify(shown)).not.toMatch(/hunter2|c2VjcmV0/)
})

test('each thing that can go wrong has its verdict', () => {
  const on = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', data_checksums: 'on' }
  const durability = (change: object) => judgeDurability({ ...on, ...change }).map(({ verdict }) => verdict)
  expect(durability({})).toEqual(['ok', 'ok'])
  expect(durability({ fsync: 'off' })).toEqual(['failed', 'ok'])
  expect(durability({ synchronous_commit: 'off' })).toEqual(['failed', 'ok'])
  expect(durability({ data_checksums: 'off' })).toEqual(['ok', 'warning'])
  const verdicts = [
    judgeSpace(9e8, 1e12, ''),
    judgeSpace(4e9, 1e10, ''),
    judgeSpace(8e10, 1e12, ''),
    judgeSkew(-61_000),
    judgeSkew(3_000),
    judgeSkew(-100),
    judgeMode('', '', 0o100_640, 0o600),
    judgeMode('', '', 0o100_400, 0o600),
    judgeBackupAge(null, 30),
    judgeBackupAge(31, 30),
    judgeBackupAge(3, 30),
    judgeBackupAge(1, 30),
    judgeTail(5, 61_000),
    judgeTail(5, 59_000),
    judgeCheckpoints(400_000, null),
    judgeCheckpoints(0, null),
    judgeJobs({ waiting: 1, late: 0, dead: 1 }),
    judgeJobs({ waiting: 1, late: 1, dead: 0 }),
    judgeJobs({ waiting: 1, late: 0, dead: 0 }),
  ]
  const said =
    'failed warning ok failed warning ok failed ok failed failed warning ok warning ok warning ok warning warning ok'
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(said.split(' '))
})
