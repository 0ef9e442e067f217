import { ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyCase } from './case.test-kit.ts'
import { approvalBlockers, categoryOf, flagOf, isPassed, nextStatuses } from './status.ts'

/** The table of the contract (public API 4.0, 2.3), written a second time on purpose. */
const contract: Record<string, string[]> = {
  APPLIED: ['APPROVED', 'REJECTED'],
  APPROVED: ['CANCELLED', 'IN_REVIEW'],
  IN_REVIEW: ['APPROVED', 'CANCELLED'],
  REJECTED: [],
  CANCELLED: [],
}

test('an application goes only where the contract lets it', () => {
  for (const status of ProductApplicationStatus.options)
    expect([...nextStatuses(status)].sort()).toEqual(contract[status])
})

test('no decision leads back to APPLIED, and what is ended stays ended', () => {
  const reachable = (from: ProductApplicationStatus, seen: ReadonlySet<string>): Set<string> =>
    nextStatuses(from).reduce(
      (all, next) => (all.has(next) ? all : all.union(reachable(next, all.union(new Set([next]))))),
      new Set(seen),
    )
  for (const status of ProductApplicationStatus.options)
    expect(reachable(status, new Set()).has('APPLIED')).toBe(false)
  expect(reachable('REJECTED', new Set()).size + reachable('CANCELLED', new Set()).size).toBe(0)
})

test('an undecided application is blocked by exactly its unpassed tasks and a stopped profile', () => {
  fc.assert(
    fc.property(anyCase, (subject) => {
      for (const application of subject.applications) {
        const blockers = approvalBlockers(subject, application)
        if (application.status !== 'APPLIED' && application.status !== 'IN_REVIEW') {
          expect(blockers).toEqual([])
          continue
        }
        const open = application.requiredVariants.filter((variant) => !isPassed(subject, variant))
        expect(blockers.filter((blocker) => blocker.kind === 'INCOMPLETE_TASK')).toHaveLength(open.length)
        expect(blockers.some((blocker) => blocker.kind === 'SUSPENDED_PROFILE')).toBe(
          subject.status !== 'NORMAL',
        )
      }
    }),
    { seed: 21 },
  )
})

test('the badge says ready only when every task is passed, and decided only when nothing is open', () => {
  fc.assert(
    fc.property(anyCase, (subject) => {
      for (const application of subject.applications) {
        const flag = flagOf(subject, application)
        const open = application.requiredVariants.some((variant) => !isPassed(subject, variant))
        const ended = application.status === 'REJECTED' || application.status === 'CANCELLED'
        if (ended) expect(flag).toBe('DECIDED')
        else if (open) expect(flag).toBe('REQUIRES_MANUAL_TASK_COMPLETION')
        else expect(flag).toBe(application.status === 'APPROVED' ? 'DECIDED' : 'READY_FOR_DECISION')
      }
    }),
    { seed: 22 },
  )
})

test('a profile is a customer by what became of its applications', () => {
  expect(categoryOf([])).toBe('APPLICANT')
  expect(categoryOf(['APPLIED'])).toBe('APPLICANT')
  expect(categoryOf(['REJECTED', 'APPLIED'])).toBe('APPLICANT')
  expect(categoryOf(['APPLIED', 'APPROVED'])).toBe('CUSTOMER')
  expect(categoryOf(['CANCELLED', 'IN_REVIEW'])).toBe('CUSTOMER')
  expect(categoryOf(['CANCELLED', 'REJECTED'])).toBe('PREVIOUS_CUSTOMER')
  expect(categoryOf(['REJECTED'])).toBe('INACTIVE_APPLICANT')
})
