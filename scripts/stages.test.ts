import { describe, expect, it } from 'vitest'
import { countStage, readResults, skippedTests, summaryLine } from './stages.ts'
import { temporaryTree } from './temporary-tree.ts'

const results = (numbers: { passed?: number; failed?: number; skipped?: number; todo?: number }) => ({
  numPassedTests: numbers.passed ?? 0,
  numFailedTests: numbers.failed ?? 0,
  numPendingTests: numbers.skipped ?? 0,
  numTodoTests: numbers.todo ?? 0,
  testResults: [],
})

describe('the count of a verification', () => {
  it('takes a stage without single results as one, by its exit code', () => {
    expect(countStage(0, null)).toEqual({ passed: 1, failed: 0, skipped: 0 })
    expect(countStage(2, null)).toEqual({ passed: 0, failed: 1, skipped: 0 })
    expect(countStage(143, null)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('never takes a skipped or planned test for a passed one', () => {
    expect(countStage(0, results({ passed: 3, skipped: 2, todo: 1 }))).toEqual({
      passed: 3,
      failed: 0,
      skipped: 3,
    })
  })

  it('takes a stage that ended badly with every test passed as one failure', () => {
    expect(countStage(1, results({ passed: 3 }))).toEqual({ passed: 3, failed: 1, skipped: 0 })
    expect(countStage(1, results({ passed: 3, failed: 2 }))).toEqual({ passed: 3, failed: 2, skipped: 0 })
  })

  it('takes a test file that could not be loaded as a failure', () => {
    const unloadable = { name: 'a.test.ts', status: 'failed', assertionResults: [] }
    const failing = {
      name: 'b.test.ts',
      status: 'failed',
      assertionResults: [{ status: 'failed', fullName: 'breaks' }],
    }
    const counted = countStage(1, { ...results({ failed: 1 }), testResults: [unloadable, failing] })
    expect(counted).toEqual({ passed: 0, failed: 2, skipped: 0 })
  })

  it('takes a test stage that left no results as one failure, not as nothing', () => {
    using tree = temporaryTree({})
    const stage = { name: 'tests', command: [], remedy: '', resultFile: `${tree.root}/absent.json` }
    expect(countStage(1, readResults(stage))).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('names what was skipped', () => {
    const assertionResults = ['passed', 'failed', 'skipped', 'pending', 'todo'].map((status) => ({
      status,
      fullName: status,
    }))
    const testResults = [{ name: '/somewhere/a.test.ts', status: 'failed', assertionResults }]
    expect(skippedTests({ ...results({}), testResults })).toEqual([
      'a.test.ts: skipped',
      'a.test.ts: pending',
      'a.test.ts: todo',
    ])
  })

  it('ends with one line that says what was skipped only when something was', () => {
    expect(summaryLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed')
    expect(summaryLine({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped')
  })
})
