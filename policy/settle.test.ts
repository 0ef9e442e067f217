import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyCase, anyPolicy, inDays, now } from './case.test-kit.ts'
import type { Case } from './case.ts'
import { decide } from './decide.ts'
import { settle } from './settle.ts'
import { approvalBlockers, isPassed } from './status.ts'
import { requiredVariants, walkOf } from './walk.ts'

const byId = <T extends { id: string }>(list: readonly T[]) =>
  list.toSorted((left, right) => (left.id < right.id ? -1 : 1))

const sorted = (list: readonly string[]) => list.toSorted()

/** A case without the order in which its parts are listed. */
const unordered = (subject: Case) => ({
  ...subject,
  applications: byId(subject.applications).map((application) => ({
    ...application,
    requiredVariants: sorted(application.requiredVariants),
  })),
  tasks: byId(subject.tasks),
  checks: byId(subject.checks).map((check) => ({ ...check, taskIds: sorted(check.taskIds) })),
  events: byId(subject.events),
  associates: subject.associates
    .map((associate) => ({ ...associate, taskVariantIds: sorted(associate.taskVariantIds) }))
    .toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)),
})

const reversed = (subject: Case): Case => ({
  ...subject,
  applications: subject.applications.toReversed(),
  tasks: subject.tasks.toReversed(),
  checks: subject.checks.toReversed().map((check) => ({ ...check, taskIds: check.taskIds.toReversed() })),
  events: subject.events.toReversed(),
  associates: subject.associates.toReversed(),
})

test('any case comes to rest under any policy, and settling it again changes nothing', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      const settled = settle(subject, policy, now)
      expect(decide(settled.subject, policy, now)).toEqual([])
      expect(settle(settled.subject, policy, now)).toEqual({ subject: settled.subject, actions: [] })
    }),
    { seed: 11, numRuns: 500 },
  )
})

test('the order in which applications, tasks, checks, events and associates are listed decides nothing', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      expect(unordered(settle(reversed(subject), policy, now).subject)).toEqual(
        unordered(settle(subject, policy, now).subject),
      )
    }),
    { seed: 12, numRuns: 500 },
  )
})

test('nothing fails a task, ends an approved application or decides what a person holds', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      const after = settle(subject, policy, now).subject
      const failed = (tasks: Case['tasks']) =>
        tasks.filter((task) => task.state === 'COMPLETED_FAIL').map(({ id }) => id)
      expect(failed(after.tasks)).toEqual(failed(subject.tasks))
      for (const [at, application] of after.applications.entries()) {
        const from = subject.applications[at]
        if (application.status === from?.status) continue
        expect([
          'APPLIED>APPROVED',
          'APPLIED>REJECTED',
          'APPROVED>IN_REVIEW',
          'IN_REVIEW>APPROVED',
        ]).toContain(`${from?.status}>${application.status}`)
        if (from?.isHeldByPerson) expect(application.status).toBe('IN_REVIEW')
      }
    }),
    { seed: 13, numRuns: 500 },
  )
})

/** A policy of which one flow leads straight to approval, so that not only the lucky are approved. */
const mildPolicy = anyPolicy.map((policy) => ({
  ...policy,
  smart_policies: policy.smart_policies.map((flow) =>
    flow.alias === 'flow0'
      ? {
          ...flow,
          start: 'ok',
          elements: [{ kind: 'outcome' as const, id: 'ok', outcome: 'APPROVE' as const }],
        }
      : flow,
  ),
}))

test('no application is approved by itself against a blocker, a policy that says so, or the product', () => {
  let approvals = 0
  fc.assert(
    fc.property(anyCase, mildPolicy, (subject, policy) => {
      const { subject: after, actions } = settle(subject, policy, now)
      for (const action of actions) {
        if (action.kind !== 'change-status' || action.status !== 'APPROVED') continue
        approvals += 1
        const application = after.applications.find(({ id }) => id === action.applicationId)
        if (!application) throw new Error('an application that does not exist was approved')
        expect(approvalBlockers(after, { ...application, status: 'APPLIED' }, policy)).toEqual([])
        expect(walkOf(after, application, policy).outcome).toBe('APPROVE')
        expect(policy.products.find(({ id }) => id === application.productId)?.automatically_approve).toBe(
          true,
        )
      }
    }),
    { seed: 14, numRuns: 2000 },
  )
  expect(approvals).toBeGreaterThan(20)
})

test('every running application has a live task for all that its policy asks, and approved means passed', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      const after = settle(subject, policy, now).subject
      const live = after.tasks.filter((task) => !task.isExpired).map((task) => task.variantId)
      for (const application of after.applications) {
        if (application.status === 'REJECTED' || application.status === 'CANCELLED') continue
        const asked = requiredVariants(after, application, policy)
        expect(application.requiredVariants).toEqual(expect.arrayContaining([...asked]))
        expect(live).toEqual(expect.arrayContaining([...application.requiredVariants]))
        if (application.status === 'APPROVED')
          expect(application.requiredVariants.every((variant) => isPassed(after, variant))).toBe(true)
      }
    }),
    { seed: 15, numRuns: 500 },
  )
})

test('a check runs by itself at most once for each version of a task, and never while data is waited for', () => {
  let runs = 0
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      const { actions, subject: after } = settle(subject, policy, now)
      const ordered = actions.flatMap((action) => (action.kind === 'run-check' ? [action] : []))
      runs += ordered.length
      if (subject.openCollectionSteps > 0) expect(ordered).toEqual([])
      for (const { variantId, taskIds } of ordered) {
        expect(subject.disabledCheckVariantIds).not.toContain(variantId)
        for (const taskId of taskIds) {
          expect(after.tasks.find(({ id }) => id === taskId)?.isHeldByPerson).toBe(false)
          const of = after.checks.filter(
            (check) => check.variantId === variantId && check.taskIds.includes(taskId),
          )
          expect(of).toHaveLength(1)
        }
      }
      expect(new Set(ordered.map(({ variantId }) => variantId)).size).toBe(ordered.length)
    }),
    { seed: 16, numRuns: 500 },
  )
  expect(runs).toBeGreaterThan(100)
})

test('a person is asked for exactly where an undecided application waits for nothing else', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      const after = settle(subject, policy, now).subject
      for (const application of after.applications) {
        const tasks = after.tasks
          .filter((task) => !task.isExpired && application.requiredVariants.includes(task.variantId))
          .map((task) => task.id)
        const isRunning = after.checks.some(
          (check) => check.state !== 'COMPLETE' && check.taskIds.some((taskId) => tasks.includes(taskId)),
        )
        const isUndecided = application.status === 'APPLIED' || application.status === 'IN_REVIEW'
        expect(application.isManualActionRaised).toBe(
          isUndecided && !isRunning && after.openCollectionSteps === 0,
        )
      }
    }),
    { seed: 17, numRuns: 500 },
  )
})

test('what has been decided by what was known is not decided otherwise by settling again later on the same day', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      const settled = settle(subject, policy, now).subject
      const due = settled.tasks.some((task) => task.expiresAt !== null && task.expiresAt > now)
      if (!due) expect(settle(settled, policy, inDays(0.1)).actions).toEqual([])
    }),
    { seed: 18 },
  )
})
