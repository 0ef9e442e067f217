import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGuardedFetch } from '../platform/net/index.ts'
import { describeIntegration } from '../provider-kit/describe-integration.ts'

const main = path.resolve(import.meta.dirname, '../main.ts')
const secrets = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')] as const
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-demo-provider-'))
  await writeFile(path.join(folder, 'secrets'), `# two registrations\n${secrets.join('\n')}\n`, {
    mode: 0o600,
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function run(...args: string[]) {
  return spawn(process.execPath, [main, 'provider', 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

test('the demo provider is served for every secret of the file until it is told to stop', async () => {
  const child = run('--port', '0', '--json', '--secret-file', path.join(folder, 'secrets'))
  const ended = once(child, 'exit')
  let printed = ''
  for await (const piece of child.stdout.iterator({ destroyOnReturn: false })) {
    printed += String(piece)
    if (printed.trimEnd().endsWith('\n}')) break
  }
  const { urls } = JSON.parse(printed) as { urls: Record<string, string> }
  const { guardedFetch: fetch } = createGuardedFetch({
    allowNetworks: ['127.0.0.0/8'],
    log: { warn: () => undefined },
  })
  const url = urls.IDENTITY_CHECK ?? ''
  for (const secret of secrets) {
    expect(await describeIntegration({ url, secret, fetch })).toMatchObject({ checkType: 'IDENTITY_CHECK' })
  }
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test('without secrets it says what is missing, and with a bad one that it is none, without repeating it', async () => {
  const ending = async (...args: string[]) => {
    const child = run('--port', '0', ...args)
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    return { said, code }
  }
  const bad = path.join(folder, 'bad')
  await writeFile(bad, 'not-a-secret\n')
  const [none, wrong] = await Promise.all([ending(), ending('--secret-file', bad)])
  expect(none).toMatchObject({ code: 2, said: expect.stringContaining('--secret-file') })
  expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining('32 bytes in base64') })
  expect(wrong.said).not.toContain('not-a-secret')
})
