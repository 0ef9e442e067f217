import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { Action } from './action.ts'
import type { CaseAssociate, CaseTask } from './case.ts'
import type { PolicyTaskVariant } from './policy.ts'
import { addableRoles, isAboutShares } from './task-types.ts'
import type { CaseView } from './view.ts'

type AssociateRules = NonNullable<PolicyTaskVariant['associates']>

/**
 * The associates that the tasks of running applications take up by themselves, by their rules (1.9): also later, when a
 * new one appears. Never former ones, nor one that a person took off the list.
 */
export function associateActions(view: CaseView): Action[] {
  const { associates } = view.subject
  if (associates.length === 0) return []
  return [...view.wanted].flatMap((variantId) => {
    const variant = view.index.taskById.get(variantId)
    const rules = variant?.associates
    if (!rules || rules.add.who === 'nobody') return []
    return associates.flatMap((associate, at) =>
      isOnList(associate, variantId) || !isTakenUp(associate, variant, rules)
        ? []
        : [{ kind: 'verify-associate' as const, at, variantId }],
    )
  })
}

function isOnList(associate: CaseAssociate, variantId: string): boolean {
  return associate.taskVariantIds.includes(variantId)
}

function isTakenUp(associate: CaseAssociate, variant: PolicyTaskVariant, { add }: AssociateRules): boolean {
  if (associate.isFormer || associate.removedVariantIds.includes(variant.id)) return false
  const roles: readonly AssociatedRole[] = addableRoles(variant.task_type) ?? []
  if (!associate.roles.some((role) => roles.includes(role))) return false
  if (associate.share === null && (add.who === 'share_at_least' || isAboutShares(variant.task_type)))
    return false
  return add.who === 'all' || (add.who === 'share_at_least' && (associate.share ?? 0) >= add.percentage)
}

/**
 * Whether a task about associates is done: so many of those on its list, such a part of them, and one in each role are
 * approved, or nobody was found and the list is empty (1.4, rule 4). Former associates are not asked for.
 */
export function isSatisfiedByAssociates(
  view: CaseView,
  task: CaseTask,
  variant: PolicyTaskVariant,
  rules: AssociateRules,
): boolean {
  const listed = view.subject.associates.filter((associate) => isOnList(associate, variant.id))
  if (listed.length === 0) return rules.passes_when_none_found && wasNobodyFound(view, task)
  const productId = view.policy.products.find((product) => product.alias === rules.product)?.id
  const asked = listed.filter((associate) => !associate.isFormer)
  const approved = asked.filter(
    (associate) => productId !== undefined && associate.approvedProductIds.includes(productId),
  )
  return areEnough(approved, asked.length, rules.passes_when)
}

function areEnough(
  approved: readonly CaseAssociate[],
  asked: number,
  when: AssociateRules['passes_when'],
): boolean {
  if (!when || approved.length === 0) return false
  const { count, percentage, roles } = when
  // Without any condition nothing says when enough is enough: a person decides.
  if (count === undefined && percentage === undefined && (roles ?? []).length === 0) return false
  return (
    (count === undefined || approved.length >= count) &&
    (percentage === undefined || approved.length * 100 >= percentage * asked) &&
    (roles ?? []).every((role) => approved.some((associate) => associate.roles.includes(role)))
  )
}

/** Whether the latest passed check of this version looked for associates and found none. */
function wasNobodyFound(view: CaseView, task: CaseTask): boolean {
  const looked = (view.checksOf.get(task.id) ?? []).filter(
    (check) => check.state === 'COMPLETE' && check.decision === 'PASS' && check.foundAssociates !== null,
  )
  const last = Math.max(...looked.map((check) => check.instructedAt.getTime()))
  const latest = looked.filter((check) => check.instructedAt.getTime() === last)
  return latest.length > 0 && latest.every((check) => check.foundAssociates === false)
}
