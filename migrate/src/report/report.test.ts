import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bindingOf } from '../ledger/binding.ts'
import { type Ledger, openLedger } from '../ledger/ledger.ts'
import { escapeHtml, numberText, timeText } from '../words.ts'
import { binsOf } from './charts.ts'
import type { PlanFacts } from './report-data.ts'
import { writeReport } from './write-report.ts'

const plan: PlanFacts = {
  name: 'Old Mill <Bank>',
  clients: 4,
  individuals: 3,
  companies: 1,
  associates: 2,
  links: 2,
  unusable: 1,
  effects: { profile: 6, tag: 4 },
  sources: [{ file: 'individuals.csv', rows: 3, sha256: 'c'.repeat(64) }],
}
const account = {
  institution_id: 'i',
  institution: 'Old Mill',
  environment: 'demo',
  url: 'http://127.0.0.1:1',
}
const at = Date.UTC(2026, 10, 20, 14, 3)
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'report-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function withLedger(act: (ledger: Ledger) => Promise<void> | void): Promise<void> {
  const binding = bindingOf('a'.repeat(64), 'b'.repeat(64), account)
  const ledger = openLedger({ workDirectory: directory, binding, now: () => at })
  await act(ledger)
  await ledger.close()
}

async function fill(ledger: Ledger): Promise<void> {
  const profile = { op: 'profile', name: 'profile' }
  await ledger.append(
    { t: 'R', at, event: 'start', workers: 1, facts: { keys: 'yes' } },
    { t: 'I', at, ...profile, ref: 'c1', body_sha: 'x', attempt: 1 },
    { t: 'U', at, ...profile, ref: 'c1', why: 'lost the connection' },
    { t: 'I', at, ...profile, ref: 'c1', body_sha: 'x', attempt: 2 },
    { t: 'D', at, ...profile, ref: 'c1', id: 'p1', how: 'replayed', ms: 5 },
    { t: 'F', at, position: 1, ref: 'c1', client: true, upto: 0, state: 'complete' },
    { t: 'I', at, ...profile, ref: 'c2', body_sha: 'y', attempt: 1 },
    {
      t: 'X',
      at,
      ...profile,
      ref: 'c2',
      status: 400,
      code: '201',
      why: '<img src=x>',
      source: 'individuals.csv:3',
    },
    { t: 'F', at, position: 2, ref: 'c2', client: true, upto: 1, state: 'failed' },
    {
      t: 'R',
      at: at + 60_000,
      event: 'end',
      workers: 1,
      facts: { busy_ms: 95, slot_ms: 100, calls: 3, needed: 3 },
    },
  )
}

describe('the report', () => {
  it('is the same, byte for byte, however often it is made, also from a rebuilt index', async () => {
    await withLedger(fill)
    const made: string[] = []
    for (const rebuilt of [false, false, true]) {
      if (rebuilt) rmSync(join(directory, 'ledger.sqlite'))
      await withLedger((ledger) => {
        const { html, json } = writeReport(directory, plan, ledger)
        made.push(readFileSync(html, 'utf8') + readFileSync(json, 'utf8'))
      })
    }
    expect(made[1]).toBe(made[0])
    expect(made[2]).toBe(made[0])
  })

  it('says what came of clients, unknown outcomes and refusals, and what remains uncertain', async () => {
    await withLedger(fill)
    await withLedger((ledger) => {
      const { data } = writeReport(directory, plan, ledger)
      expect(data.clients).toEqual({ complete: 1, partial: 0, failed: 1, unfinished: 2 })
      expect(data.unknown).toMatchObject({ total: 1, resent: 1, open: 0, settled: { replayed: 1 } })
      expect(data.failures.listed).toMatchObject([{ ref: 'c2', code: '201', source: 'individuals.csv:3' }])
      expect(data.calls).toEqual({ sent: 3, needed: 3, waits: 0, slots_busy: 0.95 })
      expect(data.residual_risk).toEqual([
        'The target has not been reconciled with the source: nothing here is proved yet.',
        '2 clients are not finished.',
      ])
    })
  })

  it('needs nothing from elsewhere, runs no script and lets no value become markup', async () => {
    await withLedger(fill)
    await withLedger((ledger) => {
      const html = readFileSync(writeReport(directory, plan, ledger).html, 'utf8')
      expect(html).toContain('Old Mill &#60;Bank&#62;')
      expect(html).not.toMatch(/<script|<img|<link|@import|url\(/i)
      expect(html).toContain('&#60;img src=x&#62;')
    })
  })
})

describe('its words and charts', () => {
  it('writes numbers, times and text the same everywhere', () => {
    expect([0, 999, 1_000, 1_234_567].map(numberText)).toEqual(['0', '999', '1,000', '1,234,567'])
    expect(timeText(at)).toBe('20 Nov 2026, 14:03 UTC')
    expect(escapeHtml(`<a href="x">&'`)).toBe('&#60;a href=&#34;x&#34;&#62;&#38;&#39;')
  })

  it('puts any run into at most 96 bins of equal length and loses no effect', () => {
    const timeline = Array.from({ length: 1_000 }, (_, index) => ({
      slice: 100 + index * 3,
      done: 2,
      refused: 1,
      unknown: 0,
      units: 1,
      workers: 5,
    }))
    const bins = binsOf(timeline)
    expect(bins.length).toBeLessThanOrEqual(96)
    expect(bins.reduce((sum, bin) => sum + bin.done, 0)).toBe(2_000)
    expect(new Set(bins.map((bin) => bin.minutes)).size).toBe(1)
  })
})
