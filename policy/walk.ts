import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { RiskLevelCategory } from '@drawbridge/schema/risk.ts'
import type { Case, CaseApplication } from './case.ts'
import { valuesAt } from './data-path.ts'
import type { Policy, PolicyElement } from './policy.ts'
import { type FlowIndex, indexOf } from './policy-index.ts'

/** How far a smart policy leads for an application as it is now. */
export interface Walk {
  /** The task variants, by id, that it met on the way; each once. */
  readonly variantIds: readonly string[]
  /** Null when it met none: it waits for the risk level, goes in a circle or leads nowhere. */
  readonly outcome: 'APPROVE' | 'REVIEW' | 'REJECT' | null
}

type BranchElement = Extract<PolicyElement, { kind: 'branch' }>
type WalkedCase = Pick<Case, 'entityType' | 'isAssociate' | 'data'>
type WalkedApplication = Pick<CaseApplication, 'productId' | 'associatedRole' | 'risk'>

const nowhere: Walk = { variantIds: [], outcome: null }

/**
 * Walks the smart policy of an application from its start, by the answers to its questions, to an outcome (product
 * behaviour 1.3). A question about a risk level that cannot be told yet ends the walk there.
 */
export function walkOf(subject: WalkedCase, application: WalkedApplication, policy: Policy): Walk {
  const index = indexOf(policy)
  const alias = index.productById.get(application.productId)?.smart_policies[subject.entityType]
  const flow = alias === undefined ? undefined : index.flowByAlias.get(alias)
  if (!flow) return nowhere
  const { aliases, outcome } = follow(flow, (question) => answer(question, subject, application))
  const ids = [...aliases].flatMap((variant) => index.taskByAlias.get(variant)?.id ?? [])
  return { variantIds: [...new Set(ids)], outcome }
}

/** The task variants, by id, that the smart policy of an application asks for now. */
export function requiredVariants(
  subject: WalkedCase,
  application: WalkedApplication,
  policy: Policy,
): readonly string[] {
  return walkOf(subject, application, policy).variantIds
}

function follow(
  { flow, elements }: FlowIndex,
  ask: (question: BranchElement['question']) => boolean | null,
): { aliases: ReadonlySet<string>; outcome: Walk['outcome'] } {
  const aliases = new Set<string>()
  const visited = new Set<string>()
  let element = elements.get(flow.start)
  while (element && !visited.has(element.id)) {
    visited.add(element.id)
    if (element.kind === 'outcome') return { aliases, outcome: element.outcome }
    if (element.kind === 'task') {
      for (const alias of element.task_variants) aliases.add(alias)
      element = elements.get(element.next)
      continue
    }
    const isYes = ask(element.question)
    if (isYes === null) break
    element = elements.get(isYes ? element.yes : element.no)
  }
  return { aliases, outcome: null }
}

/** The answer to a question; null when it cannot be told yet. */
function answer(
  question: BranchElement['question'],
  subject: WalkedCase,
  application: WalkedApplication,
): boolean | null {
  switch (question.about) {
    case 'risk_level':
      return hasLevel(application.risk?.level, question.is_any_of)
    case 'associated_role':
      return isOneOf(application.associatedRole, question.is_any_of)
    case 'is_associate':
      return subject.isAssociate
    case 'collected_data':
      return valuesAt(subject.data, question.path).some((value) => question.is_any_of.includes(String(value)))
  }
}

/** A level that is undetermined answers only a question that asks for it: nothing proceeds until it is known (1.2). */
function hasLevel(
  level: RiskLevelCategory | undefined,
  levels: readonly RiskLevelCategory[],
): boolean | null {
  if (level === undefined) return null
  if (levels.includes(level)) return true
  return level === 'UNDETERMINED' ? null : false
}

function isOneOf(role: AssociatedRole | null, roles: readonly AssociatedRole[]): boolean {
  return role !== null && roles.includes(role)
}
