import { expect, test } from 'vitest'
import { caseLike, checkLike, inDays, now } from './case.test-kit.ts'
import type { Case, CaseCheck, CaseEvent, CaseTask } from './case.ts'
import { defaultPolicy } from './default-policy.ts'
import type { Policy } from './policy.ts'
import { settle } from './settle.ts'

const event = (said: Partial<CaseEvent> = {}): CaseEvent => ({
  id: 'event',
  type: 'PEP_FLAG',
  resolution: 'UNRESOLVED',
  createdAt: inDays(-0.1),
  ...said,
})

/** What becomes of one task of a migrated client. */
function stateOf(
  variant: string,
  task: Partial<CaseTask>,
  rest: Partial<Case>,
  policy: Policy = defaultPolicy,
) {
  const subject = caseLike({ products: ['migrated_client'], tasks: [{ variant, ...task }], rest, policy })
  return settle(subject, policy, now).subject.tasks.find(({ id }) => id === 'task-0')?.state
}

const identity = (checks: CaseCheck[], task: Partial<CaseTask> = {}) =>
  stateOf('verify_identity', task, { checks })

test('a task passes when the latest of its acceptance checks passed, and only then', () => {
  const passed = checkLike({ id: 'a', variant: 'identity_check' })
  const later = checkLike({
    id: 'b',
    variant: 'identity_check',
    instructedAt: inDays(-0.2),
    completedAt: inDays(-0.2),
  })
  expect(identity([])).toBe('INCOMPLETE')
  expect(identity([passed])).toBe('COMPLETED_PASS')
  expect(identity([passed, { ...later, decision: 'FAIL' }])).toBe('INCOMPLETE')
  expect(identity([{ ...passed, decision: 'FAIL' }, later])).toBe('COMPLETED_PASS')
  expect(identity([passed, { ...later, state: 'RUNNING', decision: null }])).toBe('INCOMPLETE')
  expect(identity([{ ...passed, decision: 'PARTIAL' }])).toBe('INCOMPLETE')
  expect(identity([{ ...passed, decision: 'WARN' }])).toBe('INCOMPLETE')
})

test('of several acceptance checks that were instructed together one is enough', () => {
  const failed = checkLike({ id: 'a', variant: 'identity_check', decision: 'FAIL' })
  const document = checkLike({
    id: 'b',
    variant: 'document_verification',
    checkType: 'DOCUMENT_VERIFICATION',
  })
  expect(identity([failed, document])).toBe('COMPLETED_PASS')
  expect(identity([document, failed])).toBe('COMPLETED_PASS')
})

test('a check that is no acceptance check, or of another version of the task, passes nothing', () => {
  expect(identity([checkLike({ variant: 'screening', checkType: 'PEPS_AND_SANCTIONS_SCREEN' })])).toBe(
    'INCOMPLETE',
  )
  expect(identity([checkLike({ variant: 'identity_check', taskIds: ['task-of-before'] })])).toBe('INCOMPLETE')
})

test('a check that was run elsewhere without a variant counts as one of the default variant of its type', () => {
  expect(identity([checkLike({ variantId: null })])).toBe('COMPLETED_PASS')
  expect(identity([checkLike({ variantId: null, checkType: 'VISA_CHECK' })])).toBe('INCOMPLETE')
})

test('a task that a person set back is left to persons, and so is a failed one', () => {
  const passed = checkLike({ variant: 'identity_check' })
  expect(identity([passed], { isHeldByPerson: true })).toBe('INCOMPLETE')
  expect(identity([passed], { state: 'COMPLETED_FAIL' })).toBe('COMPLETED_FAIL')
})

const screen = checkLike({ variant: 'screening', checkType: 'PEPS_AND_SANCTIONS_SCREEN' })
const screening = (events: CaseEvent[], task: Partial<CaseTask> = {}, checks = [screen]) =>
  stateOf('assess_exposure', task, { checks, events })

test('a screening task passes only with nothing outstanding of what it screens', () => {
  expect(screening([])).toBe('COMPLETED_PASS')
  expect(screening([event({ createdAt: inDays(-3) })])).toBe('INCOMPLETE')
  expect(screening([event({ createdAt: inDays(-3), resolution: 'MISMATCH' })])).toBe('COMPLETED_PASS')
  expect(screening([event({ createdAt: inDays(-3), type: 'CHECK_EXPIRY' })])).toBe('COMPLETED_PASS')
})

test('clearing matches by hand does not pass a screening task; a newer check that finds nothing does', () => {
  expect(screening([event({ resolution: 'MISMATCH' })], {}, [{ ...screen, decision: 'WARN' }])).toBe(
    'INCOMPLETE',
  )
  const cleared = event({ resolution: 'IGNORE', createdAt: inDays(-0.2) })
  expect(screening([cleared])).toBe('INCOMPLETE')
  const newer = { ...screen, id: 'newer', instructedAt: inDays(-0.1), completedAt: inDays(-0.1) }
  expect(screening([cleared], {}, [screen, newer])).toBe('COMPLETED_PASS')
})

test('a match that comes after a screening task passed opens it and puts what was approved in review', () => {
  const done = { state: 'COMPLETED_PASS' as const, passedAt: inDays(-2) }
  const subject = caseLike({
    products: ['migrated_client', 'individual_account'],
    application: { status: 'APPROVED' },
    tasks: [
      { variant: 'assess_exposure', ...done },
      { variant: 'verify_identity', ...done },
      { variant: 'verify_address', ...done },
    ],
    rest: { events: [event()], checks: [screen], category: 'CUSTOMER' },
  })
  const { subject: after } = settle(subject, defaultPolicy, now)
  expect(after.tasks.map((task) => task.state)).toEqual(['INCOMPLETE', 'COMPLETED_PASS', 'COMPLETED_PASS'])
  expect(after.applications.map((application) => application.status)).toEqual(['IN_REVIEW', 'IN_REVIEW'])
  expect(after.applications[1]?.risk).toEqual({ level: 'HIGH', score: 100 })
  expect(after.applications.every((application) => application.isManualActionRaised)).toBe(true)
})

test('a match that a person knew of when passing the task leaves it passed, but stands against approval', () => {
  const done = { state: 'COMPLETED_PASS' as const, passedAt: now }
  expect(screening([event()], done)).toBe('COMPLETED_PASS')
  expect(screening([event({ createdAt: now })], done)).toBe('COMPLETED_PASS')
  expect(
    screening([event({ resolution: 'MISMATCH', createdAt: now })], { ...done, passedAt: inDays(-1) }),
  ).toBe('COMPLETED_PASS')
  const subject = caseLike({
    products: ['migrated_client'],
    tasks: [{ variant: 'assess_exposure', ...done }],
    rest: { events: [event()] },
  })
  expect(settle(subject, defaultPolicy, now).subject.applications[0]?.status).toBe('APPLIED')
})

const withTask = (alias: string, change: Partial<Policy['task_variants'][number]>): Policy => ({
  ...defaultPolicy,
  task_variants: defaultPolicy.task_variants.map((variant) =>
    variant.alias === alias ? { ...variant, ...change } : variant,
  ),
})

test('the first version of a custom task may be left out, the second is asked for', () => {
  const policy = withTask('individual_manual_task', { skip_first_version: true })
  expect(stateOf('individual_manual_task', {}, {}, policy)).toBe('COMPLETED_PASS')
  expect(stateOf('individual_manual_task', {}, {})).toBe('INCOMPLETE')
  expect(stateOf('individual_manual_task', { isHeldByPerson: true }, {}, policy)).toBe('INCOMPLETE')
  const before = { variant: 'individual_manual_task', isExpired: true, createdAt: inDays(-400) }
  const subject = caseLike({
    products: ['migrated_client'],
    tasks: [{ variant: 'individual_manual_task' }, before],
    policy,
  })
  expect(settle(subject, policy, now).subject.tasks[0]?.state).toBe('INCOMPLETE')
})

test('two applications that ask for the same task share it', () => {
  const { subject } = settle(caseLike({ products: ['director_check', 'owner_check'] }), defaultPolicy, now)
  expect(subject.tasks).toHaveLength(2)
  expect(subject.checks).toHaveLength(2)
  expect(subject.applications.map((application) => application.requiredVariants.length)).toEqual([2, 2])
  expect(subject.applications.map((application) => application.flag)).toEqual([
    'WAITING_ON_CHECKS',
    'WAITING_ON_CHECKS',
  ])
})

test('what was once asked for stays, and an ended application asks for nothing', () => {
  const subject = caseLike({ products: ['individual_account'], tasks: [{ variant: 'verify_tax_status' }] })
  const [application] = settle(subject, defaultPolicy, now).subject.applications
  expect(application?.requiredVariants).toHaveLength(4)
  const ended = caseLike({ products: ['individual_account'], application: { status: 'REJECTED' } })
  expect(settle(ended, defaultPolicy, now).subject.tasks).toEqual([])
})
