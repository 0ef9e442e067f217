import type { Action } from './action.ts'
import type { Case, CaseApplication, CaseTask } from './case.ts'
import { decide } from './decide.ts'
import { expiresAfter, levelsOf } from './expiry.ts'
import type { Policy } from './policy.ts'
import { indexOf } from './policy-index.ts'

/**
 * More rounds than any policy can need: a round ends one stage of `decide` for all applications and tasks, and a stage
 * comes again only after a task was made, reopened or ended, or a status moved, which happens to each a few times.
 */
const roundsMax = 30

/** A case that never comes to rest: a defect of `decide`, or of the policy. */
export class RestlessCase extends Error {}

/** A case at rest, and what had to happen to bring it there, in order. */
export interface Settled {
  readonly subject: Case
  readonly actions: readonly Action[]
}

/**
 * Decides until nothing is left to do. What is made on the way has the id `new/` and that of its variant, in the
 * actions too. Raises `RestlessCase` when rest never comes.
 */
export function settle(subject: Case, policy: Policy, now: Date): Settled {
  const actions: Action[] = []
  let current = subject
  for (let round = 0; round < roundsMax; round += 1) {
    const due = decide(current, policy, now)
    if (due.length === 0) return { subject: current, actions }
    actions.push(...due)
    for (const action of due) current = afterAction(current, action, policy, now)
  }
  throw new RestlessCase(`A case did not come to rest within ${roundsMax} rounds`)
}

/** The case as it is once an action has happened. */
function afterAction(subject: Case, action: Action, policy: Policy, now: Date): Case {
  switch (action.kind) {
    case 'set-risk':
      return withApplication(subject, action.applicationId, { risk: action.risk })
    case 'require-tasks':
      return withApplication(subject, action.applicationId, { requiredVariants: action.variantIds })
    case 'change-status':
      return withApplication(subject, action.applicationId, { status: action.status })
    case 'change-flag':
      return withApplication(subject, action.applicationId, { flag: action.flag })
    case 'raise-manual-action':
      return withApplication(subject, action.applicationId, { isManualActionRaised: true })
    case 'clear-manual-action':
      return withApplication(subject, action.applicationId, { isManualActionRaised: false })
    case 'change-category':
      return { ...subject, category: action.category }
    case 'verify-associate':
      return withVerified(subject, action.at, action.variantId)
    case 'run-check':
      return withCheck(subject, action, policy, now)
    default:
      return afterTaskAction(subject, action, policy, now)
  }
}

type TaskAction = Extract<
  Action,
  { kind: 'add-task' | 'new-task-version' | 'expire-task' | 'pass-task' | 'reopen-task' }
>

function afterTaskAction(subject: Case, action: TaskAction, policy: Policy, now: Date): Case {
  switch (action.kind) {
    case 'add-task':
      return { ...subject, tasks: [...subject.tasks, newTask(action.variantId, now)] }
    case 'new-task-version': {
      const before = withTask(subject, action.taskId, () => ({ isSucceeded: true }))
      return { ...before, tasks: [...before.tasks, newTask(action.variantId, now)] }
    }
    case 'expire-task':
      return withTask(subject, action.taskId, () => ({ isExpired: true }))
    case 'pass-task':
      return withTask(subject, action.taskId, (task) => ({
        state: 'COMPLETED_PASS',
        passedAt: now,
        expiresAt: expiresAfter(
          indexOf(policy).taskById.get(task.variantId),
          now,
          levelsOf(subject, task.variantId),
        ),
      }))
    case 'reopen-task':
      return withTask(subject, action.taskId, () => ({
        state: 'INCOMPLETE',
        passedAt: null,
        expiresAt: null,
      }))
  }
}

function newTask(variantId: string, now: Date): CaseTask {
  return {
    id: `new/${variantId}`,
    variantId,
    state: 'INCOMPLETE',
    isExpired: false,
    isHeldByPerson: false,
    createdAt: now,
    passedAt: null,
    expiresAt: null,
    isSucceeded: false,
  }
}

function withCheck(
  subject: Case,
  action: Extract<Action, { kind: 'run-check' }>,
  policy: Policy,
  now: Date,
): Case {
  const variant = indexOf(policy).checkById.get(action.variantId)
  if (!variant) return subject
  const check = {
    id: `new/${action.variantId}`,
    variantId: action.variantId,
    checkType: variant.check_type,
    state: 'PENDING' as const,
    decision: null,
    taskIds: action.taskIds,
    instructedAt: now,
    completedAt: null,
    foundAssociates: null,
  }
  return { ...subject, checks: [...subject.checks, check] }
}

function withVerified(subject: Case, at: number, variantId: string): Case {
  const associates = subject.associates.map((associate, place) =>
    place === at ? { ...associate, taskVariantIds: [...associate.taskVariantIds, variantId] } : associate,
  )
  return { ...subject, associates }
}

function withTask(subject: Case, id: string, changeOf: (task: CaseTask) => Partial<CaseTask>): Case {
  return {
    ...subject,
    tasks: subject.tasks.map((task) => (task.id === id ? { ...task, ...changeOf(task) } : task)),
  }
}

function withApplication(subject: Case, id: string, change: Partial<CaseApplication>): Case {
  const applications = subject.applications.map((application) =>
    application.id === id ? { ...application, ...change } : application,
  )
  return { ...subject, applications }
}
