import { expect, test } from 'vitest'
import { afterFailure, isWatched, rescreenStep, watchInterval } from './rules.ts'

const polling = { initialIntervalSeconds: 0, pollingIntervalSeconds: 1, pollsMax: 1 }
const template = (updateIntervalSeconds: number) =>
  ({ type: 'MONITORED_POLLING', requestTimeoutSeconds: 5, polling, updateIntervalSeconds }) as const

test('a provider is asked as often as it wants, at least a minute apart, daily where it makes no sense', () => {
  expect([120, 1, 0, Number.NaN].map((told) => watchInterval(template(told)))).toEqual([
    120, 60, 86_400, 86_400,
  ])
  expect(watchInterval({ type: 'ONE_TIME_SYNCHRONOUS', timeoutSeconds: 5 })).toBeUndefined()
})

test('looks that fail come less and less often, but not rarer than usual', () => {
  const now = new Date('2026-01-01T00:00:00Z')
  const minutes = [1, 2, 3, 4, 100].map(
    (failures) => (afterFailure(now, failures, 600).getTime() - now.getTime()) / 60_000,
  )
  expect(minutes).toEqual([1, 2, 4, 8, 10])
})

test('a client is watched until the last application has ended', () => {
  expect(isWatched([])).toBe(true)
  expect(isWatched([{ status: 'REJECTED' }, { status: 'IN_REVIEW' }])).toBe(true)
  expect(isWatched([{ status: 'REJECTED' }, { status: 'CANCELLED' }])).toBe(false)
})

test('a step and its rest keep the rate', () => {
  for (const perMinute of [1, 7, 60, 120, 600, 6_000]) {
    const { profiles, restMs } = rescreenStep(perMinute)
    expect((profiles * 60_000) / restMs).toBeLessThanOrEqual(perMinute)
    expect((profiles * 60_000) / restMs).toBeGreaterThan(perMinute * 0.99)
  }
})
