import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lanes, migrationShare } from './priority.ts'

/** Work that ends when it is told to, and a count of what runs. */
class Jobs {
  running = 0
  most = 0
  readonly #ends: (() => void)[] = []

  readonly start = async (): Promise<void> => {
    this.running += 1
    this.most = Math.max(this.most, this.running)
    await new Promise<void>((resolve) => this.#ends.push(resolve))
    this.running -= 1
  }

  endOne(): void {
    this.#ends.shift()?.()
  }

  get open(): number {
    return this.#ends.length
  }
}

const soon = () => new Promise((resolve) => setImmediate(resolve))

test('a migration by itself has its share, and beside interactive work a third of it', () => {
  expect(migrationShare(12, 50)).toEqual({ alone: 6, beside: 2 })
  expect(migrationShare(1, 1)).toEqual({ alone: 1, beside: 1 })
  expect(migrationShare(12, 100)).toBeUndefined()
})

test('interactive requests never wait, and while they come a migration has only its smaller share', async () => {
  let nowMs = 0
  const lanes = new Lanes({ alone: 4, beside: 1 }, () => nowMs)
  const [migration, interactive] = [new Jobs(), new Jobs()]
  const all: Promise<void>[] = []
  for (let count = 0; count < 6; count += 1) all.push(lanes.run('MIGRATION', migration.start))
  await soon()
  expect(migration.running).toBe(4)
  for (let count = 0; count < 20; count += 1) all.push(lanes.run('ONBOARDING', interactive.start))
  await soon()
  expect(interactive.running).toBe(20)
  for (let count = 0; count < 3; count += 1) migration.endOne()
  await soon()
  expect(migration.running).toBe(1)
  while (interactive.open > 0) interactive.endOne()
  await soon()
  nowMs = 60_000
  migration.endOne()
  await soon()
  expect(migration.running).toBe(2)
  while (migration.open > 0) {
    migration.endOne()
    await soon()
  }
  await Promise.all(all)
})

test('every request of a migration runs in the end, in the order it came, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 30 }), async (fails) => {
      const lanes = new Lanes({ alone: 2, beside: 1 })
      const began: number[] = []
      const ended = await Promise.allSettled(
        fails.map((isFailing, place) =>
          lanes.run('MIGRATION', async () => {
            began.push(place)
            await soon()
            if (isFailing) throw new Error('No')
          }),
        ),
      )
      expect(began).toEqual(fails.map((_, place) => place))
      expect(ended.map(({ status }) => status === 'rejected')).toEqual(fails)
    }),
    { numRuns: 30 },
  )
})

test('without a share nothing waits', async () => {
  const lanes = new Lanes(undefined)
  const jobs = new Jobs()
  const all = Array.from({ length: 30 }, () => lanes.run('MIGRATION', jobs.start))
  await soon()
  expect(jobs.most).toBe(30)
  while (jobs.open > 0) jobs.endOne()
  await Promise.all(all)
})
