import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandIo } from './command/io.ts'
import { runMigrateCommand } from './commands.ts'

const root = join(import.meta.dirname, '../..')
let directory = ''
let bank = ''
let server: ChildProcess

/** The platform as its own process, spoken to over HTTP alone, and a small export of the example bank. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'migrate-'))
  bank = join(directory, 'bank')
  const generate = join(root, 'examples/legacy-bank/generate.ts')
  execFileSync(process.execPath, [generate, '--clients', '25', '--seed', '3', '--out', bank])
  const port = await freePort()
  const home = join(directory, 'home')
  server = spawn(
    process.execPath,
    [join(root, 'server/src/main.ts'), 'serve', '--port', String(port), '--home', home],
    {
      stdio: 'ignore',
    },
  )
  const settings = readFileSync(join(root, 'examples/legacy-bank/migration.yaml'), 'utf8')
    .replace(/^ {2}url: .*$/m, `  url: http://127.0.0.1:${port}`)
    .replace(
      /^ {2}apikey_file: .*$/m,
      `  apikey_file: ${join(home, 'credentials.json')}\n  idempotency_keys: 'yes'`,
    )
  writeFileSync(join(bank, 'migration.yaml'), settings)
  await answering(`http://127.0.0.1:${port}/readyz`)
}, 120_000)

afterAll(async () => {
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGTERM')
  await ended
  rmSync(directory, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function answering(url: string): Promise<void> {
  for (;;) {
    const reply = await fetch(url).catch(() => null)
    if (reply?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function drawbridge(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const io: CommandIo = {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    terminal: false,
    onInterrupt: () => () => undefined,
    exitNow: () => undefined,
    setExitCode: () => undefined,
  }
  const code = await runMigrateCommand(words, io)
  return { code, out, err }
}

describe('drawbridge migrate', () => {
  it('checks, forecasts, migrates, proves and reports a bank, and does nothing twice', async () => {
    const forecast = await drawbridge('forecast', bank, '--json')
    const predicted = JSON.parse(forecast.out) as { kinds: Record<string, { create: number }> }
    const run = await drawbridge('run', bank, '--json')
    expect(run.code, run.err).toBe(0)
    const result = JSON.parse(run.out) as {
      clients: { complete: number }
      counts: Record<string, number>
      callsPerNeeded: number
    }
    expect(result.callsPerNeeded).toBeLessThanOrEqual(1.02)
    const created = ['individuals', 'companies', 'persons'].reduce(
      (sum, kind) => sum + (predicted.kinds[kind]?.create ?? 0),
      0,
    )
    expect(result.counts['done:profile']).toBe(created)
    const status = await drawbridge('status', bank, '--json')
    expect(JSON.parse(status.out)).toMatchObject({ state: 'ended', failures: 0, unsettled: 0 })
    const proof = await drawbridge('reconcile', bank, '--json')
    expect(proof.code, proof.out).toBe(0)
    expect(JSON.parse(proof.out)).toMatchObject({
      accepted: true,
      lost: 0,
      duplicated: 0,
      different: 0,
      strays: 0,
    })
    const again = await drawbridge('run', bank, '--json')
    expect(again.code).toBe(0)
    expect(JSON.parse(again.out)).toMatchObject({ counts: { intents: result.counts.intents } })
    const report = await drawbridge('report', bank)
    expect(readFileSync(report.out.split('\n')[0] ?? '', 'utf8')).toContain(
      'Accepted: 0 lost, 0 duplicated, 0 different',
    )
    const unchanged = await drawbridge('forecast', bank, '--json')
    expect(JSON.parse(unchanged.out)).toMatchObject({ total: { create: 0 } })
  })

  it('exits 2 for wrong usage, 1 with what to do when it cannot, and 0 for help', async () => {
    expect((await drawbridge('run')).code).toBe(2)
    expect((await drawbridge('run', bank, '--ramp', '0:9')).err).toContain('1 to 5 workers')
    expect((await drawbridge('--help')).code).toBe(0)
    const nowhere = await drawbridge('run', join(directory, 'nowhere'))
    expect(nowhere.code).toBe(1)
    expect(nowhere.err).toContain('migration.yaml')
    expect(nowhere.err).not.toContain('at ')
  })
})
