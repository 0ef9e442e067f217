import { expect, test } from 'vitest'
import { defaultPolicy } from './default-policy.ts'
import { diffPolicies } from './diff-policies.ts'

test('a policy does not differ from itself, whatever its version and the order of its lists', () => {
  const copy = structuredClone(defaultPolicy)
  const turned = { ...copy, version: 9, products: copy.products.toReversed() }
  expect(diffPolicies(defaultPolicy, turned)).toEqual([])
})

test('what was added, removed and changed is told by kind and alias, with the fields that differ', () => {
  const [identity, ...others] = defaultPolicy.check_variants
  const [product, ...products] = defaultPolicy.products
  const [reason, ...reasons] = defaultPolicy.decision_reasons
  if (!identity || !product || !reason) throw new Error('the default policy is too small')
  const after = {
    ...defaultPolicy,
    products: [{ ...product, alias: 'personal', automatically_approve: false }, ...products],
    check_variants: [
      ...others,
      { ...identity, id: '00000000-0000-4000-8000-000000000001', alias: 'other_check' },
    ],
    decision_reasons: reasons,
  }
  expect(diffPolicies(defaultPolicy, after)).toEqual([
    { kind: 'products', what: 'changed', alias: 'personal', fields: ['alias', 'automatically_approve'] },
    { kind: 'check_variants', what: 'removed', alias: 'identity_check', fields: [] },
    { kind: 'check_variants', what: 'added', alias: 'other_check', fields: [] },
    { kind: 'decision_reasons', what: 'removed', alias: 'requirements_met', fields: [] },
  ])
})

test('a setting of the whole policy is told by its name', () => {
  const stricter = { ...defaultPolicy, rejections_need_reason: true }
  expect(diffPolicies(defaultPolicy, stricter)).toEqual([
    {
      what: 'changed',
      kind: 'policy',
      alias: 'rejections_need_reason',
      fields: ['rejections_need_reason'],
    },
  ])
})
