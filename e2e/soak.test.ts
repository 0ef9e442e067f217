import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from '@drawbridge/legacy-bank/generate.ts'
import { allDefences, type CrashPoint, crashPoints } from '@drawbridge/migrate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkMigration } from './check-migration.ts'
import { demoKey, freePort, type ServerProcess, startServer } from './processes/server-process.ts'
import { caseFaults, soakCases } from './soak/case-soak.ts'
import { chanceOf, planBlows } from './soak/chance.ts'
import { faultsOf } from './soak/judge.ts'
import { type SoakPlan, soakMigration } from './soak/kill-soak.ts'
import { startMigration } from './soak/migration-child.ts'

const plan: SoakPlan = {
  seed: 7,
  clients: 300,
  documentShare: 0.05,
  kills: 12,
  defences: 'all',
  ramp: [{ after: 0, workers: 5 }],
  settleMs: 2_000,
  say: () => undefined,
}

/** A loaded machine takes its time; what is shown does not depend on it. */
const patience = 300_000

describe('a migration under fire', { timeout: patience }, () => {
  test('of 300 clients, server, migration and PostgreSQL killed 12 times: nothing lost, doubled, partial or stray', async () => {
    const result = await soakMigration(plan)
    expect(result.faults).toEqual([])
    expect(result.kills).toBeGreaterThanOrEqual(12)
    expect(result).toMatchObject({ lost: 0, duplicated: 0, different: 0, strays: 0, audit_verified: true })
    expect(result.clients).toBeGreaterThan(280)
    expect(result.resent ?? 0).toBeLessThanOrEqual(5 * result.kills)
  })

  test('with every defence off doubles clients, so the harness would notice', async () => {
    const result = await soakMigration({ ...plan, seed: 3, clients: 30, kills: 3, defences: 'none' })
    expect(result.kills_by_victim.migration).toBeGreaterThan(0)
    expect(result.duplicated_clients).toBeGreaterThan(0)
    expect(result.faults).toEqual([])
  })
})

/** Those that a start reaches late come last, so that each start still has something to do. */
const late: readonly CrashPoint[] = ['before-index-commit', 'after-index-commit', 'before-results']
const inOrder = [...crashPoints.filter((point) => !late.includes(point)), ...late]

describe('cases under fire', { timeout: patience }, () => {
  test('of 40 cases, server and PostgreSQL killed 6 times: every check ends once, no case is stuck, no task done twice', async () => {
    const result = await soakCases({ seed: 11, cases: 40, kills: 6, say: () => undefined })
    expect(result.faults).toEqual([])
    expect(result.checks).toBeGreaterThan(40)
  })

  const clean = {
    seed: 1,
    cases: 2,
    kills: 1,
    kills_by_victim: {},
    server_starts: 2,
    profiles: 2,
    checks: 4,
    stuck: 0,
    checks_unended: 0,
    checks_ended_twice: 0,
    checks_doubled: 0,
    tasks_completed_twice: 0,
    wrong_ends: 0,
    audit_verified: true,
    seconds: 1,
  }

  test.each([
    ['do not rest', { stuck: 1 }],
    ['did not end', { checks_unended: 1 }],
    ['ended more than once', { checks_ended_twice: 1 }],
    ['ran twice', { checks_doubled: 1 }],
    ['completed more than once', { tasks_completed_twice: 1 }],
    ['otherwise', { wrong_ends: 1 }],
    ['does not verify', { audit_verified: false }],
    ['kills took place', { kills: 0 }],
    ['profiles for 2 cases', { profiles: 3 }],
    ['no check ran', { checks: 0 }],
  ])('a soak of cases fails when it finds: %s', (words, found) => {
    const plan = { cases: 2, kills: 1 }
    expect(caseFaults(plan, clean)).toEqual([])
    expect(caseFaults(plan, { ...clean, ...found }).join()).toContain(words)
  })
})

describe('dying at each named point', { timeout: patience }, () => {
  let scratch = ''
  let bank = ''
  let server: ServerProcess

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'drawbridge-points-'))
    bank = join(scratch, 'bank')
    await generate({ directory: bank, clients: 60, seed: 5, dirtyShare: 0.02, documentShare: 0.2 })
    await copyFile(
      join(import.meta.dirname, '..', 'examples', 'legacy-bank', 'migration.yaml'),
      join(bank, 'migration.yaml'),
    )
    server = startServer({ home: scratch, port: await freePort(), flags: ['--log-level', 'warn'] })
    await server.untilReady()
  })

  afterAll(async () => {
    await server.end('SIGTERM')
    await rm(scratch, { recursive: true, force: true })
  })

  test('in one migration, one after the other, leaves it whole in the end', async () => {
    const apikey = await demoKey(scratch)
    const order = {
      directory: bank,
      url: server.url,
      apikey,
      defences: allDefences,
      ramp: plan.ramp,
      settleMs: plan.settleMs,
      segmentBytes: 8_000,
    }
    const deaths: (string | null)[] = []
    for (const point of inOrder) {
      const { signal } = await startMigration({ ...order, crash: { point, nth: 1 } }).ended
      deaths.push(signal === 'SIGKILL' ? point : null)
    }
    expect(deaths).toEqual(inOrder)
    const { result } = await startMigration(order).ended
    expect(result?.state).toBe('complete')
    const report = await checkMigration({ directory: bank, url: server.url, apikey, reportOnly: true })
    const { lost, duplicated, different, strays } = report
    expect({ lost, duplicated, different, strays }).toEqual({
      lost: [],
      duplicated: [],
      different: [],
      strays: [],
    })
    expect(report.clients).toBe(result?.clients.complete)
  })
})

describe('the plan and the judge', () => {
  test('the same seed strikes at the same moments, as often as asked', () => {
    const blows = planBlows(chanceOf(4), 60, 10_000)
    expect(planBlows(chanceOf(4), 60, 10_000)).toEqual(blows)
    expect(blows.reduce((sum, { second }) => sum + (second === null ? 1 : 2), 0)).toBe(60)
    expect(blows.map(({ afterCalls }) => afterCalls)).toEqual(
      blows.map(({ afterCalls }) => afterCalls).sort((a, b) => a - b),
    )
    expect(new Set(blows.map(({ victim }) => victim)).size).toBe(4)
  })

  test.each([
    ['lost', { lost: 1 }],
    ['duplicated', { duplicated: 1 }],
    ['different', { different: 1 }],
    ['strays', { strays: 1 }],
    ['requests sent again', { resent: 61 }],
    ['does not verify', { auditVerified: false }],
    ['kills took place', { kills: 11 }],
  ])('a soak fails when it finds something %s', (words, found) => {
    const clean = {
      kills: 12,
      lost: 0,
      duplicated: 0,
      duplicatedClients: 0,
      different: 0,
      strays: 0,
      resent: 60,
      auditVerified: true,
    }
    expect(faultsOf('all', 12, clean)).toEqual([])
    const twins = { ...clean, lost: 4, duplicated: 2, resent: null }
    for (const alone of ['key', 'ledger', 'unique'] as const)
      expect(faultsOf(alone, 12, twins)).toEqual(['4 lost', '2 duplicated'])
    expect(faultsOf('none', 12, clean)).toEqual(['nothing was duplicated with every defence off'])
    expect(faultsOf('all', 12, { ...clean, ...found }).join()).toContain(words)
  })
})
