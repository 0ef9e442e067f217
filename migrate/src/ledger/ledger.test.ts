import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { bindingOf } from './binding.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { endOfLine, type Line } from './line.ts'
import { listSegments, segmentPath } from './segment.ts'

const account = {
  institution_id: 'inst-1',
  institution: 'Old Mill Bank',
  environment: 'demo',
  url: 'http://127.0.0.1:1',
}
const binding = bindingOf('a'.repeat(64), 'b'.repeat(64), account)
const directories: string[] = []

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-'))
  directories.push(directory)
  return directory
}

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

function open(workDirectory: string, segmentBytes = 2_000): Ledger {
  return openLedger({ workDirectory, binding, now: () => 1_000, segmentBytes })
}

function linesOf(count: number): Line[] {
  return Array.from({ length: count }, (_, index): Line => {
    const ref = `c${index % 37}`
    const at = 60_000 * Math.floor(index / 10)
    const kinds: Line[] = [
      { t: 'I', at, op: 'profile', ref, name: 'profile', body_sha: 'ff', attempt: 1 + (index % 3) },
      { t: 'D', at, op: 'profile', ref, name: 'profile', id: `id-${index}`, how: 'sent', ms: 3 },
      { t: 'U', at, op: 'tag', ref, name: 'tag:migrated', why: 'timeout' },
      { t: 'X', at, op: 'tag', ref, name: 'tag:migrated', status: 400, code: '201', why: 'too long' },
      { t: 'F', at, position: index + 1, ref, client: true, upto: index, state: 'complete' },
      { t: 'R', at, event: 'ramp', workers: index % 5 },
    ]
    return kinds[(index * 7) % kinds.length] as Line
  })
}

function stateOf(ledger: Ledger): unknown {
  return {
    counts: ledger.index.counts(),
    effects: Array.from({ length: 37 }, (_, index) => ledger.index.effectsOf(`c${index}`)),
    slices: ledger.index.slices(),
    events: ledger.index.events(),
    next: ledger.index.finishedUpto(),
  }
}

async function written(count: number): Promise<{ directory: string; lines: Line[] }> {
  const directory = scratch()
  const lines = linesOf(count)
  const ledger = open(directory)
  for (let index = 0; index < lines.length; index += 5) await ledger.append(...lines.slice(index, index + 5))
  await ledger.close()
  return { directory, lines }
}

/** Cuts the ledger after its first `bytes` bytes, over all segments, as a power cut would. */
function cutAfter(directory: string, bytes: number): void {
  let left = bytes
  for (const segment of listSegments(join(directory, 'ledger'))) {
    const path = segmentPath(join(directory, 'ledger'), segment)
    const size = statSync(path).size
    if (left <= 0) rmSync(path)
    else if (left < size) truncateSync(path, left)
    left -= size
  }
}

function totalBytes(directory: string): number {
  const path = join(directory, 'ledger')
  return listSegments(path).reduce((sum, segment) => sum + statSync(segmentPath(path, segment)).size, 0)
}

describe('the ledger', () => {
  it('opens again with the state it was closed with, and replays nothing', async () => {
    const { directory } = await written(200)
    const first = open(directory)
    const state = stateOf(first)
    expect(first.replayed).toBeLessThanOrEqual(2)
    expect(listSegments(join(directory, 'ledger')).length).toBeGreaterThan(3)
    await first.close()
    rmSync(join(directory, 'ledger.sqlite'))
    const rebuilt = open(directory)
    expect(stateOf(rebuilt)).toEqual(state)
    await rebuilt.close()
  })

  it('resumes any prefix with a torn tail to the state of the lines that are whole', async () => {
    const { directory, lines } = await written(120)
    const bytes = totalBytes(directory)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes }), fc.boolean(), async (cut, keepIndex) => {
        const copy = scratch()
        cpSync(directory, copy, { recursive: true })
        cutAfter(copy, cut)
        if (!keepIndex) rmSync(join(copy, 'ledger.sqlite'))
        const resumed = open(copy, 1e9)
        const kept = Number(resumed.index.counts().lines ?? 0)
        const fresh = open(scratch())
        if (kept > 0) await fresh.append(...lines.slice(0, kept))
        expect(stateOf(resumed)).toEqual(stateOf(fresh))
        await resumed.append({ t: 'R', at: 5, event: 'start', workers: 1 })
        await resumed.close()
        const again = open(copy)
        expect(again.index.counts().lines).toBe(kept + 1)
        await again.close()
        await fresh.close()
      }),
      { numRuns: 40 },
    )
  })

  it('brings an index that lags behind up to date, counting no line twice', async () => {
    const directory = scratch()
    const lines = linesOf(150)
    const first = open(directory, 12_000)
    await first.append(...lines.slice(0, 75))
    await first.close()
    const lagging = readFileSync(join(directory, 'ledger.sqlite'))
    const second = open(directory, 12_000)
    for (let index = 75; index < lines.length; index += 5)
      await second.append(...lines.slice(index, index + 5))
    const state = stateOf(second)
    await second.close()
    writeFileSync(join(directory, 'ledger.sqlite'), lagging)
    const third = open(directory, 12_000)
    expect(third.replayed).toBeGreaterThanOrEqual(75)
    expect(stateOf(third)).toEqual(state)
    await third.close()
  })

  it('cuts a torn last line off and loses nothing before it', async () => {
    const { directory } = await written(30)
    const path = segmentPath(join(directory, 'ledger'), listSegments(join(directory, 'ledger')).length)
    const whole = readFileSync(path)
    writeFileSync(path, Buffer.concat([whole, Buffer.from('0000ffff 99 {"t":"I","ref":"c')]))
    const ledger = open(directory)
    expect(ledger.cut).toBe(29)
    expect(ledger.index.counts().lines).toBe(30)
    await ledger.close()
    expect(readFileSync(path)).toEqual(whole)
  })

  it('refuses a damaged line in the middle, naming segment and line', async () => {
    const directory = scratch()
    const ledger = open(directory, 1e9)
    await ledger.append(...linesOf(20))
    await ledger.close()
    const path = segmentPath(join(directory, 'ledger'), 1)
    const bytes = readFileSync(path)
    const third = endOfLine(bytes, endOfLine(bytes, 0))
    bytes.writeUInt8(bytes.readUInt8(third + 20) ^ 1, third + 20)
    writeFileSync(path, bytes)
    expect(() => open(directory)).toThrow(/000001\.ledger is damaged at line 3/)
  })

  it('refuses a full segment that was exchanged for another', async () => {
    const { directory } = await written(200)
    const other = scratch()
    const ledger = open(other)
    for (const line of linesOf(200)) await ledger.append({ ...line, at: 7 })
    await ledger.close()
    cpSync(segmentPath(join(other, 'ledger'), 2), segmentPath(join(directory, 'ledger'), 2))
    expect(() => open(directory)).toThrow(/does not follow the segment before it/)
  })

  it('refuses to go on for another account, and says what to do', async () => {
    const { directory } = await written(3)
    const live = bindingOf('a'.repeat(64), 'b'.repeat(64), { ...account, environment: 'live' })
    expect(() => openLedger({ workDirectory: directory, binding: live, now: () => 0 })).toThrow(
      /environment was demo, is live.*renaming/,
    )
  })

  it('rebuilds a damaged index from the segments', async () => {
    const { directory } = await written(60)
    const first = open(directory)
    const state = stateOf(first)
    await first.close()
    writeFileSync(join(directory, 'ledger.sqlite'), Buffer.alloc(40_000, 'x'))
    const again = open(directory)
    expect(stateOf(again)).toEqual(state)
    await again.close()
  })

  it('keeps its files to their owner', async () => {
    const { directory } = await written(3)
    expect(statSync(join(directory, 'ledger')).mode & 0o777).toBe(0o700)
    for (const name of ['ledger/000001.ledger', 'ledger.sqlite', 'lock.sqlite', 'lock.pid']) {
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
    }
  })

  it('has one writer, and a writer that is killed leaves no lock behind', async () => {
    const directory = scratch()
    const script = `
      const { openLedger } = await import(${JSON.stringify(join(import.meta.dirname, 'ledger.ts'))})
      const ledger = openLedger({ workDirectory: ${JSON.stringify(directory)}, binding: ${JSON.stringify(binding)}, now: () => 1 })
      await ledger.append({ t: 'R', at: 1, event: 'start', workers: 1 })
      console.log('ready'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    expect(() => open(directory)).toThrow(new RegExp(`Another process \\(process ${child.pid}\\)`))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    const ledger = open(directory)
    expect(ledger.index.counts().lines).toBe(1)
    await ledger.close()
  })
})
