import { expect, test } from 'vitest'
import { caseLike } from './case.test-kit.ts'
import { valuesAt } from './data-path.ts'
import { defaultPolicy } from './default-policy.ts'
import type { Policy, PolicyElement } from './policy.ts'
import { walkOf } from './walk.ts'

type Question = Extract<PolicyElement, { kind: 'branch' }>['question']

/** Where a question leads: to approval by yes, to rejection by no. */
function asked(question: Question, subject = caseLike({ products: ['individual_account'] })) {
  const elements: PolicyElement[] = [
    { kind: 'task', id: 'a', task_variants: ['verify_identity', 'verify_identity'], next: 'b' },
    { kind: 'branch', id: 'b', question, yes: 'c', no: 'no' },
    { kind: 'task', id: 'c', task_variants: ['verify_address', 'verify_identity'], next: 'yes' },
    { kind: 'outcome', id: 'yes', outcome: 'APPROVE' },
    { kind: 'outcome', id: 'no', outcome: 'REJECT' },
  ]
  const policy: Policy = {
    ...defaultPolicy,
    smart_policies: defaultPolicy.smart_policies.map((flow) => ({ ...flow, start: 'a', elements })),
  }
  const [application] = subject.applications
  if (!application) throw new Error('the case has no application')
  return (change: Partial<typeof application> = {}) => walkOf(subject, { ...application, ...change }, policy)
}

test('a question about risk is answered by the level, and ends the walk while the level is not known', () => {
  const walk = asked({ about: 'risk_level', is_any_of: ['LOW', 'MEDIUM'] })
  expect(walk({ risk: { level: 'MEDIUM', score: 60 } })).toMatchObject({ outcome: 'APPROVE' })
  expect(walk({ risk: { level: 'MEDIUM', score: 60 } }).variantIds).toHaveLength(2)
  expect(walk({ risk: { level: 'HIGH', score: 200 } })).toMatchObject({ outcome: 'REJECT' })
  expect(walk({ risk: { level: 'UNDETERMINED', score: null } }).outcome).toBeNull()
  expect(walk({ risk: null }).outcome).toBeNull()
  expect(walk({ risk: null }).variantIds).toHaveLength(1)
  const undetermined = asked({ about: 'risk_level', is_any_of: ['UNDETERMINED'] })
  expect(undetermined({ risk: { level: 'UNDETERMINED', score: null } }).outcome).toBe('APPROVE')
})

test('a question about an associate is answered by the profile and the role in the application', () => {
  const role = asked({ about: 'associated_role', is_any_of: ['DIRECTOR'] })
  expect(role({ associatedRole: 'DIRECTOR' }).outcome).toBe('APPROVE')
  expect(role({ associatedRole: 'SHAREHOLDER' }).outcome).toBe('REJECT')
  expect(role().outcome).toBe('REJECT')
  const associate = caseLike({ products: ['individual_account'], rest: { isAssociate: true } })
  expect(asked({ about: 'is_associate' }, associate)().outcome).toBe('APPROVE')
  expect(asked({ about: 'is_associate' })().outcome).toBe('REJECT')
})

test('a question about collected data is answered by any value at its path, also of yes and no fields', () => {
  const of = (path: string, ...words: string[]) =>
    asked({ about: 'collected_data', path, is_any_of: words })().outcome
  expect(of('address_history.address.country', 'FRA', 'GBR')).toBe('APPROVE')
  expect(of('address_history.address.country', 'FRA')).toBe('REJECT')
  expect(of('nothing.of.the.kind', '')).toBe('REJECT')
  const subject = caseLike({
    products: ['individual_account'],
    rest: { data: { custom_fields_data: { vip: true } } },
  })
  const vip = asked({ about: 'collected_data', path: 'custom_fields_data.vip', is_any_of: ['true'] }, subject)
  expect(vip().outcome).toBe('APPROVE')
})

test('a path picks places of lists, runs through all items, and meets nothing of the language behind the data', () => {
  const data = { list: [{ a: 1 }, { a: 2 }, { b: [3, 'x'] }] }
  expect(valuesAt(data, 'list.a')).toEqual([1, 2])
  expect(valuesAt(data, 'list.-1.b')).toEqual([3, 'x'])
  expect(valuesAt(data, 'list.0.a')).toEqual([1])
  for (const path of ['__proto__.constructor.name', 'constructor.name', 'list.length', 'list.9.a', ''])
    expect(valuesAt(data, path)).toEqual([])
})
