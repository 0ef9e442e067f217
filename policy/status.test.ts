import { ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyCase, anyPolicy, caseLike, inDays, now } from './case.test-kit.ts'
import { defaultPolicy } from './default-policy.ts'
import { approvalBlockers, categoryOf, flagOf, isPassed, nextStatuses } from './status.ts'
import { walkOf } from './walk.ts'

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

test('an undecided application is blocked by exactly what stands against it', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      for (const application of subject.applications) {
        const blockers = approvalBlockers(subject, application, policy)
        const count = (kind: string) => blockers.filter((blocker) => blocker.kind === kind).length
        if (application.status !== 'APPLIED' && application.status !== 'IN_REVIEW') {
          expect(blockers).toEqual([])
          continue
        }
        const open = application.requiredVariants.filter((variant) => !isPassed(subject, variant))
        expect(count('INCOMPLETE_TASK')).toBe(open.length)
        expect(count('UNRESOLVED_EVENT')).toBe(
          subject.events.filter((event) => event.resolution === 'UNRESOLVED').length,
        )
        expect(count('SUSPENDED_PROFILE')).toBe(subject.status === 'NORMAL' ? 0 : 1)
        const product = policy.products.find(({ id }) => id === application.productId)
        const rejects = product?.risk_models.COMPANY ? (policy.risk_models[0]?.rejects ?? []) : []
        const level = application.risk?.level ?? 'UNDETERMINED'
        expect(count('UNDETERMINED_RISK')).toBe(
          product?.risk_models.COMPANY && level === 'UNDETERMINED' ? 1 : 0,
        )
        expect(count('RISK_SCORE')).toBe(rejects.some((rejected) => rejected === level) ? 1 : 0)
        expect(count('REJECTION_OUTCOME')).toBe(
          walkOf(subject, application, policy).outcome === 'REJECT' ? 1 : 0,
        )
      }
    }),
    { seed: 21, numRuns: 500 },
  )
})

test('the badge says ready only when every task is passed, and decided only when nothing is open', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      for (const application of subject.applications) {
        const flag = flagOf(subject, application, policy, now)
        const open = application.requiredVariants.some((variant) => !isPassed(subject, variant))
        const ended = application.status === 'REJECTED' || application.status === 'CANCELLED'
        if (ended) expect(flag).toBe('DECIDED')
        else if (open) expect(['DECIDED', 'READY_FOR_DECISION', 'NEARING_EXPIRY']).not.toContain(flag)
        else if (application.status === 'APPROVED') expect(['DECIDED', 'NEARING_EXPIRY']).toContain(flag)
        else expect(['REQUIRES_MANUAL_TASK_COMPLETION', 'REQUIRES_DATA']).not.toContain(flag)
      }
    }),
    { seed: 22, numRuns: 500 },
  )
})

test('of several badges that apply the first in the order of the contract is shown', () => {
  const named = caseLike({ products: ['individual_account'], tasks: [{ variant: 'verify_identity' }] })
  const [application] = named.applications
  const [task] = named.tasks
  if (!application || !task) throw new Error('the case has no application and task')
  const flag = (subject: typeof named, change: Partial<typeof application> = {}) =>
    flagOf(subject, { ...application, ...change }, defaultPolicy, now)
  const failed = {
    id: 'failed',
    variantId: null,
    checkType: 'IDENTITY_CHECK' as const,
    state: 'COMPLETE' as const,
    decision: 'ERROR' as const,
    taskIds: [task.id],
    instructedAt: inDays(-1),
    completedAt: inDays(-1),
    foundAssociates: null,
  }
  const running = { ...failed, id: 'running', state: 'RUNNING' as const, decision: null, completedAt: null }
  let subject = { ...named, data: {}, openCollectionSteps: 1, checks: [failed, running] }
  const undetermined = { risk: { level: 'UNDETERMINED' as const, score: null } }
  expect(flag(subject, { ...undetermined, status: 'REJECTED' })).toBe('DECIDED')
  expect(flag(subject, undetermined)).toBe('REQUIRES_RISK_SCORE')
  expect(flag(subject)).toBe('REQUIRES_DATA')
  subject = { ...subject, data: named.data }
  expect(flag(subject)).toBe('WAITING_ON_COLLECTION_STEPS')
  subject = { ...subject, openCollectionSteps: 0 }
  expect(flag(subject)).toBe('WAITING_ON_CHECKS')
  subject = { ...subject, checks: [failed] }
  expect(flag(subject)).toBe('REQUIRES_MANUAL_TASK_COMPLETION')
  subject = { ...subject, tasks: [{ ...task, state: 'COMPLETED_PASS' as const }] }
  expect(flag(subject)).toBe('READY_FOR_DECISION')
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
