import { mkdtemp, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type NodeProcess, removeHome, runCommand, startNodeProcess } from '../../test/node-process.ts'

let home: string
let node: NodeProcess
let keyFile: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drawbridge-keys-'))
  keyFile = join(home, 'secrets', 'kek')
  node = await startNodeProcess(home)
})
afterAll(async () => {
  await node.stop()
  await removeHome(home)
})

const keysInFile = async () => (await readFile(keyFile, 'utf8')).trim().split('\n')

async function rotation(...args: string[]) {
  const { code, out, err } = await runCommand(['key-encryption', ...args, '--home', home])
  expect(code, out + err).toBe(0)
  return out
}

/** Writes and reads without a pause until told to stop; returns how often, and every answer that was no success. */
function keepAsking(old: string): () => Promise<{ asked: number; refused: string[] }> {
  let busy = true
  let asked = 0
  const refused: string[] = []
  const ask = async (method: string, path: string, body?: unknown) => {
    const { status, text } = await node.ask(method, path, body)
    asked += 1
    if (status !== 200) refused.push(`${method} ${path} ${status} ${text}`)
    return text
  }
  const run = async (name: string) => {
    while (busy) {
      const text = await ask('POST', '/4.0/profiles', {
        role: 'COMPANY_CUSTOMER',
        collected_data: { entity_type: 'COMPANY', metadata: { name } },
      })
      await ask('GET', `/4.0/profiles/${JSON.parse(text).id}`)
      await ask('GET', old)
    }
  }
  const running = Promise.all([run('NORTH QUAY LTD'), run('SOUTH QUAY LTD')])
  running.catch(() => undefined)
  return async () => {
    busy = false
    await running
    return { asked, refused }
  }
}

test('all keys are changed under a node that serves, and not one request fails', async () => {
  const [old] = await keysInFile()
  const made = await node.ask('POST', '/4.0/profiles', {
    role: 'COMPANY_CUSTOMER',
    collected_data: { entity_type: 'COMPANY', metadata: { name: 'OLD KEY LTD' } },
  })
  const path = `/4.0/profiles/${JSON.parse(made.text).id}`
  const before = await node.ask('GET', path)
  const stopAsking = keepAsking(path)

  await rotation('rotate')
  const both = await keysInFile()
  expect(both).toHaveLength(2)
  expect(both[1]).toBe(old)
  expect(both[0]).not.toBe(old)
  await rotation('rotate-account', '--environment', 'demo')
  const unsure = await runCommand(['key-encryption', 'retire', '--home', home])
  expect(unsure.code, unsure.err).toBe(3)
  expect(await keysInFile()).toEqual(both)
  await rotation('retire', '--yes')
  expect(await keysInFile()).toEqual([both[0]])
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)

  const { asked, refused } = await stopAsking()
  expect(refused).toEqual([])
  expect(asked).toBeGreaterThan(10)
  expect(await node.ask('GET', path)).toEqual(before)
  expect(await node.stop()).toBe(0)
  node = await startNodeProcess(home)
  expect(await node.ask('GET', path)).toEqual(before)
  const verified = await runCommand(['audit', 'verify', '--home', home])
  expect(verified.code, verified.out + verified.err).toBe(0)
})

test('the doctor finds nothing wrong with a node that serves, and shows no secret', async () => {
  const { code, out, err } = await runCommand(['doctor', '--home', home, '--json'])
  const { settings, checks } = JSON.parse(out)
  const bad = checks.filter((check: { verdict: string }) => check.verdict === 'failed')
  expect(bad, err).toEqual([])
  expect(code).toBe(0)
  expect(settings).toContainEqual({ name: 'home', value: home, from: 'flag --home' })
  const names = checks.map((check: { name: string }) => check.name)
  expect(names).toEqual(expect.arrayContaining(['database', 'durability', 'role', 'schema', 'keys', 'jobs']))
  expect(out).not.toContain((await keysInFile())[0])
})

test('a key from the environment is not written by this command, which says where to change it', async () => {
  const [key = ''] = await keysInFile()
  const refused = await runCommand(['key-encryption', 'rotate', '--home', home], { DRAWBRIDGE_KEK: key })
  expect(refused.code).toBe(3)
  expect(refused.err).toContain('DRAWBRIDGE_KEK')
  expect(await keysInFile()).toEqual([key])
})
