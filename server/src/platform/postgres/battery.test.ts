import { expect, test } from 'vitest'
import { scratch, seesPlaces } from '../../../test/embedded-testing.ts'
import { fightBattery, twinsAmong } from '../../../test/kill-battery.ts'

const serverOf = (pid: number) => ({ pid, parent: 1, command: 'postgres\0-D\0data' })
const child = (parent: number, pid: number, what: string) => ({ pid, parent, command: `postgres: ${what}` })

// For a longer one raise the number of kills, and change the seed for other moments and victims.
const PLAN = { seed: 1, kills: 12 }
const BACK_WITHIN_MS = 30_000

test.runIf(seesPlaces())(
  `after each of ${PLAN.kills} kills of server, users or all the database is back, with every acknowledged row, and never twice`,
  { timeout: 300_000 },
  async () => {
    const { path, remove } = await scratch()
    try {
      const result = await fightBattery({ home: path, ...PLAN })
      expect(result).toMatchObject({ kills: PLAN.kills, lost: 0, twins: [], ownEnds: 0 })
      expect(result.acknowledged).toBeGreaterThan(PLAN.kills)
      expect(result.longestOutageMs).toBeLessThan(BACK_WITHIN_MS)
    } finally {
      await remove()
    }
  },
)

test('the battery tells two servers at work, and what an earlier one left, from one that only tried', () => {
  const [server, other] = [serverOf(10), serverOf(20)]
  const sound = [server, child(10, 11, 'checkpointer'), child(10, 12, 'client backend'), other]
  expect(twinsAmong([...sound, child(20, 21, 'logger'), child(1, 31, 'logger')])).toEqual([])
  expect(twinsAmong([...sound, child(20, 21, 'checkpointer')])).toEqual(['10 and 20'])
  expect(twinsAmong([...sound, child(1, 32, 'client backend')])).toEqual(['10 and 32'])
})
