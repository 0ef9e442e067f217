import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Expected } from '@drawbridge/legacy-bank/expected.ts'
import { generate } from '@drawbridge/legacy-bank/generate.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveBank } from './check/bank-server.ts'
import { breaks, first, isPerson, put, withFile } from './check/breaks.ts'
import type { CheckReport } from './check/findings.ts'
import type { MigratedBank } from './check/migrated-bank.ts'
import { migrateFaultlessly } from './check/migrated-bank.ts'
import { indexSource } from './check/source-index.ts'
import { checkMigration, MigrationFaulty, readKey } from './check-migration.ts'

const apikey = 'a-key-for-this-test-alone'
let scratch = ''
let directory = ''
let expected: Expected
let faultless: MigratedBank

/** Rows (from 0) that the generator broke, by reference to the line each begins on. */
function brokenRows(lines: Map<string, number[]>): (file: string) => Set<number> {
  return (file) => {
    const starts = lines.get(file) ?? []
    const dirty = expected.dirty.rows.filter((row) => row.file === file)
    return new Set(dirty.map(({ line }) => starts.indexOf(line)))
  }
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'check-migration-test-'))
  directory = join(scratch, 'bank')
  expected = await generate({ directory, clients: 110, seed: 11, dirtyShare: 0.1, documentShare: 0.4 })
  faultless = migrateFaultlessly(directory, brokenRows(await lineStarts()))
})

afterAll(() => rm(scratch, { recursive: true }))

/** Where each row begins, by a plain walk over the bytes: line breaks between quotes do not end a row. */
async function lineStarts(): Promise<Map<string, number[]>> {
  const starts = new Map<string, number[]>()
  for (const file of ['individuals.csv', 'companies.csv', 'persons.csv']) {
    const found: number[] = []
    let isQuoted = false
    let line = 1
    for (const byte of await readFile(join(directory, file))) {
      if (byte === 0x22) isQuoted = !isQuoted
      if (byte !== 0x0a) continue
      line += 1
      if (!isQuoted) found.push(line)
    }
    starts.set(file, found)
  }
  return starts
}

async function check(bank: MigratedBank, hasCursor = true, refusals = 0): Promise<CheckReport> {
  const { server, url } = await serveBank(bank, { apikey, hasCursor, refusals })
  const fileList = join(scratch, 'files.jsonl')
  await writeFile(fileList, bank.uploads.map((upload) => `${JSON.stringify(upload)}\n`).join(''))
  try {
    return await checkMigration({ directory, url, apikey, fileList, reportOnly: true })
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

function copy(): MigratedBank {
  return structuredClone(faultless)
}

describe('a migration without a fault', () => {
  test('is found complete: every client, profile, link, label, file and field', async () => {
    const report = await check(faultless)
    const { lost, duplicated, different, strays } = report
    expect({ lost, duplicated, different, strays }).toEqual({
      lost: [],
      duplicated: [],
      different: [],
      strays: [],
    })
    expect(report.clients).toBe(expected.clean.clients)
    expect(report.profiles).toBe(expected.clean.profiles)
    expect(report.files).toBe(expected.clean.documents)
    expect(report.fields).toBeGreaterThan(expected.clean.profiles * 15)
  })

  test('is found complete by offset, and past answers that ask to wait', async () => {
    const { lost, duplicated, profiles } = await check(faultless, false, 3)
    expect({ lost, duplicated, profiles }).toEqual({
      lost: [],
      duplicated: [],
      profiles: expected.clean.profiles,
    })
  })
})

test('the rows held for unusable are those the generator broke, line by line', async () => {
  const large = join(scratch, 'large')
  const { dirty } = await generate({
    directory: large,
    clients: 1200,
    seed: 12,
    dirtyShare: 0.1,
    documentShare: 0.02,
  })
  const { database, unusable } = await indexSource(large, join(scratch, 'index.sqlite'), null)
  database.close()
  const found = unusable.map(({ file, line }) => `${file}:${line}`)
  expect(Object.keys(dirty.by_kind).length).toBeGreaterThanOrEqual(8)
  expect(found.sort()).toEqual(dirty.rows.map(({ file, line }) => `${file}:${line}`).sort())
})

describe('a fault is caught', () => {
  beforeAll(async () => {
    const whole = await readFile(faultless.profiles.find(withFile)?.files[0]?.path ?? '')
    whole[whole.length >> 1] = (whole[whole.length >> 1] ?? 0) ^ 1
    await writeFile(join(scratch, 'broken'), whole)
  })

  test.each(breaks)('%s: %s %s', async (_what, verdict, kind, change) => {
    const bank = copy()
    change(bank, { brokenScan: join(scratch, 'broken') })
    const report = await check(bank)
    expect(report[verdict].map((finding) => finding.kind)).toContain(kind)
  })

  test('findings name references, lines and paths, and nothing of what the fields hold', async () => {
    const bank = copy()
    put(first(bank, isPerson), 'personal_details.name.family_name', 'Unmistakable')
    const report = await check(bank)
    expect(report.different).toEqual([
      {
        kind: 'field',
        ref: 'C0000001',
        source: 'individuals.csv:2',
        what: 'collected_data.personal_details.name.family_name',
      },
    ])
  })

  test('by an error, unless only a report is asked for', async () => {
    const bank = copy()
    bank.profiles.pop()
    const { server, url } = await serveBank(bank, { apikey, hasCursor: true, refusals: 0 })
    const faulty = checkMigration({ directory, url, apikey })
    await expect(faulty).rejects.toThrow(MigrationFaulty)
    await expect(faulty).rejects.toThrow(/persons\.csv:\d+|companies\.csv:\d+/)
    server.close()
    server.closeAllConnections()
  })

  test('a wrong key is an error that says so, not an empty environment', async () => {
    const { server, url } = await serveBank(faultless, { apikey, hasCursor: true, refusals: 0 })
    await expect(checkMigration({ directory, url, apikey: 'wrong', reportOnly: true })).rejects.toThrow('401')
    server.close()
    server.closeAllConnections()
  })
})

describe('the command', () => {
  async function run(bank: MigratedBank, ...more: string[]): Promise<{ code: unknown; output: string }> {
    const { server, url } = await serveBank(bank, { apikey, hasCursor: true, refusals: 0 })
    const files = join(scratch, 'uploads.jsonl')
    const key = join(scratch, 'key')
    await writeFile(files, bank.uploads.map((upload) => `${JSON.stringify(upload)}\n`).join(''))
    await writeFile(key, `${apikey}\n`, { mode: 0o600 })
    const script = fileURLToPath(new URL('check-migration.ts', import.meta.url))
    const child = spawn(process.execPath, [script, directory, url, key, '--files', files, ...more])
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    const [code] = await once(child, 'close')
    server.close()
    server.closeAllConnections()
    return { code, output }
  }

  test('ends with 0 when nothing is lost and with 1 when one profile is', async () => {
    const good = await run(faultless)
    expect(good.code).toBe(0)
    expect(JSON.parse(good.output)).toMatchObject({ lost: [], strays: [], clients: expected.clean.clients })
    const bank = copy()
    bank.profiles.pop()
    expect((await run(bank)).code).toBe(1)
    expect((await run(bank, '--report-only')).code).toBe(0)
  })

  test('reads a key that stands alone or in credentials', async () => {
    const credentials = join(scratch, 'credentials.json')
    await writeFile(credentials, JSON.stringify({ url: 'x', demo: { apikey: 'd' }, live: { apikey: 'l' } }))
    expect(await readKey(credentials, 'live')).toBe('l')
    const empty = join(scratch, 'empty')
    await copyFile('/dev/null', empty)
    await expect(readKey(empty, 'demo')).rejects.toThrow('holds no key')
  })
})
