import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseLike, checkLike, now } from './case.test-kit.ts'
import type { Case, CaseApplication, CaseCheck, CaseEvent } from './case.ts'
import { defaultPolicy } from './default-policy.ts'
import type { Policy } from './policy.ts'
import { settle } from './settle.ts'

const done = [
  { variant: 'verify_identity', state: 'COMPLETED_PASS' as const, passedAt: now },
  { variant: 'verify_address', state: 'COMPLETED_PASS' as const, passedAt: now },
  { variant: 'assess_exposure', state: 'COMPLETED_PASS' as const, passedAt: now },
]

/** What becomes of an application for an individual account. */
function applied(
  application: Partial<CaseApplication> = {},
  { policy = defaultPolicy, tasks = done, rest = {} as Partial<Case> } = {},
): CaseApplication | undefined {
  const subject = caseLike({ policy, products: ['individual_account'], application, tasks, rest })
  return settle(subject, policy, now).subject.applications[0]
}

const rejecting: Policy = {
  ...defaultPolicy,
  risk_models: defaultPolicy.risk_models.map((model) => ({ ...model, rejects: ['HIGH'] })),
}
const risky = { data: { address_history: [{ address: { country: 'PRK' } }] } }

test('an application on which nothing stands is approved by itself, also after a review', () => {
  expect(applied()?.status).toBe('APPROVED')
  expect(applied({ status: 'IN_REVIEW' })?.status).toBe('APPROVED')
})

test('a person who sent an application to review, or took a decision back, has the next word', () => {
  const held = applied({ status: 'IN_REVIEW', isHeldByPerson: true })
  expect(held).toMatchObject({ status: 'IN_REVIEW', flag: 'READY_FOR_DECISION', isManualActionRaised: true })
  const reverted = applied({ isHeldByPerson: true }, { policy: rejecting, rest: risky })
  expect(reverted?.status).toBe('APPLIED')
})

test('nothing is approved by itself that a product, an outcome, a match or a stopped profile keeps for a person', () => {
  const byHand: Policy = {
    ...defaultPolicy,
    products: defaultPolicy.products.map((product) => ({ ...product, automatically_approve: false })),
  }
  expect(applied({}, { policy: byHand })?.status).toBe('APPLIED')
  expect(applied({}, { rest: risky })?.status).toBe('APPLIED')
  expect(applied({}, { rest: { status: 'SUSPENDED' } })?.status).toBe('APPLIED')
  const alert: CaseEvent = { id: 'e', type: 'TRANSACTION_ALERT', resolution: 'UNRESOLVED', createdAt: now }
  expect(applied({}, { rest: { events: [alert] } })?.status).toBe('APPLIED')
})

test('a risk level that the model names rejects outright, before anything is asked for, and only what is applied', () => {
  const subject = caseLike({ policy: rejecting, products: ['individual_account'], rest: risky })
  const { actions, subject: after } = settle(subject, rejecting, now)
  expect(actions.map(({ kind }) => kind)).toEqual([
    'set-risk',
    'change-status',
    'change-flag',
    'change-category',
  ])
  expect(actions).toContainEqual({
    kind: 'change-status',
    applicationId: 'application-0',
    status: 'REJECTED',
    because: 'RISK_LEVEL',
  })
  expect(after.category).toBe('INACTIVE_APPLICANT')
  for (const status of ['APPROVED', 'IN_REVIEW'] as const)
    expect(applied({ status }, { policy: rejecting, rest: risky })?.status).toBe('IN_REVIEW')
})

test('a walk that ends at rejection rejects what is applied, and blocks what is in review', () => {
  const policy: Policy = {
    ...defaultPolicy,
    smart_policies: defaultPolicy.smart_policies.map((flow) => ({
      ...flow,
      elements: flow.elements.map((element) =>
        element.kind === 'outcome' ? { ...element, outcome: 'REJECT' as const } : element,
      ),
    })),
  }
  expect(applied({}, { policy })).toMatchObject({ status: 'REJECTED', flag: 'DECIDED' })
  expect(applied({ status: 'IN_REVIEW' }, { policy })?.status).toBe('IN_REVIEW')
})

test('a risk that is told anew walks the policy again and puts an approved application with a new task in review', () => {
  const after = applied({ status: 'APPROVED', risk: { level: 'LOW', score: 0 } }, { rest: risky })
  expect(after).toMatchObject({ status: 'IN_REVIEW', risk: { level: 'HIGH', score: 100 } })
  expect(after?.requiredVariants).toHaveLength(4)
})

test('a person is told once, no more while automation works, and again when it has ended', () => {
  const first = applied({}, { tasks: [] })
  expect(first).toMatchObject({ flag: 'WAITING_ON_CHECKS', isManualActionRaised: false })
  const running: CaseCheck = checkLike({
    state: 'RUNNING',
    decision: null,
    completedAt: null,
    taskIds: ['task-0'],
  })
  const open = [{ variant: 'verify_identity', isHeldByPerson: true }, ...done.slice(1)]
  const waits = (checks: CaseCheck[], isRaised: boolean, openCollectionSteps = 0) =>
    applied(
      { isManualActionRaised: isRaised },
      { tasks: open as typeof done, rest: { checks, openCollectionSteps } },
    )?.isManualActionRaised
  expect(waits([running], true)).toBe(false)
  expect(waits([], false)).toBe(true)
  expect(waits([], true)).toBe(true)
  expect(waits([], true, 1)).toBe(false)
  expect(applied({ isManualActionRaised: true })?.isManualActionRaised).toBe(false)
})

/** What a client of the default policy brings, and what providers will say of it. */
const client = fc.record({
  country: fc.constantFrom('GBR', 'FRA', 'IRN', 'CUB'),
  dob: fc.constantFrom('1990-05-04', '2012', '1930-01'),
  nationality: fc.constantFrom('GBR', 'PRK'),
  identity: fc.constantFrom('PASS' as const, 'PASS' as const, 'PARTIAL' as const, 'ERROR' as const),
  screening: fc.constantFrom('PASS' as const, 'PASS' as const, 'WARN' as const),
})
type Client = typeof client extends fc.Arbitrary<infer T> ? T : never

const dataOf = ({ country, dob, nationality }: Client) => ({
  personal_details: { name: { given_names: ['Mira'], family_name: 'Oduya' }, dob, nationality },
  address_history: [{ address: { type: 'STRUCTURED', country } }],
})

/** The case once the checks of these types came back, with the match that a screening found. */
function answered(subject: Case, said: Client, types: readonly string[]): Case {
  const found: CaseEvent = { id: 'match', type: 'PEP_FLAG', resolution: 'UNRESOLVED', createdAt: now }
  const isFound = types.includes('PEPS_AND_SANCTIONS_SCREEN') && said.screening === 'WARN'
  return {
    ...subject,
    events: isFound ? [found] : subject.events,
    checks: subject.checks.map((check) =>
      types.includes(check.checkType)
        ? {
            ...check,
            state: 'COMPLETE' as const,
            decision: check.checkType === 'IDENTITY_CHECK' ? said.identity : said.screening,
            completedAt: now,
          }
        : check,
    ),
  }
}

const rest = (subject: Case) => settle(subject, defaultPolicy, now).subject
const decided = ({ applications, tasks, category }: Case) => ({
  category,
  applications,
  tasks: tasks.map(({ variantId, state }) => `${variantId} ${state}`).toSorted(),
})

test('in whatever order checks come back, the same is decided', () => {
  fc.assert(
    fc.property(client, (said) => {
      const begun = rest(caseLike({ products: ['individual_account'], rest: { data: dataOf(said) } }))
      const types = ['IDENTITY_CHECK', 'PEPS_AND_SANCTIONS_SCREEN']
      const inOrder = (order: readonly string[]) =>
        decided(order.reduce((subject, type) => rest(answered(subject, said, [type])), begun))
      const together = decided(rest(answered(begun, said, types)))
      expect(inOrder(types)).toEqual(together)
      expect(inOrder(types.toReversed())).toEqual(together)
    }),
    { seed: 41 },
  )
})

test('a client is decided alike whether it came by the API, by a form step by step, or by migration', () => {
  fc.assert(
    fc.property(client, (said) => {
      const types = ['IDENTITY_CHECK', 'PEPS_AND_SANCTIONS_SCREEN']
      const data = dataOf(said)
      const byApi = rest(
        answered(rest(caseLike({ products: ['individual_account'], rest: { data } })), said, types),
      )
      const stub = rest(
        caseLike({ products: ['individual_account'], rest: { data: {}, openCollectionSteps: 2 } }),
      )
      const half = rest({
        ...stub,
        data: { personal_details: data.personal_details },
        openCollectionSteps: 1,
      })
      const byForm = rest(answered(rest({ ...half, data, openCollectionSteps: 0 }), said, types))
      expect(decided(byForm)).toEqual(decided(byApi))
      const bare = caseLike({ products: ['individual_account'], rest: { data, isAssociate: false } })
      const tasks = rest(bare).tasks
      const required = tasks.map((task) => task.variantId)
      const applications = bare.applications.map((application) => ({
        ...application,
        requiredVariants: required,
      }))
      const migrated = answered({ ...rest(bare), applications, tasks }, said, types)
      const external = migrated.checks.map((check) => ({ ...check, variantId: null }))
      expect(decided(rest({ ...migrated, checks: external }))).toEqual(decided(byApi))
    }),
    { seed: 42 },
  )
})
