import { expect, test } from 'vitest'
import { caseLike, checkLike, now } from './case.test-kit.ts'
import type { Case, CaseApplication, CaseTask } from './case.ts'
import { defaultPolicy } from './default-policy.ts'
import type { Policy } from './policy.ts'
import { settle } from './settle.ts'

/** The checks that run by themselves, by alias, with the number of tasks that each is for. */
function runs(
  task: Partial<CaseTask> = {},
  rest: Partial<Case> = {},
  application: Partial<CaseApplication> = {},
  policy: Policy = defaultPolicy,
): Record<string, number> {
  const subject = caseLike({
    products: ['migrated_client'],
    application,
    tasks: [
      { variant: 'verify_identity', ...task },
      { variant: 'verify_address', ...task },
      { variant: 'assess_exposure', ...task },
    ],
    rest,
    policy,
  })
  const { actions } = settle(subject, policy, now)
  return Object.fromEntries(
    actions.flatMap((action) => {
      if (action.kind !== 'run-check') return []
      const alias = policy.check_variants.find(({ id }) => id === action.variantId)?.alias ?? ''
      return [[alias, action.taskIds.length]]
    }),
  )
}

test('automatic checks run when a task is added; tasks that want the same check share one', () => {
  expect(runs()).toEqual({ identity_check: 2, screening: 1 })
})

test('a check runs by itself once for each version of a task, however it ended', () => {
  const failed = checkLike({ variant: 'identity_check', decision: 'ERROR', taskIds: ['task-0', 'task-1'] })
  expect(runs({}, { checks: [failed] })).toEqual({ screening: 1 })
  expect(runs({}, { checks: [{ ...failed, taskIds: ['task-0'] }] })).toEqual({
    identity_check: 1,
    screening: 1,
  })
  expect(runs({}, { checks: [{ ...failed, taskIds: ['task-of-before'] }] })).toEqual({
    identity_check: 2,
    screening: 1,
  })
})

test('no check runs by itself while data is waited for, or on a task that a person holds or that is done', () => {
  expect(runs({}, { openCollectionSteps: 1 })).toEqual({})
  expect(runs({ isHeldByPerson: true })).toEqual({})
  expect(runs({ state: 'COMPLETED_PASS' })).toEqual({})
  expect(runs({ state: 'COMPLETED_FAIL' })).toEqual({})
})

test('a check that is switched off does not run, and its task waits for a person', () => {
  const id = defaultPolicy.check_variants.find(({ alias }) => alias === 'identity_check')?.id ?? ''
  const off = { disabledCheckVariantIds: [id] }
  expect(runs({}, off)).toEqual({ screening: 1 })
  const subject = caseLike({
    products: ['individual_account'],
    tasks: [{ variant: 'verify_identity' }],
    rest: off,
  })
  const { subject: after } = settle(subject, defaultPolicy, now)
  const checks = after.checks.map((check) => ({
    ...check,
    ...checkLike({ id: check.id, variantId: check.variantId, taskIds: check.taskIds }),
  }))
  expect(settle({ ...after, checks }, defaultPolicy, now).subject.applications[0]).toMatchObject({
    flag: 'REQUIRES_MANUAL_TASK_COMPLETION',
    isManualActionRaised: true,
  })
})

test('nothing is paid for when the application has ended, or when its risk cannot be told yet', () => {
  expect(runs({}, {}, { status: 'REJECTED' })).toEqual({})
  const subject = caseLike({ products: ['individual_account'], rest: { data: {} } })
  const { subject: after, actions } = settle(subject, defaultPolicy, now)
  expect(actions.some((action) => action.kind === 'run-check')).toBe(false)
  expect(after.applications[0]).toMatchObject({ flag: 'REQUIRES_RISK_SCORE', isManualActionRaised: true })
  const known = settle({ ...after, data: caseLike({}).data }, defaultPolicy, now)
  expect(known.subject.applications[0]).toMatchObject({
    flag: 'WAITING_ON_CHECKS',
    isManualActionRaised: false,
  })
  expect(known.actions.map(({ kind }) => kind)).toContain('clear-manual-action')
})

test('a check of a type that needs what only a caller has never runs by itself', () => {
  const policy: Policy = {
    ...defaultPolicy,
    task_variants: defaultPolicy.task_variants.map((variant) => ({
      ...variant,
      automatic_checks: ['document_verification', 'visa_check', 'device_check', 'company_data'],
    })),
  }
  expect(runs({}, {}, {}, policy)).toEqual({})
})
