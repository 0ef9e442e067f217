import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type NodeProcess, removeHome, runCommand, startNodeProcess } from '../../test/node-process.ts'
import { customManner, scriptOf } from '../provider-kit/exemplary.test-kit.ts'
import { type ScriptedIntegration, scripted } from '../provider-kit/integration.test-kit.ts'

let home: string
let node: NodeProcess
const peers: ScriptedIntegration[] = []
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drawbridge-provider-'))
  node = await startNodeProcess(home)
})
afterAll(async () => {
  for (const peer of peers) peer.close()
  await node.stop()
  await removeHome(home)
})

const provider = (...words: string[]) =>
  runCommand(['provider', ...words, '--home', home, '--allow-networks', '127.0.0.0/8'])

async function done(...words: string[]): Promise<string> {
  const { code, out, err } = await provider(...words)
  expect(code, out + err).toBe(0)
  return out
}

async function refused(...words: string[]): Promise<[number | null, string]> {
  const { code, out, err } = await provider(...words)
  return [code, out + err]
}

const nowhere = ['--url', 'http://127.0.0.1:9/', '--check-type', 'COMPANY_CUSTOM']

test('a provider is registered, validated, limited and removed by an operator', async () => {
  const secret = (await done('add', 'millstone', '--name', 'Millstone', ...nowhere)).trim()
  const peer = await scripted(
    scriptOf(customManner, () => secret),
    secret,
  )
  peers.push(peer)
  const file = join(home, 'credentials.json')
  await writeFile(file, '{"api_key":"of our own"}')
  expect(await done('set', 'millstone', '--url', peer.url, '--credentials-file', file)).toContain('is draft')
  expect(await done('revalidate', 'millstone')).toMatch(/, 0 failed\nmillstone is validated\n$/)
  expect(await done('list')).toMatch(/millstone +Millstone +COMPANY_CUSTOM +validated +no +closed/)
  expect(await done('limits', 'millstone', 'calls-per-second=5', 'timeout-seconds=off')).toContain(
    'calls-per-second   5',
  )
  expect(await done('breaker')).toMatch(/millstone +closed +0/)
  expect(await done('renew-secret', 'millstone')).not.toContain(secret)
  expect(await refused('revalidate', 'millstone')).toEqual([1, expect.stringContaining('millstone is draft')])
  expect(await done('remove', 'millstone')).toBe('Removed millstone\n')
  expect((await refused('remove', 'millstone'))[0]).toBe(1)
})

test('what an operator typed wrongly is told with how it is typed', async () => {
  for (const [words, said] of [
    [['add', 'x', '--name', 'X'], '`url` is missing'],
    [['limits', 'x', 'calls-per-hour=3'], 'There is no limit calls-per-hour'],
    [['remove'], 'Say which provider'],
  ] as const)
    expect(await refused(...words), said).toEqual([2, expect.stringContaining(said)])
})
