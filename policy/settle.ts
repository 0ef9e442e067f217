import type { Case, CaseApplication } from './case.ts'
import { type Action, decide } from './decide.ts'
import type { Policy } from './policy.ts'

/** More rounds than any policy can need: every round adds a task, moves a status once, or changes a badge. */
const roundsMax = 100

/** A case at rest, and what had to happen to bring it there, in order. */
export interface Settled {
  readonly subject: Case
  readonly actions: readonly Action[]
}

/** Decides until nothing is left to do. Throws when that never comes, which is a defect of `decide`. */
export function settle(subject: Case, policy: Policy): Settled {
  const actions: Action[] = []
  let current = subject
  for (let round = 0; round < roundsMax; round += 1) {
    const due = decide(current, policy)
    if (due.length === 0) return { subject: current, actions }
    actions.push(...due)
    current = due.reduce(afterAction, current)
  }
  throw new Error(`A case did not come to rest within ${roundsMax} rounds`)
}

/** The case as it is once an action has happened. */
export function afterAction(subject: Case, action: Action): Case {
  switch (action.kind) {
    case 'add-task': {
      const task = {
        id: `new/${action.variantId}`,
        variantId: action.variantId,
        state: 'INCOMPLETE' as const,
      }
      return { ...subject, tasks: [...subject.tasks, { ...task, isExpired: false }] }
    }
    case 'require-tasks':
      return withApplication(subject, action.applicationId, { requiredVariants: action.variantIds })
    case 'change-status':
      return withApplication(subject, action.applicationId, { status: action.status })
    case 'change-flag':
      return withApplication(subject, action.applicationId, { flag: action.flag })
    case 'change-category':
      return { ...subject, category: action.category }
  }
}

function withApplication(subject: Case, id: string, change: Partial<CaseApplication>): Case {
  const applications = subject.applications.map((application) =>
    application.id === id ? { ...application, ...change } : application,
  )
  return { ...subject, applications }
}
