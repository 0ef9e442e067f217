import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '../../test/node-process.ts'
import { customManner, scriptOf } from '../provider-kit/exemplary.test-kit.ts'
import { type ScriptedIntegration, scripted } from '../provider-kit/integration.test-kit.ts'

let place: string
let peer: ScriptedIntegration
let spoilt: ScriptedIntegration

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'drawbridge-validate-'))
  peer = await scripted(scriptOf(customManner, () => peer.secret))
  spoilt = await scripted(scriptOf({ ...customManner, search: () => ({}) }, () => spoilt.secret))
  await writeFile(join(place, 'good'), `${peer.secret}\n`)
  await writeFile(join(place, 'spoilt'), `${spoilt.secret}\n`)
  await writeFile(join(place, 'credentials.json'), '{"api_key":"of our own"}')
  await writeFile(join(place, 'wrong.json'), '{"api_key":7}')
  await writeFile(join(place, 'config.json'), '{"strict":true}')
})
afterAll(async () => {
  peer.close()
  spoilt.close()
  await rm(place, { recursive: true })
})

const validate = (url: string, secret: string, ...more: string[]) =>
  runCommand(['provider', 'validate', url, '--secret-file', join(place, secret), ...more])

test('an integration that keeps the protocol is told so in a table, with credentials and configuration sent', async () => {
  const files = ['--credentials-file', join(place, 'credentials.json')]
  const { code, out, err } = await validate(
    peer.url,
    'good',
    ...files,
    '--config-file',
    join(place, 'config.json'),
  )
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/^outcome +check +wanted +found\n/)
  expect(out).toMatch(/\npassed +signature\.stale +/)
  expect(out).toMatch(/\n\d+ passed, 1 warned, \d+ skipped, 0 failed\n$/)
  const sent = peer.received.filter(({ path, body }) => path === '/checks' && body.check_input !== undefined)
  expect(sent.length).toBeGreaterThan(5)
  expect(sent[0]?.body).toMatchObject({
    provider_credentials: { api_key: 'of our own' },
    provider_config: { strict: true },
  })
})

test('what failed stands at the end, the exit code says so, and the secret is nowhere', async () => {
  const { code, out } = await validate(spoilt.url, 'spoilt')
  expect(code).toBe(1)
  expect(out).toMatch(
    /\nFAILED search\.ONE_HIT\n {2}wanted: a search can find one company\n {2}found: {2}0 cand/,
  )
  const told = await validate(spoilt.url, 'spoilt', '--json')
  expect(told.code).toBe(1)
  expect(JSON.parse(told.out)).toMatchObject({ passed: false })
  for (const text of [out, told.out, told.err]) expect(text).not.toContain(spoilt.secret)
})

test('without files that can be used nothing is asked', async () => {
  const asked = spoilt.received.length
  const cases: [string[], number, RegExp][] = [
    [['provider', 'validate'], 2, /Say where the integration is/],
    [['provider', 'validate', spoilt.url], 2, /--secret-file says where/],
    [['provider', 'validate', spoilt.url, '--secret-file', join(place, 'none')], 1, /none cannot be read/],
    [
      ['provider', 'validate', spoilt.url, '--secret-file', join(place, 'config.json')],
      1,
      /must be 32 bytes/,
    ],
  ]
  for (const [words, code, message] of cases) {
    const ended = await runCommand(words)
    expect([ended.code, ended.out]).toEqual([code, ''])
    expect(ended.err).toMatch(message)
    expect(ended.err).not.toContain('strict')
  }
  const wrong = await validate(spoilt.url, 'spoilt', '--credentials-file', join(place, 'wrong.json'))
  expect(wrong.code).toBe(1)
  expect(wrong.err).toMatch(/wrong\.json must hold a JSON object/)
  expect(spoilt.received.length).toBe(asked)
})
