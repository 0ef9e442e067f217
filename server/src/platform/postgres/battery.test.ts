import { expect, test } from 'vitest'
import { scratch } from '../../../test/embedded-testing.ts'
import { fightBattery } from '../../../test/kill-battery.ts'

// For a longer one raise the number of kills, and change the seed for other moments and victims.
const PLAN = { seed: 1, kills: 12 }
const BACK_WITHIN_MS = 30_000

test.runIf(process.platform === 'linux')(
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
