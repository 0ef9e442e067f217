import type { Case } from '@drawbridge/policy/case.ts'
import { Policy } from '@drawbridge/policy/policy.ts'
import { expect, test } from 'vitest'
import { nextDue } from './rules-due.ts'
import { expiriesByRisk } from './rules-expiry.ts'

const [productId, taskVariantId, flowId, modelId] = Array.from({ length: 4 }, () => crypto.randomUUID())
const day = (text: string) => new Date(`${text}T00:00:00Z`)
const now = day('2026-03-01')

const policy = Policy.parse({
  version: 1,
  products: [
    {
      id: productId,
      alias: 'account',
      name: 'Account',
      automatically_apply: true,
      automatically_approve: true,
      applicants: 'CUSTOMER',
      intake: 'open',
      smart_policies: { INDIVIDUAL: 'account' },
      risk_models: { INDIVIDUAL: 'risk' },
    },
  ],
  smart_policies: [
    {
      id: flowId,
      alias: 'account',
      name: 'Account',
      entity_type: 'INDIVIDUAL',
      start: 'end',
      elements: [{ kind: 'outcome', id: 'end', outcome: 'APPROVE' }],
    },
  ],
  task_variants: [
    {
      id: taskVariantId,
      alias: 'identity',
      name: 'Identity',
      description: '',
      task_type: 'INDIVIDUAL_VERIFY_IDENTITY',
      expiry: { days: 100, days_by_risk: { HIGH: 10 }, notification_days: 7 },
    },
  ],
  risk_models: [
    {
      id: modelId,
      alias: 'risk',
      name: 'Risk',
      entity_type: 'INDIVIDUAL',
      thresholds: { medium: 1, high: 2 },
      factors: [
        {
          alias: 'age',
          name: 'Age',
          property: { of: 'age' },
          rules: [{ description: 'Any', when: { is: 'number', from: 0 }, score: 0 }],
        },
      ],
    },
  ],
})

const task = {
  id: 'task',
  variantId: taskVariantId ?? '',
  state: 'COMPLETED_PASS',
  isExpired: false,
  isHeldByPerson: false,
  createdAt: now,
  passedAt: now,
  expiresAt: day('2026-05-01'),
  isSucceeded: false,
} as const
const application = {
  id: 'application',
  productId: productId ?? '',
  associatedRole: null,
  status: 'APPROVED',
  flag: 'DECIDED',
  requiredVariants: [taskVariantId ?? ''],
  risk: { level: 'LOW', score: 0 },
  isHeldByPerson: false,
  isManualActionRaised: false,
} as const
const subject: Case = {
  entityType: 'INDIVIDUAL',
  category: 'CUSTOMER',
  status: 'NORMAL',
  isAssociate: false,
  data: {},
  applications: [application],
  tasks: [task],
  checks: [],
  events: [],
  associates: [],
  openCollectionSteps: 0,
  disabledCheckVariantIds: [],
}

test('a case is due when the last days of a task begin, then when it ends, then not any more', () => {
  expect(nextDue(subject, policy, now)).toEqual(day('2026-04-24'))
  expect(nextDue(subject, policy, day('2026-04-24'))).toEqual(day('2026-05-01'))
  expect(nextDue(subject, policy, day('2026-05-01'))).toBeNull()
  const succeeded = { ...subject, tasks: [{ ...task, isSucceeded: true }] }
  expect(nextDue(succeeded, policy, now)).toEqual(day('2026-05-01'))
})

test('a task that ended, or that no running application asks for, makes nothing due', () => {
  expect(nextDue({ ...subject, tasks: [{ ...task, isExpired: true }] }, policy, now)).toBeNull()
  const ended = { ...application, status: 'CANCELLED' as const }
  expect(nextDue({ ...subject, applications: [ended] }, policy, now)).toBeNull()
  const other = { ...application, requiredVariants: [] }
  expect(nextDue({ ...subject, applications: [other] }, policy, now)).toBeNull()
})

test('a case whose risk depends on the age is due on the next birthday, in this year or the next', () => {
  const born = (dob: string) => ({ ...subject, tasks: [], data: { personal_details: { dob } } })
  expect(nextDue(born('1980-03-02'), policy, now)).toEqual(day('2026-03-02'))
  expect(nextDue(born('1980-03-01'), policy, now)).toEqual(day('2027-03-01'))
  expect(nextDue(born('1980-02'), policy, day('2026-02-20'))).toEqual(day('2026-03-01'))
  expect(nextDue(born('nonsense'), policy, now)).toBeNull()
  const without = { ...policy, risk_models: [] }
  expect(nextDue(born('1980-03-02'), without, now)).toBeNull()
})

test('the end of a passed task follows the risk of the applications that ask for it; others are let be', () => {
  expect(expiriesByRisk(subject, policy)).toEqual(new Map([['task', day('2026-06-09')]]))
  const high = { ...application, risk: { level: 'HIGH' as const, score: 2 } }
  expect(expiriesByRisk({ ...subject, applications: [application, high] }, policy)).toEqual(
    new Map([['task', day('2026-03-11')]]),
  )
  const open = { ...task, state: 'INCOMPLETE' as const, passedAt: null }
  expect(expiriesByRisk({ ...subject, tasks: [open, { ...task, isExpired: true }] }, policy)).toEqual(
    new Map(),
  )
})
