import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type NodeProcess, removeHome, runCommand, startNodeProcess } from '../../test/node-process.ts'

let home: string
let file: string
let node: NodeProcess
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drawbridge-policy-'))
  file = join(home, 'policy.yaml')
  node = await startNodeProcess(home)
})
afterAll(async () => {
  await node.stop()
  await removeHome(home)
})

const policy = (...words: string[]) => runCommand(['policy', ...words, '--home', home])

async function done(...words: string[]): Promise<string> {
  const { code, out, err } = await policy(...words)
  expect(code, out + err).toBe(0)
  return out
}

test('a policy is exported, imported unchanged, changed, compared, published and rolled back', async () => {
  const shipped = await done('export')
  await writeFile(file, shipped)
  expect(await done('import', file)).toContain('Nothing stands in the way')
  expect(await done('export', '--draft')).toBe(shipped)
  expect(await done('diff')).toContain('No difference')
  await writeFile(file, shipped.replace('name: Individual account', 'name: Our account'))
  await done('import', file)
  expect(await done('diff')).toMatch(/changed +products +individual_account +name/)
  expect(await done('publish')).toContain('Version 2 is in force')
  await expect
    .poll(async () => (await node.ask('GET', '/4.0/policies/products')).text)
    .toContain('Our account')
  expect(await done('roll-back', '1')).toContain('Version 3 is in force')
  const history = JSON.parse(await done('history', '--json'))
  expect(history.map((row: { version: number }) => row.version)).toEqual([3, 2, 1])
  expect(history[0]).toMatchObject({ rolled_back_to: 1, is_in_force: true })
})

test('a file with faults is told line by line, and exit codes say what failed', async () => {
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('intake: open', 'intake: shut'))
  const refused = await policy('import', file)
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('/products/0/intake')])
  const judged = await policy('validate', file)
  expect([judged.code, judged.out]).toEqual([1, expect.stringContaining('/products/0/intake')])
  expect((await policy('publish')).err).toContain('no draft')
  const wrong = await policy('improve')
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('drawbridge policy show')])
})

test('a check is switched off with a reason until an instant, and on again', async () => {
  const check = (...words: string[]) => done('check', ...words)
  const off = await check('off', 'identity_check', '--reason', 'Wave one', '--until', '2999-12-24T18:00:00Z')
  expect(off).toBe('identity_check off until 2999-12-24 18:00:00 UTC\n')
  expect(await check('list')).toMatch(
    /identity_check +IDENTITY_CHECK +off until 2999-12-24 18:00:00 UTC +Wave one/,
  )
  expect(await check('on', 'identity_check', '--reason', 'The wave is over')).toBe('identity_check on\n')
  const unknown = await policy('check', 'off', 'no_such_check', '--reason', 'None')
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('check list')])
})
