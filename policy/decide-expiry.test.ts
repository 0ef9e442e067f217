import { expect, test } from 'vitest'
import { caseLike, inDays, now } from './case.test-kit.ts'
import type { CaseApplication, CaseTask } from './case.ts'
import { defaultPolicy } from './default-policy.ts'
import { expiresAfter } from './expiry.ts'
import type { Policy } from './policy.ts'
import { settle } from './settle.ts'

const policy: Policy = {
  ...defaultPolicy,
  task_variants: defaultPolicy.task_variants.map((variant) =>
    variant.alias === 'assess_exposure'
      ? { ...variant, expiry: { days: 365, days_by_risk: { HIGH: 90 }, notification_days: 20 } }
      : variant,
  ),
}

const passed = { state: 'COMPLETED_PASS' as const, createdAt: inDays(-365), passedAt: inDays(-364) }

function settled(tasks: readonly Partial<CaseTask>[], application: Partial<CaseApplication> = {}, at = now) {
  const subject = caseLike({
    policy,
    products: ['migrated_client'],
    application: { status: 'APPROVED', flag: 'DECIDED', risk: null, ...application },
    tasks: tasks.map((task) => ({ variant: 'assess_exposure', ...task })),
    rest: { category: 'CUSTOMER' },
  })
  return settle(subject, policy, at)
}

test('so many days before the end the next version appears, its checks run, and the old one still counts', () => {
  expect(settled([{ ...passed, expiresAt: inDays(21) }]).actions).toEqual([])
  const { subject, actions } = settled([{ ...passed, expiresAt: inDays(20) }])
  expect(actions.map(({ kind }) => kind)).toEqual(['new-task-version', 'run-check', 'change-flag'])
  expect(subject.tasks.map((task) => [task.state, task.isExpired, task.isSucceeded])).toEqual([
    ['COMPLETED_PASS', false, true],
    ['INCOMPLETE', false, false],
  ])
  expect(subject.checks[0]?.taskIds).toEqual([subject.tasks[1]?.id])
  expect(subject.applications[0]).toMatchObject({ status: 'APPROVED', flag: 'NEARING_EXPIRY' })
})

test('at the end the next version counts: not passed, it puts the application in review', () => {
  const old = { ...passed, expiresAt: inDays(0), isSucceeded: true }
  const next = { createdAt: inDays(-20) }
  const { subject } = settled([old, next])
  expect(subject.tasks[0]?.isExpired).toBe(true)
  expect(subject.applications[0]?.status).toBe('IN_REVIEW')
  const done = settled([old, { ...next, state: 'COMPLETED_PASS' }])
  expect(done.subject.tasks[0]?.isExpired).toBe(true)
  expect(done.subject.applications[0]).toMatchObject({ status: 'APPROVED', flag: 'DECIDED' })
})

test('a next version that is passed before the end takes the notice away', () => {
  const old = { ...passed, expiresAt: inDays(5), isSucceeded: true }
  const { subject } = settled([old, { createdAt: inDays(-15), state: 'COMPLETED_PASS', passedAt: now }])
  expect(subject.applications[0]?.flag).toBe('DECIDED')
})

test('a version that ended unnoticed is followed at once', () => {
  const { subject } = settled([{ ...passed, expiresAt: inDays(-30) }])
  expect(subject.tasks.map((task) => [task.state, task.isExpired])).toEqual([
    ['COMPLETED_PASS', true],
    ['INCOMPLETE', false],
  ])
  expect(subject.applications[0]).toMatchObject({ status: 'IN_REVIEW', flag: 'WAITING_ON_CHECKS' })
})

test('a version is followed once, also when the clock of what follows it is behind', () => {
  const { subject } = settled([
    { ...passed, expiresAt: inDays(5), isSucceeded: true },
    { createdAt: inDays(-500), isHeldByPerson: true },
  ])
  expect(subject.tasks).toHaveLength(2)
})

test('what no running application asks for ends without a next version', () => {
  const { subject } = settled([{ ...passed, expiresAt: inDays(-1) }], { status: 'CANCELLED' })
  expect(subject.tasks.map((task) => task.isExpired)).toEqual([true])
})

test('only what is passed ends', () => {
  const { subject } = settled([{ expiresAt: inDays(-1), isHeldByPerson: true }], { status: 'IN_REVIEW' })
  expect(subject.tasks.map((task) => task.isExpired)).toEqual([false])
})

test('a task ends so many days after it passed, by the gravest risk of the applications that ask for it', () => {
  const variant = policy.task_variants.find(({ alias }) => alias === 'assess_exposure')
  expect(expiresAfter(variant, now, [])).toEqual(inDays(365))
  expect(expiresAfter(variant, now, ['LOW'])).toEqual(inDays(365))
  expect(expiresAfter(variant, now, ['LOW', 'HIGH'])).toEqual(inDays(90))
  expect(expiresAfter(policy.task_variants[0], now, ['HIGH'])).toBeNull()
})
