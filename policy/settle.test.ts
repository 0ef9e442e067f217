import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyCase, anyPolicy } from './case.test-kit.ts'
import type { Case } from './case.ts'
import { decide } from './decide.ts'
import { defaultPolicy } from './default-policy.ts'
import { findProduct } from './look-up.ts'
import { settle } from './settle.ts'
import { isPassed } from './status.ts'
import { requiredVariants } from './walk.ts'

const byId = <T extends { id: string }>(list: readonly T[]) =>
  list.toSorted((left, right) => (left.id < right.id ? -1 : 1))

/** A case without the order in which its parts are listed. */
const unordered = (subject: Case) => ({
  ...subject,
  applications: byId(subject.applications).map((application) => ({
    ...application,
    requiredVariants: [...new Set(application.requiredVariants)].sort(),
  })),
  tasks: byId(subject.tasks),
})

test('any case comes to rest under any policy, and settling it again changes nothing', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      const settled = settle(subject, policy)
      expect(decide(settled.subject, policy)).toEqual([])
      expect(settle(settled.subject, policy)).toEqual({ subject: settled.subject, actions: [] })
    }),
    { seed: 11 },
  )
})

test('the order in which applications and tasks are listed decides nothing', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      const reversed = {
        ...subject,
        applications: subject.applications.toReversed(),
        tasks: subject.tasks.toReversed(),
      }
      expect(unordered(settle(reversed, policy).subject)).toEqual(unordered(settle(subject, policy).subject))
    }),
    { seed: 12 },
  )
})

test('nothing is approved, rejected, cancelled or failed without a person', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      const after = settle(subject, policy).subject
      for (const [at, application] of after.applications.entries()) {
        const before = subject.applications[at]
        if (application.status !== before?.status)
          expect([before?.status, application.status]).toEqual(['APPROVED', 'IN_REVIEW'])
      }
      expect(after.tasks.slice(0, subject.tasks.length)).toEqual(subject.tasks)
      for (const task of after.tasks.slice(subject.tasks.length)) expect(task.state).toBe('INCOMPLETE')
    }),
    { seed: 13 },
  )
})

test('every running application has a live task for all that its policy asks, and approved means passed', () => {
  fc.assert(
    fc.property(anyCase, anyPolicy, (subject, policy) => {
      const after = settle(subject, policy).subject
      const live = after.tasks.filter((task) => !task.isExpired).map((task) => task.variantId)
      for (const application of after.applications) {
        if (application.status === 'REJECTED' || application.status === 'CANCELLED') continue
        const asked = requiredVariants(policy, application.productId, after.entityType)
        expect(application.requiredVariants).toEqual(expect.arrayContaining(asked))
        expect(live).toEqual(expect.arrayContaining([...application.requiredVariants]))
        if (application.status === 'APPROVED')
          expect(application.requiredVariants.every((variant) => isPassed(after, variant))).toBe(true)
      }
    }),
    { seed: 14 },
  )
})

test('two applications that ask for the same task share it', () => {
  const products = ['director_check', 'owner_check'].map((alias) => findProduct(defaultPolicy, { alias }))
  const subject: Case = {
    entityType: 'INDIVIDUAL',
    category: 'APPLICANT',
    status: 'NORMAL',
    tasks: [],
    applications: products.map((product, at) => ({
      id: String(at),
      productId: product?.id ?? '',
      status: 'APPLIED',
      flag: 'AUTOMATING',
      requiredVariants: [],
    })),
  }
  const settled = settle(subject, defaultPolicy).subject
  expect(settled.tasks).toHaveLength(2)
  expect(settled.applications.map((application) => application.requiredVariants.length)).toEqual([2, 2])
  expect(settled.applications.map((application) => application.flag)).toEqual([
    'REQUIRES_MANUAL_TASK_COMPLETION',
    'REQUIRES_MANUAL_TASK_COMPLETION',
  ])
})
