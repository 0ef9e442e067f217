import { findProduct } from '@drawbridge/policy/look-up.ts'
import type { FactPayload } from '@drawbridge/schema/facts.ts'
import type { Actor, Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { type ApplicationRow, changeApplicationRow } from './queries.ts'
import { addHistory, type HistoryRow } from './queries-history.ts'

/** What is to change about an application; what is absent stays. */
export type ApplicationChange = Partial<
  Pick<
    ApplicationRow,
    'status' | 'flag' | 'requiredVariants' | 'risk' | 'isHeldByPerson' | 'isManualActionRaised'
  >
>

/** Who changes an application, what they say, and the decision reasons they name by id. */
export interface Mover {
  readonly actor: Actor
  readonly comment: string | null
  readonly reasons: readonly string[]
  /** Why the policy changes the status by itself. */
  readonly because?: FactPayload<'application.status-changed'>['because']
}

/** Changes an application of a locked profile: its row, its history and the facts, once for all changes. */
export async function changeApplication(
  scope: Scope,
  profile: ProfileRoot,
  row: ApplicationRow,
  change: ApplicationChange,
  mover: Mover,
): Promise<void> {
  const next = { ...row, ...change }
  await changeApplicationRow(scope, profile, next)
  const lines = historyLines(row, next, mover)
  if (lines.length > 0) await addHistory(scope, profile, mover.actor, lines)
  await recordChanges(scope, profile, { row, next }, mover)
}

type Line = Pick<HistoryRow, 'applicationId' | 'kind' | 'status' | 'flag' | 'comment' | 'reasons'>

function historyLines(row: ApplicationRow, next: ApplicationRow, mover: Mover): Line[] {
  const lines: Line[] = []
  const { id: applicationId, status, flag } = next
  const { comment, reasons } = mover
  if (status !== row.status)
    lines.push({ applicationId, kind: 'STATUS', status, flag: row.flag, comment, reasons })
  if (flag !== row.flag) lines.push({ applicationId, kind: 'FLAG', status, flag, comment: null, reasons: [] })
  return lines
}

async function recordChanges(
  scope: Scope,
  profile: ProfileRoot,
  { row, next }: { readonly row: ApplicationRow; readonly next: ApplicationRow },
  { actor, comment, reasons, because }: Mover,
): Promise<void> {
  const named = await factOf(scope, row)
  if (next.risk?.level !== row.risk?.level || next.risk?.score !== row.risk?.score) {
    const payload = { ...named, old_risk: row.risk, new_risk: next.risk }
    scope.record({ kind: 'application.risk-changed', payload }, profile, actor)
  }
  if (next.status !== row.status) {
    const said = {
      ...(comment === null ? {} : { comment }),
      ...(await reasonsOf(scope, reasons)),
      ...(because === undefined ? {} : { because }),
    }
    const payload = { ...named, old_status: row.status, new_status: next.status, ...said }
    scope.record({ kind: 'application.status-changed', payload }, profile, actor)
  }
  if (next.flag !== row.flag) {
    const payload = { ...named, old_flag: row.flag, new_flag: next.flag }
    scope.record({ kind: 'application.flag-changed', payload }, profile, actor)
  }
  if (next.isManualActionRaised && !row.isManualActionRaised)
    scope.record({ kind: 'application.manual-action-required', payload: named }, profile, actor)
}

/** Records that the last decision about an application was taken back. */
export async function recordReverted(
  scope: Scope,
  profile: ProfileRoot,
  row: ApplicationRow,
  comment: string | undefined,
): Promise<void> {
  const said = comment === undefined ? {} : { comment }
  const payload = { ...(await factOf(scope, row)), old_status: row.status, ...said }
  scope.record({ kind: 'application.reverted', payload }, profile)
}

async function reasonsOf(scope: Scope, ids: readonly string[]): Promise<{ reasons?: string[] }> {
  if (ids.length === 0) return {}
  const { decision_reasons: known } = await currentPolicy(scope)
  return { reasons: known.flatMap(({ id, alias }) => (ids.includes(id) ? alias : [])) }
}

async function factOf(scope: Scope, row: ApplicationRow) {
  const product = findProduct(await currentPolicy(scope), { id: row.productId })
  const named = product ? { id: product.id, alias: product.alias, name: product.name } : { id: row.productId }
  const role = row.associatedRole === null ? {} : { associated_role: row.associatedRole }
  return { application_id: row.id, product: named, ...role }
}
