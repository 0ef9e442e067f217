import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationText, estimateSeconds, progressLine, RateMeter } from './progress.ts'
import { defaultRamp, workersAfter } from './ramp.ts'

/** Seconds a run of the default ramp takes from here on, when each number of workers has its own rate. */
function actualSeconds(
  from: number,
  clients: number,
  perClient: number,
  rates: Record<number, number>,
): number {
  let seconds = 0
  for (let client = from; client < clients; client += 1) {
    seconds += perClient / (rates[workersAfter(client, defaultRamp)] ?? 1)
  }
  return seconds
}

describe('the time left', () => {
  it('is right within a fifth after the first tenth, whatever the size, when workers are worth what was said', () => {
    const sizes = fc.integer({ min: 100, max: 100_000 })
    const exponent = fc.constantFrom(0.25, 0.9)
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 30 }), exponent, (clients, perClient, worth) => {
        const rates = { 1: 20, 3: 20 * 3 ** worth, 5: 20 * 5 ** worth }
        const clientsDone = Math.ceil(clients / 10)
        const workers = workersAfter(clientsDone, defaultRamp)
        const estimate = estimateSeconds({
          effects: (clients - clientsDone) * perClient,
          clientsDone,
          clientsTotal: clients,
          rate: rates[workers as 1 | 3 | 5],
          workers,
          measured: new Map(),
          ramp: defaultRamp,
          scaling: worth,
        })
        const actual = actualSeconds(clientsDone, clients, perClient, rates)
        expect(Math.abs((estimate ?? 0) - actual)).toBeLessThanOrEqual(actual * 0.2)
      }),
    )
  })

  it('uses what was measured for a stage rather than what was supposed', () => {
    const left = {
      effects: 1_000,
      clientsDone: 400,
      clientsTotal: 600,
      rate: 10,
      workers: 1,
      ramp: defaultRamp,
      scaling: 1,
    }
    expect(estimateSeconds({ ...left, measured: new Map([[3, 5]]) })).toBe(500 / 10 + 500 / 5)
  })

  it('is unknown before anything was measured, and nothing when nothing is left', () => {
    const left = {
      clientsDone: 0,
      clientsTotal: 10,
      workers: 1,
      measured: new Map<number, number>(),
      ramp: defaultRamp,
      scaling: 1,
    }
    expect(estimateSeconds({ ...left, effects: 10, rate: 0 })).toBeNull()
    expect(estimateSeconds({ ...left, effects: 0, rate: 0 })).toBe(0)
  })
})

describe('the rate', () => {
  it('is that of the last half minute, anew after each change of pace', () => {
    const meter = new RateMeter()
    expect(meter.rate(0, 0, 1)).toBe(0)
    for (let second = 1; second <= 60; second += 1) meter.rate(second * 1_000, second * 10, 1)
    expect(meter.rate(61_000, 610, 1)).toBeCloseTo(10)
    meter.rate(62_000, 620, 3)
    expect(meter.rate(64_000, 680, 3)).toBeCloseTo(30)
    expect(meter.measured.get(1)).toBeCloseTo(10)
  })
})

describe('the progress line', () => {
  it('says stage, count of total, rate, workers, failures and time left', () => {
    const line = progressLine({
      stage: 'run',
      clients: { done: 1_204, total: 3_000 },
      effects: { done: 1, total: 2 },
      rate: 41.24,
      workers: 3,
      failures: 2,
      unsettled: 0,
      etaSeconds: 240,
    })
    expect(line).toBe('run  1,204 of 3,000 clients · 41.2 effects/s · 3 workers · 2 failed · 4 min left')
  })

  it('writes durations as people say them', () => {
    expect([5, 89, 200, 7_800].map(durationText)).toEqual(['5 s', '89 s', '3 min', '2 h 10 min'])
  })
})
