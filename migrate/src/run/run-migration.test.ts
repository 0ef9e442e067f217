import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type CrashPoint, crashPoints } from '../ledger/crash-point.ts'
import { openLedger } from '../ledger/ledger.ts'
import type { Defences } from './context.ts'
import { fakeSource } from './fake-source.test-kit.ts'
import { FakeTarget, type Trouble } from './fake-target.test-kit.ts'
import type { ChildOrder } from './run-in-child.test-kit.ts'
import { type RunOptions, type RunResult, runMigration } from './run-migration.ts'
import type { Target } from './target.ts'

const account = { institution_id: 'i', institution: 'Bank', environment: 'demo', url: 'x' }
const directories: string[] = []

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'run-'))
  directories.push(directory)
  return directory
}

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

const clients = 30

function options(directory: string, target: Target, more: Partial<RunOptions> = {}): RunOptions {
  return {
    workDirectory: directory,
    source: fakeSource(clients, directory),
    target,
    account,
    ramp: [{ after: 0, workers: 5 }],
    settleMs: 20,
    ...more,
  }
}

/** What the target must hold after a run of the fake source, counted without the engine. */
function countAll(target: FakeTarget) {
  const profiles = [...target.profiles.values()]
  const refs = new Set(profiles.map((one) => one.collected_data.customer_ref))
  const directors = profiles.flatMap((one) => {
    const officers = one.collected_data.officers as { directors?: unknown[] } | undefined
    return officers?.directors ?? []
  })
  const documents = profiles.flatMap((one) => (one.collected_data.documents ?? []) as unknown[])
  return {
    profiles: profiles.length,
    refs: refs.size,
    files: profiles.reduce((sum, one) => sum + one.files.length, 0),
    images: profiles.reduce((sum, one) => sum + one.images.length, 0),
    documents: documents.length,
    links: directors.length,
    tagged: profiles.filter((one) => one.tags.includes('migrated')).length,
  }
}

const exact = { profiles: 41, refs: 41, files: 15, images: 6, documents: 6, links: 20, tagged: 31 }

/** Troubles from a seed: the same every time, about one call in four. */
function seeded(seed: number): (call: { op: string; n: number }) => Trouble {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    const kinds: Trouble[] = ['lost-after', 'lost-before', 'wait', 'unreachable']
    return state % 100 < 25 ? (kinds[Math.floor(state / 100) % kinds.length] ?? null) : null
  }
}

const quick = { sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 5))) }

describe('a run', () => {
  it('brings everything about once, with never more than five calls under way and no call too many', async () => {
    const directory = scratch()
    const target = new FakeTarget({ keys: true, uniqueReference: true, delayMs: 3 })
    const result = await runMigration(options(directory, target))
    expect(result).toMatchObject({ state: 'complete', clients: { complete: clients, partial: 0, failed: 0 } })
    expect(countAll(target)).toEqual(exact)
    expect(target.mostInFlight).toBe(5)
    expect(result.callsPerNeeded).toBeLessThanOrEqual(1.02)
    expect(readFileSync(join(directory, 'results/files.jsonl'), 'utf8').trim().split('\n')).toHaveLength(15)
    const calls = target.calls
    const again = await runMigration(options(directory, target))
    expect(again.state).toBe('complete')
    expect(target.calls).toBe(calls)
  })

  it('starts with one call at a time and ramps up with the clients that are finished', async () => {
    const target = new FakeTarget({ keys: true, uniqueReference: true, delayMs: 1 })
    const most: number[] = []
    const ramp = [
      { after: 0, workers: 1 },
      { after: 10, workers: 3 },
      { after: 20, workers: 9 },
    ]
    const trouble = (): Trouble => {
      most.push(target.inFlight + 1)
      return null
    }
    Object.assign(target, { trouble })
    const directory = scratch()
    await runMigration(options(directory, target, { ramp }))
    expect(target.mostInFlight).toBe(5)
    const ledger = openLedger({ workDirectory: directory, binding: null, now: () => 0 })
    expect(
      ledger.index
        .events()
        .filter((line) => line.event === 'ramp')
        .map((line) => line.workers),
    ).toEqual([3, 5])
    await ledger.close()
  })

  it.each([
    ['a server that knows keys', { keys: true, uniqueReference: true }, { useKeys: true }],
    ['the original service', { keys: false, uniqueReference: false }, { useKeys: false }],
  ])('loses and doubles nothing when replies are lost, against %s', async (_name, server, run) => {
    for (const seed of [1, 2]) {
      const target = new FakeTarget({ ...server, trouble: seeded(seed) })
      const result = await runMigration(options(scratch(), target, { ...run, ...quick }))
      expect(result.state).toBe('complete')
      const counted = countAll(target)
      // Without a list of files an upload whose reply was lost is sent again; nothing refers to the first one.
      expect({ ...counted, files: Math.min(counted.files, exact.files) }).toEqual(exact)
      if (run.useKeys) expect(counted.files).toBe(exact.files)
    }
  })

  it('drains when told to, and the next start goes on by itself', async () => {
    const directory = scratch()
    const target = new FakeTarget({ keys: true, uniqueReference: true, delayMs: 1 })
    const stop = new AbortController()
    const onProgress = () => undefined
    const trouble = ({ n }: { n: number }): Trouble => {
      if (n === 40) stop.abort()
      return null
    }
    const first = new FakeTarget({ keys: true, uniqueReference: true, delayMs: 1, trouble })
    const drained = await runMigration(options(directory, first, { signal: stop.signal, onProgress }))
    expect(drained.state).toBe('interrupted')
    expect(first.inFlight).toBe(0)
    for (const [id, profile] of first.profiles) target.profiles.set(id, profile)
    const result = await runMigration(options(directory, target))
    expect(result.state).toBe('complete')
    expect(result.counts.resent ?? 0).toBe(0)
    expect(countAll(target)).toEqual(exact)
  })

  it('finishes a company without an associate that is refused, and reports the link', async () => {
    const directory = scratch()
    const refuse = (body: Record<string, unknown>): string | null =>
      (body.collected_data as { customer_ref: string }).customer_ref === 'p-6' ? 'the name is missing' : null
    const target = new FakeTarget({ keys: true, uniqueReference: true, refuse })
    const result = await runMigration(options(directory, target))
    expect(result.clients).toEqual({ complete: clients - 1, partial: 1, failed: 0 })
    const company = [...target.profiles.values()].find((one) => one.collected_data.customer_ref === 'c-6')
    expect(company?.collected_data.officers).toMatchObject({ directors: [{ appointed_on: '2019-04-01' }] })
    const ledger = openLedger({ workDirectory: directory, binding: null, now: () => 0 })
    const refused = [...ledger.index.inState('refused')].map((one) => [
      one.ref,
      one.detail?.code,
      one.detail?.source,
    ])
    expect(refused).toEqual([
      ['c-6', 'ASSOCIATE_MISSING', 'clients.csv:7'],
      ['p-6', '201', 'clients.csv:7'],
    ])
    await ledger.close()
  })

  it('takes over what an earlier run created, and creates nothing twice', async () => {
    const target = new FakeTarget({ keys: true, uniqueReference: true })
    await runMigration(options(scratch(), target))
    const result = await runMigration({
      ...options(scratch(), target),
      account: { ...account, environment: 'other' },
    })
    expect(result.state).toBe('complete')
    expect({ ...countAll(target), files: 15 }).toEqual(exact)
    expect(result.counts['done:profile']).toBe(41)
  })

  it('asks a target that is away one harmless question at a time, and sends no write again before it answers', async () => {
    let away = 0
    let begun = false
    let writes = 0
    const trouble = ({ n }: { n: number }): Trouble => {
      if (n >= 60 && !begun) away = 4
      begun ||= n >= 60
      if (away > 0) writes += 1
      return away > 0 ? 'lost-before' : null
    }
    const target = new FakeTarget({ keys: true, uniqueReference: true, trouble, delayMs: 1 })
    const whoAmI = target.whoAmI.bind(target)
    target.whoAmI = async () => {
      if (away === 0) return whoAmI()
      away -= 1
      return { kind: 'unknown', why: 'reset' }
    }
    const result = await runMigration(options(scratch(), target, quick))
    expect(result.state).toBe('complete')
    expect(writes).toBeLessThanOrEqual(5)
    expect(result.counts.resent).toBeLessThanOrEqual(5)
    expect(countAll(target)).toEqual(exact)
  })

  it('ends by itself, with what to do, when the target stays away', async () => {
    const target = new FakeTarget({ keys: true, uniqueReference: true, trouble: () => 'unreachable' })
    const whoAmI = target.whoAmI.bind(target)
    target.whoAmI = async () =>
      target.calls > 0 ? { kind: 'later', waitMs: null, why: 'refused' } : whoAmI()
    const result = await runMigration(options(scratch(), target, { ...quick, giveUpMs: 300 }))
    expect(result).toMatchObject({ state: 'stopped', clients: { complete: 0, failed: 0 } })
    expect(result.reason).toContain('Start the run again when it does')
  })

  it('stops when the first fifty profiles are all refused', async () => {
    const target = new FakeTarget({ keys: true, uniqueReference: true, refuse: () => 'no such product' })
    const directory = scratch()
    const result = await runMigration(options(directory, target, { source: fakeSource(80, directory) }))
    expect(result.state).toBe('stopped')
    expect(result.reason).toContain('first 50 profiles, the last one with: no such product')
    expect(result.counts['refused:profile']).toBeLessThan(60)
  })

  it('stops at once, marking no client as refused, when the key is refused', async () => {
    const target = new FakeTarget({ keys: true, uniqueReference: true })
    target.createProfile = async () => ({
      kind: 'no',
      status: 401,
      code: '204',
      why: 'The API key is not valid',
      existingId: null,
    })
    const result = await runMigration(options(scratch(), target))
    expect(result).toMatchObject({ state: 'stopped', clients: { complete: 0, partial: 0, failed: 0 } })
    expect(result.reason).toContain('refuses the API key (204)')
  })
})

describe('each defence alone', () => {
  const lost = ({ n }: { n: number }): Trouble => (n % 4 === 0 ? 'lost-after' : null)
  const none: Defences = { key: false, ledger: false, uniqueReference: false }

  async function interruptedTwice(defences: Defences, server: { keys: boolean; uniqueReference: boolean }) {
    const directory = scratch()
    let stop = new AbortController()
    let left = 40
    const trouble = (call: { op: string; n: number }): Trouble => {
      left -= 1
      if (left === 0) stop.abort()
      return lost(call)
    }
    const target = new FakeTarget({ ...server, trouble })
    let result: RunResult | null = null
    for (const calls of [40, 60, 100_000]) {
      left = calls
      stop = new AbortController()
      result = await runMigration(options(directory, target, { defences, signal: stop.signal, ...quick }))
    }
    expect(result?.state).toBe('complete')
    return countAll(target)
  }

  it('the key', async () => {
    const counted = await interruptedTwice({ ...none, key: true }, { keys: true, uniqueReference: false })
    expect(counted).toEqual(exact)
  })

  it('the ledger', async () => {
    const counted = await interruptedTwice({ ...none, ledger: true }, { keys: false, uniqueReference: false })
    expect({ ...counted, files: exact.files }).toEqual(exact)
  })

  it('the unique reference', async () => {
    const counted = await interruptedTwice(
      { ...none, uniqueReference: true },
      { keys: false, uniqueReference: true },
    )
    expect({ ...counted, files: exact.files, images: exact.images, documents: exact.documents }).toEqual(
      exact,
    )
  })

  it('none: then profiles are doubled, or this harness proves nothing', async () => {
    const counted = await interruptedTwice(none, { keys: false, uniqueReference: false })
    expect(counted.profiles).toBeGreaterThan(counted.refs)
  })
})

describe('dying at a named point', () => {
  function runChild(target: FakeTarget, order: ChildOrder): Promise<NodeJS.Signals | null> {
    return new Promise((resolve, reject) => {
      const child = fork(join(import.meta.dirname, 'run-in-child.test-kit.ts'), { serialization: 'advanced' })
      child.on('message', (message: { call: number; method: keyof Target; parameters: never[] }) => {
        if (message.call === undefined) return
        const method = target[message.method] as (...parameters: never[]) => Promise<unknown>
        method
          .apply(target, message.parameters)
          .then((value) => child.connected && child.send({ reply: message.call, value: value as object }))
          .catch(reject)
      })
      child.on('error', reject)
      child.on('exit', (_code, signal) => resolve(signal))
      child.send({ order })
    })
  }

  it.each(crashPoints.map((point) => [point]))(
    '%s: nothing is lost, doubled or partial',
    async (point: CrashPoint) => {
      const directory = scratch()
      const target = new FakeTarget({ keys: true, uniqueReference: false })
      const order: ChildOrder = { directory, clients, point, nth: 2, segmentBytes: 8_000 }
      const rare: CrashPoint[] = ['before-results', 'before-index-commit', 'after-index-commit']
      const signal = await runChild(target, { ...order, nth: rare.includes(point) ? 1 : 2 })
      expect(signal).toBe('SIGKILL')
      const result = await runMigration(options(directory, target, { segmentBytes: 8_000 }))
      expect(result.state).toBe('complete')
      expect(countAll(target)).toEqual(exact)
      expect(result.counts.resent ?? 0).toBeLessThanOrEqual(5)
    },
  )
})
