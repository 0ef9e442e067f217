import { cp, mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { queryValue } from '../../test/embedded-testing.ts'
import {
  beginCommand,
  type NodeProcess,
  removeHome,
  runCommand,
  startNodeProcess,
  until,
} from '../../test/node-process.ts'
import { classicPdf } from '../platform/inspect/files.test-kit.ts'
import { silentLog } from '../platform/log-sentences.ts'
import { startEmbedded } from '../platform/postgres/index.ts'

let place: string
let home: string
let again: string
let apikey: string
let node: NodeProcess
let file: string

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'drawbridge-backup-'))
  home = join(place, 'home')
  again = join(place, 'again')
  node = await startNodeProcess(home)
  apikey = JSON.parse(await readFile(join(home, 'credentials.json'), 'utf8')).demo.apikey
})
afterAll(async () => {
  await node.stop()
  await removeHome(place)
})

async function makeCompany(name: string): Promise<string> {
  const { status, text } = await node.ask('POST', '/4.0/profiles', {
    role: 'COMPANY_CUSTOMER',
    collected_data: { entity_type: 'COMPANY', metadata: { name } },
  })
  expect(status, text).toBe(200)
  return JSON.parse(text).id
}

const read = (id: string) => node.ask('GET', `/4.0/profiles/${id}`)

/** A home with nothing but the key of the first one. */
async function emptyHome(name: string): Promise<string> {
  const empty = join(place, name)
  await mkdir(join(empty, 'secrets'), { recursive: true, mode: 0o700 })
  await cp(join(home, 'secrets', 'kek'), join(empty, 'secrets', 'kek'))
  return empty
}

async function backUp(to: string) {
  const { code, out, err } = await runCommand(['backup', '--home', home, '--to', to, '--json'])
  expect(code, err).toBe(0)
  return JSON.parse(out)
}

test('a backup made while the platform serves brings the same profiles back, and none that was erased since', async () => {
  const kept = await makeCompany('NORTH QUAY TRADING LTD')
  const erased = await makeCompany('SOUTH QUAY TRADING LTD')
  const data = `data:application/pdf;base64,${classicPdf().toString('base64')}`
  const added = await node.ask('POST', `/4.0/profiles/${kept}/files`, { data, name: 'scan' })
  const fileId = JSON.parse(added.text).id
  const before = await read(kept)
  const contents = await node.ask('GET', `/4.0/profiles/${kept}/files/${fileId}`)
  expect(contents.status, added.text).toBe(200)

  const made: string[] = []
  let busy = true
  const load = (async () => {
    while (busy) made.push(await makeCompany(`WEST QUAY ${made.length} LTD`))
  })()
  file = (await backUp(place)).file
  busy = false
  await load
  expect((await stat(file)).mode & 0o777).toBe(0o600)

  const later = await makeCompany('EAST QUAY TRADING LTD')
  const deleted = await node.ask('POST', `/4.0/profiles/${erased}/delete`, { confirm_id: erased })
  expect(deleted.status, deleted.text).toBeLessThan(300)
  const list = join(home, 'erasures', 'erasures.jsonl')
  await until(async () => (await readFile(list, 'utf8').catch(() => '')).includes(erased))
  expect(await node.stop()).toBe(0)

  const key = join(home, 'secrets', 'kek')
  const restored = await runCommand([
    'restore',
    '--from',
    file,
    '--home',
    again,
    '--kek-file',
    key,
    '--erasures',
    list,
    '--json',
  ])
  expect(restored.code, restored.err).toBe(0)
  expect(JSON.parse(restored.out)).toMatchObject({ listed: 1, erased: 1 })

  node = await startNodeProcess(again, apikey)
  expect(await read(kept)).toEqual(before)
  expect(await node.ask('GET', `/4.0/profiles/${kept}/files/${fileId}`)).toEqual(contents)
  expect((await read(erased)).status).toBe(404)
  expect((await read(later)).status).toBe(404)
  const found = await Promise.all(made.map(async (id) => (await read(id)).status))
  // What was acknowledged before the backup began to end is there, and after it there is nothing: no hole.
  expect(found).toEqual(found.toSorted((left, right) => left - right))
  expect(found[0] ?? 200).toBe(200)
  await expectKeys(again, erased, kept)
  const verified = await runCommand(['audit', 'verify', '--home', again])
  expect(verified.code, verified.out + verified.err).toBe(0)
})

async function expectKeys(of: string, erased: string, kept: string): Promise<void> {
  const server = await startEmbedded({ home: of, log: silentLog })
  const database = { ...server.connection, database: 'drawbridge' }
  const keys = (id: string) =>
    queryValue(database, `select count(*)::int from profile_key where profile_id = '${id}'`)
  expect([await keys(erased), await keys(kept)]).toEqual([0, 1])
  await server.stop()
}

test('a restore that died before the erasures is finished by the next start, before it answers', async () => {
  const name = 'HARBOUR LIGHT LTD'
  const id = await makeCompany(name)
  const account = JSON.parse((await node.ask('GET', '/4.0/whoami')).text)
  expect((await read(id)).status).toBe(200)
  expect(await node.stop()).toBe(0)
  const list = join(again, 'erasures', 'erasures.jsonl')
  const [line = '{}'] = (await readFile(list, 'utf8')).trim().split('\n')
  const erasure = { ...JSON.parse(line), profile: id }
  expect(account).toBeDefined()
  await writeFile(list, `\n${JSON.stringify(erasure)}\n`, { flag: 'a' })
  await writeFile(join(again, 'restore-unfinished'), '')
  node = await startNodeProcess(again, apikey)
  expect((await read(id)).status).toBe(404)
  expect(await readdir(again)).not.toContain('restore-unfinished')
})

test('what was altered, is cut off or needs another key is refused, and leaves the home as it was', async () => {
  const bytes = await readFile(file)
  const half = join(place, 'half.tar.gz')
  await writeFile(half, bytes.subarray(0, bytes.length / 2))
  const altered = join(place, 'altered.tar.gz')
  const middle = Math.floor(bytes.length * 0.6)
  await writeFile(altered, bytes.with(middle, (bytes[middle] ?? 0) ^ 1))
  const empty = await emptyHome('empty')
  for (const bad of [half, altered]) {
    const refused = await runCommand(['restore', '--from', bad, '--home', empty])
    expect(refused.code, refused.err).toBe(1)
    expect(refused.err).toContain('cannot be restored')
    expect(await readdir(empty)).toEqual(['secrets'])
  }
  await writeFile(join(empty, 'secrets', 'kek'), `${Buffer.alloc(32, 5).toString('base64')}\n`)
  const locked = await runCommand(['restore', '--from', file, '--home', empty])
  expect(locked.code).toBe(1)
  expect(locked.err).toMatch(/Key-encryption key [0-9a-f]{16} is needed/)
  expect(await readdir(empty)).toEqual(['secrets'])
})

test('a restore that was killed before its data were in place is not served, and is made again', async () => {
  const torn = await emptyHome('torn')
  const args = ['restore', '--from', file, '--home', torn]
  const { child, ended } = beginCommand(args)
  const draft = join(torn, 'postgres', '18', 'restoring')
  await until(async () => (await readdir(draft).catch(() => [])).length > 0)
  child.kill('SIGKILL')
  await ended
  const served = await runCommand(['serve', '--home', torn, '--port', '0'])
  expect([served.code, served.err]).toEqual([1, expect.stringContaining('Run drawbridge restore again')])
  const restored = await runCommand(args)
  expect(restored.code, restored.err).toBe(0)
  expect(await readdir(torn)).not.toContain('restore-unfinished')
})

test('a home that holds anything is refused', async () => {
  const refused = await runCommand(['restore', '--from', file, '--home', again])
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('is not empty')
})

test('an interrupted backup leaves nothing behind and exits 130', async () => {
  const to = join(place, 'interrupted')
  await mkdir(to)
  const { child, ended } = beginCommand(['backup', '--home', again, '--to', join(to, 'it.tar.gz')])
  await until(async () => (await readdir(to)).some((name) => name.includes('.unfinished-')))
  child.kill('SIGINT')
  const { code, err } = await ended
  expect(code, err).toBe(130)
  expect(await readdir(to)).toEqual([])
})

test('a backup that was killed has no file of its name, and the next one removes what it left', async () => {
  const to = join(place, 'killed')
  await mkdir(to)
  const { child, ended } = beginCommand(['backup', '--home', again, '--to', join(to, 'it.tar.gz')])
  await until(async () => (await readdir(to)).some((name) => name.includes('.unfinished-')))
  child.kill('SIGKILL')
  await ended
  expect(await readdir(to)).toEqual([expect.stringContaining('.unfinished-')])
  const next = await runCommand(['backup', '--home', again, '--to', join(to, 'it.tar.gz')])
  expect(next.code, next.err).toBe(0)
  expect(await readdir(to)).toEqual(['it.tar.gz'])
})
