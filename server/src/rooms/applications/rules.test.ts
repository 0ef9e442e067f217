import { nextStatuses } from '@drawbridge/policy/status.ts'
import type { ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { flagLines, statusBeforeDecision } from './rules.ts'

type Status = ProductApplicationStatus

const line = (status: Status) => ({ kind: 'STATUS' as const, status })

test('an application that nobody decided has nothing to revert', () => {
  expect(statusBeforeDecision([])).toBeNull()
  expect(statusBeforeDecision([line('APPLIED')])).toBeNull()
  expect(statusBeforeDecision([line('APPLIED'), line('APPROVED'), line('IN_REVIEW')])).toBeNull()
})

test('however an application is decided and reverted, a revert brings back a status that the decision can come from', () => {
  const steps = fc.array(fc.nat({ max: 9 }), { maxLength: 25 })
  fc.assert(
    fc.property(steps, (choices) => {
      const history = [line('APPLIED')]
      for (const choice of choices) {
        const current = history.at(-1)?.status ?? 'APPLIED'
        const before = statusBeforeDecision(history)
        const possible = nextStatuses(current)
        if (before !== null) expect(nextStatuses(before)).toContain(current)
        const next = choice < 4 ? before : possible[choice % Math.max(1, possible.length)]
        if (next !== null && next !== undefined) history.push(line(next))
      }
    }),
    { seed: 31, numRuns: 500 },
  )
})

test('reverts alone come to an end', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 12 }), (choices) => {
      const history = [line('APPLIED')]
      for (const choice of choices) {
        const possible = nextStatuses(history.at(-1)?.status ?? 'APPLIED')
        const next = possible[choice % Math.max(1, possible.length)]
        if (next !== undefined) history.push(line(next))
      }
      const decided = history.length
      for (
        let before = statusBeforeDecision(history);
        before !== null;
        before = statusBeforeDecision(history)
      ) {
        history.push(line(before))
        expect(history.length).toBeLessThan(2 * decided)
      }
    }),
    { seed: 32, numRuns: 500 },
  )
})

test('a badge that followed a status at once is one line, and a status without a new badge is kept', () => {
  const at = (ms: number) => new Date(ms)
  const lines = [
    { kind: 'STATUS' as const, at: at(1) },
    { kind: 'FLAG' as const, at: at(1) },
    { kind: 'FLAG' as const, at: at(2) },
    { kind: 'STATUS' as const, at: at(3) },
    { kind: 'FLAG' as const, at: at(4) },
  ]
  expect(flagLines(lines)).toEqual([lines[1], lines[2], lines[3], lines[4]])
})
