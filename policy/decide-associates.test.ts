import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import { expect, test } from 'vitest'
import { caseLike, checkLike, inDays, now } from './case.test-kit.ts'
import type { Case, CaseAssociate, CaseCheck } from './case.ts'
import { defaultPolicy } from './default-policy.ts'
import { findProduct, findTaskVariant } from './look-up.ts'
import type { Policy, PolicyTaskVariant } from './policy.ts'
import { settle } from './settle.ts'

type Rules = NonNullable<PolicyTaskVariant['associates']>
type Task = 'identify_owners' | 'identify_officers' | 'identify_authorized_persons'

function policyWith(task: Task, rules: Partial<Rules>): Policy {
  return {
    ...defaultPolicy,
    task_variants: defaultPolicy.task_variants.map((variant) => {
      if (variant.alias !== task || !variant.associates) return variant
      const { product } = variant.associates
      const none = { product, add: { who: 'nobody' as const }, passes_when_none_found: false }
      return { ...variant, automatic_checks: [], associates: { ...none, ...rules } }
    }),
  }
}

const associate = (said: Partial<CaseAssociate>): CaseAssociate => ({
  profileId: null,
  roles: ['SHAREHOLDER'],
  share: 30,
  isFormer: false,
  taskVariantIds: [],
  removedVariantIds: [],
  approvedProductIds: [],
  ...said,
})

const idOf = (task: Task) => findTaskVariant(defaultPolicy, { alias: task })?.id ?? ''

function settled(task: Task, rules: Partial<Rules>, associates: CaseAssociate[], rest: Partial<Case> = {}) {
  const policy = policyWith(task, rules)
  const subject = caseLike({
    policy,
    products: ['no-product'],
    tasks: [{ variant: task }],
    rest: { entityType: 'COMPANY', associates, ...rest },
  })
  return settle(subject, policy, now)
}

/** Whether the task takes the associate up by itself. */
function takes(task: Task, add: Rules['add'], said: Partial<CaseAssociate>): boolean {
  return settled(task, { add }, [associate(said)]).actions.some(({ kind }) => kind === 'verify-associate')
}

test('a task takes up all, or those with a share of so much, and nobody where it says so', () => {
  const atLeast = { who: 'share_at_least', percentage: 25 } as const
  expect(takes('identify_owners', { who: 'all' }, { share: 1 })).toBe(true)
  expect(takes('identify_owners', { who: 'nobody' }, { share: 100 })).toBe(false)
  expect(takes('identify_owners', atLeast, { share: 25 })).toBe(true)
  expect(takes('identify_owners', atLeast, { share: 24.99 })).toBe(false)
})

test('nobody is taken up whose share is not known, who is gone, or whom a person took off the list', () => {
  const all = { who: 'all' } as const
  expect(takes('identify_owners', all, { share: null })).toBe(false)
  expect(takes('identify_owners', all, { isFormer: true })).toBe(false)
  expect(takes('identify_owners', all, { removedVariantIds: [idOf('identify_owners')] })).toBe(false)
  expect(takes('identify_owners', all, { taskVariantIds: [idOf('identify_owners')] })).toBe(false)
  expect(takes('identify_officers', all, { roles: ['DIRECTOR'], share: null })).toBe(true)
})

test('resigned officers, secretaries, others and authorized persons are only added by hand', () => {
  const by = (task: Task, ...roles: AssociatedRole[]) => takes(task, { who: 'all' }, { roles })
  expect(by('identify_officers', 'RESIGNED_OFFICER')).toBe(false)
  expect(by('identify_officers', 'COMPANY_SECRETARY')).toBe(false)
  expect(by('identify_officers', 'OTHER')).toBe(false)
  expect(by('identify_authorized_persons', 'AUTHORIZED_PERSON')).toBe(false)
  expect(by('identify_officers', 'SHAREHOLDER')).toBe(false)
  expect(by('identify_officers', 'COMPANY_SECRETARY', 'DIRECTOR')).toBe(true)
})

test('an associate that appears later is taken up while the task is passed', () => {
  const policy = policyWith('identify_owners', { add: { who: 'all' } })
  const subject = caseLike({
    policy,
    products: ['no-product'],
    application: { status: 'APPROVED' },
    tasks: [{ variant: 'identify_owners', state: 'COMPLETED_PASS', passedAt: inDays(-9) }],
    rest: { entityType: 'COMPANY', associates: [associate({})] },
  })
  expect(settle(subject, policy, now).actions).toContainEqual({
    kind: 'verify-associate',
    at: 0,
    variantId: idOf('identify_owners'),
  })
})

const approved = [findProduct(defaultPolicy, { alias: 'owner_check' })?.id ?? '']
const listed = (said: Partial<CaseAssociate> = {}) =>
  associate({ taskVariantIds: [idOf('identify_owners')], ...said })
const stateOf = (rules: Partial<Rules>, associates: CaseAssociate[], checks: CaseCheck[] = []) =>
  settled('identify_owners', rules, associates, { checks }).subject.tasks[0]?.state

test('a task about associates passes when so many, such a part and one in each role are approved', () => {
  const yes = listed({ approvedProductIds: approved })
  const count = (wanted: number) => ({ passes_when: { count: wanted } })
  expect(stateOf(count(1), [yes, listed()])).toBe('COMPLETED_PASS')
  expect(stateOf(count(2), [yes, listed()])).toBe('INCOMPLETE')
  const part = (percentage: number) => ({ passes_when: { percentage } })
  expect(stateOf(part(50), [yes, listed()])).toBe('COMPLETED_PASS')
  expect(stateOf(part(51), [yes, listed()])).toBe('INCOMPLETE')
  const roles = { passes_when: { roles: ['SHAREHOLDER' as const, 'DIRECTOR' as const] } }
  expect(stateOf(roles, [yes])).toBe('INCOMPLETE')
  expect(stateOf(roles, [yes, listed({ roles: ['DIRECTOR'], approvedProductIds: approved })])).toBe(
    'COMPLETED_PASS',
  )
})

test('former associates, those of other tasks and those approved for another product do not count', () => {
  const all = { passes_when: { percentage: 100 } }
  const yes = listed({ approvedProductIds: approved })
  expect(stateOf(all, [yes, listed({ isFormer: true })])).toBe('COMPLETED_PASS')
  expect(stateOf(all, [listed({ isFormer: true, approvedProductIds: approved })])).toBe('INCOMPLETE')
  expect(stateOf(all, [associate({ approvedProductIds: approved })])).toBe('INCOMPLETE')
  expect(stateOf(all, [listed({ approvedProductIds: ['another'] })])).toBe('INCOMPLETE')
})

test('without a condition a person decides, and an empty list passes only when the latest passed check found nobody', () => {
  const yes = listed({ approvedProductIds: approved })
  expect(stateOf({}, [yes])).toBe('INCOMPLETE')
  expect(stateOf({ passes_when: {} }, [yes])).toBe('INCOMPLETE')
  const nobody = { passes_when_none_found: true }
  const check = checkLike({ checkType: 'COMPANY_DATA', variant: 'company_data', foundAssociates: false })
  expect(stateOf(nobody, [], [check])).toBe('COMPLETED_PASS')
  expect(stateOf(nobody, [])).toBe('INCOMPLETE')
  expect(stateOf({}, [], [check])).toBe('INCOMPLETE')
  expect(stateOf(nobody, [listed()], [check])).toBe('INCOMPLETE')
  expect(stateOf(nobody, [], [{ ...check, decision: 'FAIL' }])).toBe('INCOMPLETE')
  const later = { ...check, id: 'later', foundAssociates: true, instructedAt: inDays(-0.1) }
  expect(stateOf(nobody, [], [check, later])).toBe('INCOMPLETE')
})
