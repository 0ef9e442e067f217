import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteBudget } from './byte-budget.ts'
import { backoffMs, Pacing } from './pacing.ts'
import { defaultRamp, workersAfter } from './ramp.ts'
import { Slots } from './slots.ts'
import { Watermark } from './watermark.ts'

describe('slots', () => {
  it('are never more than five, whatever the limit says, and all work gets its turn', async () => {
    const slots = new Slots(50, Date.now)
    let under = 0
    let most = 0
    const work = async (): Promise<void> => {
      under += 1
      most = Math.max(most, under)
      await new Promise((resolve) => setTimeout(resolve, 1))
      under -= 1
    }
    await Promise.all(Array.from({ length: 40 }, () => slots.within(work)))
    expect(most).toBe(5)
  })

  it('are given back when the work fails', async () => {
    const slots = new Slots(1, Date.now)
    await expect(slots.within(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await slots.within(async () => 'yes')).toBe('yes')
  })

  it('count how long they were taken and how long a request was under way', async () => {
    let now = 0
    const slots = new Slots(2, () => now)
    await slots.within(async (fly) => {
      now += 10
      await fly(async () => {
        now += 30
      })
    })
    now += 20
    expect(slots.takeUse()).toEqual({ busyMs: 40, inFlightMs: 30, slotMs: 120 })
  })
})

describe('the ramp', () => {
  it('is one worker for 500 clients, three for the next 1,000, then five', () => {
    expect([0, 499, 500, 1_499, 1_500, 99_999].map((clients) => workersAfter(clients, defaultRamp))).toEqual([
      1, 1, 3, 3, 5, 5,
    ])
  })
})

describe('pacing', () => {
  it('waits between half and all of a time that doubles up to ten seconds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (n, chance) => {
          const ceiling = Math.min(10_000, 100 * 2 ** (n - 1))
          expect(backoffMs(n, chance)).toBeGreaterThanOrEqual(ceiling / 2)
          expect(backoffMs(n, chance)).toBeLessThanOrEqual(ceiling)
        },
      ),
    )
  })

  it('lets everyone wait as long as the target asked, and start again apart from each other', async () => {
    let now = 0
    const slept: number[] = []
    const sleep = async (ms: number): Promise<void> => {
      slept.push(ms)
      now += ms
    }
    const pacing = new Pacing(
      () => now,
      sleep,
      () => 0.5,
    )
    pacing.pause(1_000)
    await pacing.turn()
    expect(slept).toEqual([1_025])
  })

  it('counts the failures of one moment once', () => {
    let now = 0
    const pacing = new Pacing(
      () => now,
      async () => undefined,
      () => 1,
    )
    for (let worker = 0; worker < 5; worker += 1) pacing.failed()
    now = 101
    expect(pacing.waiting).toBe(false)
    expect(pacing.unreachableSince).toBe(0)
    pacing.answered()
    expect(pacing.unreachableSince).toBeNull()
  })
})

describe('the byte budget', () => {
  it('is never exceeded, except by one body that is larger than all of it, alone', async () => {
    const budget = new ByteBudget(100)
    let under = 0
    let most = 0
    const hold = (bytes: number) =>
      budget.within(bytes, async () => {
        under += Math.min(bytes, 100)
        most = Math.max(most, under)
        await new Promise((resolve) => setTimeout(resolve, 1))
        under -= Math.min(bytes, 100)
      })
    await Promise.all([60, 60, 500, 30, 0, 100].map(hold))
    expect(most).toBeLessThanOrEqual(100)
  })
})

describe('the watermark', () => {
  it('is the last position before the first that is not finished, in whatever order they finish', () => {
    const order = fc.shuffledSubarray([2, 4, 7, 9, 10, 15, 16])
    fc.assert(
      fc.property(order, (finished) => {
        const positions = [2, 4, 7, 9, 10, 15, 16]
        const watermark = new Watermark(0)
        for (const position of positions) watermark.begin(position)
        for (const position of finished) watermark.finish(position)
        const open = positions.findIndex((position) => !finished.includes(position))
        const expected = open === -1 ? 16 : (positions[open - 1] ?? 0)
        expect(watermark.upto).toBe(expected)
      }),
    )
  })
})
