import { TaskType } from '@drawbridge/schema/task.ts'
import { expect, test } from 'vitest'
import { caseLike, checkLike, now } from './case.test-kit.ts'
import type { Case } from './case.ts'
import { checkTypes } from './check-types.ts'
import { defaultPolicy } from './default-policy.ts'
import { automaticProducts, findProduct, findTaskVariant } from './look-up.ts'
import { settle } from './settle.ts'
import { validatePolicy } from './validate-policy.ts'

test('the policy that is shipped has no fault', () => {
  expect(validatePolicy(JSON.parse(JSON.stringify(defaultPolicy)))).toEqual({
    policy: defaultPolicy,
    faults: [],
  })
})

test('every type of task has a variant, and every type of check that a provider answers', () => {
  const taskTypes = defaultPolicy.task_variants.map((variant) => variant.task_type)
  expect(taskTypes.toSorted()).toEqual(TaskType.options.toSorted())
  const answered = Object.entries(checkTypes).flatMap(([type, { family }]) =>
    family === 'form' ? [] : [type],
  )
  expect(defaultPolicy.check_variants.map((variant) => variant.check_type).toSorted()).toEqual(
    answered.toSorted(),
  )
})

test('ids and aliases that accounts may have stored stay what they were', () => {
  const ids = (list: readonly { alias: string; id: string }[]) =>
    Object.fromEntries(list.map(({ alias, id }) => [alias, Number(id.slice(-12))]))
  expect(ids(defaultPolicy.products)).toEqual({
    individual_account: 1,
    business_account: 2,
    director_check: 3,
    owner_check: 4,
    migrated_client: 5,
  })
  expect(ids(defaultPolicy.task_variants)).toMatchObject({
    verify_identity: 1,
    verify_address: 2,
    assess_exposure: 3,
    verify_company: 4,
    identify_officers: 5,
    identify_owners: 6,
    assess_company_exposure: 7,
    identify_authorized_persons: 8,
  })
})

test('each kind of profile applies for one product by itself, and nobody for the product of migrated clients', () => {
  expect(automaticProducts(defaultPolicy, 'INDIVIDUAL').map(({ alias }) => alias)).toEqual([
    'individual_account',
  ])
  expect(automaticProducts(defaultPolicy, 'COMPANY').map(({ alias }) => alias)).toEqual(['business_account'])
  expect(findProduct(defaultPolicy, { alias: 'migrated_client' })).toMatchObject({
    intake: 'open',
    smart_policies: { INDIVIDUAL: 'migrated_person', COMPANY: 'migrated_company' },
  })
})

/** The case after every check that was ordered came back, as `answer` says. */
function answered(before: Case, answer: (checkType: string) => 'PASS' | 'PARTIAL' | 'WARN'): Case {
  const { subject } = settle(before, defaultPolicy, now)
  const checks = subject.checks.map((check) => ({
    ...check,
    state: 'COMPLETE' as const,
    decision: answer(check.checkType),
    completedAt: now,
  }))
  return settle({ ...subject, checks }, defaultPolicy, now).subject
}

test('a person of low risk on whom nothing is found is approved without anybody', () => {
  const after = answered(caseLike({ products: ['individual_account'] }), () => 'PASS')
  expect(after.applications[0]).toMatchObject({
    status: 'APPROVED',
    flag: 'DECIDED',
    isManualActionRaised: false,
  })
  expect(after.checks.map((check) => [check.checkType, check.taskIds.length])).toEqual([
    ['IDENTITY_CHECK', 2],
    ['PEPS_AND_SANCTIONS_SCREEN', 1],
  ])
  expect(after.category).toBe('CUSTOMER')
})

test('a person who is found only once waits for a person', () => {
  const after = answered(caseLike({ products: ['individual_account'] }), (type) =>
    type === 'IDENTITY_CHECK' ? 'PARTIAL' : 'PASS',
  )
  expect(after.applications[0]).toMatchObject({
    status: 'APPLIED',
    flag: 'REQUIRES_MANUAL_TASK_COMPLETION',
    isManualActionRaised: true,
  })
})

test('whoever lives in a country of concern shows where the money comes from and is never approved by itself', () => {
  const subject = caseLike({ products: ['individual_account'] })
  const data = { ...subject.data, address_history: [{ address: { type: 'STRUCTURED', country: 'IRN' } }] }
  const after = answered({ ...subject, data }, () => 'PASS')
  const funds = findTaskVariant(defaultPolicy, { alias: 'verify_source_of_funds' })?.id
  expect(after.applications[0]?.risk).toEqual({ level: 'HIGH', score: 100 })
  expect(after.tasks.map((task) => task.variantId)).toContain(funds)
  expect(after.applications[0]?.status).toBe('APPLIED')
})

test('a migrated client is only screened, and approved when nothing is found', () => {
  for (const [entityType, type] of [
    ['INDIVIDUAL', 'PEPS_AND_SANCTIONS_SCREEN'],
    ['COMPANY', 'COMPANY_PEPS_AND_SANCTIONS_SCREEN'],
  ] as const) {
    const before = caseLike({ products: ['migrated_client'], rest: { entityType } })
    const after = answered(before, () => 'PASS')
    expect(after.checks.map((check) => check.checkType)).toEqual([type])
    expect(after.tasks).toHaveLength(1)
    expect(after.applications[0]?.status).toBe('APPROVED')
    const variant = defaultPolicy.check_variants.find(({ id }) => id === after.checks[0]?.variantId)
    expect(variant?.is_monitored).toBe(true)
  }
})

test('a company is decided by a person, also when everything passes', () => {
  const data = { metadata: { name: 'Acme', number: '1', country_of_incorporation: 'GBR' } }
  const before = caseLike({ products: ['business_account'], rest: { entityType: 'COMPANY', data } })
  const { subject } = settle(before, defaultPolicy, now)
  const tasks = subject.tasks.map((task) => ({ ...task, state: 'COMPLETED_PASS' as const }))
  const checks = subject.checks.map((check) => checkLike({ id: check.id, taskIds: check.taskIds }))
  const after = settle({ ...subject, tasks, checks }, defaultPolicy, now).subject
  expect(after.applications[0]).toMatchObject({
    status: 'APPLIED',
    flag: 'READY_FOR_DECISION',
    isManualActionRaised: true,
  })
})
