import type { Case } from '@drawbridge/policy/case.ts'
import { findProduct, findTaskVariant, riskModelOf } from '@drawbridge/policy/look-up.ts'
import type { Policy, Product } from '@drawbridge/policy/policy.ts'
import { approvalBlockers, type Blocker } from '@drawbridge/policy/status.ts'
import type {
  ApprovalBlocker,
  NamedReason,
  ProductApplication,
  ProductApplicationStatusChange,
  ProductResource,
} from '@drawbridge/schema/application.ts'
import type { ApplicationRisk } from '@drawbridge/schema/risk.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import { presentVariant } from '../tasks/index.ts'
import type { ApplicationRow } from './queries.ts'
import type { HistoryRow } from './queries-history.ts'
import type { ApplicationsOf } from './read-applications.ts'
import { flagLines } from './rules.ts'

/** The applications of a profile as the contract shows them, oldest first. */
export function presentApplications(
  profileId: string,
  read: ApplicationsOf,
  subject: Case,
  policy: Policy,
): ProductApplication[] {
  const applications = read.applications.get(profileId) ?? []
  return applications.map((row) => presentApplication(row, read.history.get(row.id) ?? [], subject, policy))
}

function presentApplication(
  row: ApplicationRow,
  history: readonly HistoryRow[],
  subject: Case,
  policy: Policy,
): ProductApplication {
  const product = findProduct(policy, { id: row.productId })
  const expiresAt = nearestExpiry(row, subject)
  const blockers = approvalBlockers(subject, row, policy)
  return {
    id: row.id,
    product: product ? presentProduct(product, policy) : { id: row.productId, is_deleted: true },
    ...(row.associatedRole === null ? {} : { associated_role: row.associatedRole }),
    status: row.status,
    flag: row.flag,
    required_tasks: row.requiredVariants.flatMap((id) => {
      const variant = findTaskVariant(policy, { id })
      return variant ? [presentVariant(variant)] : []
    }),
    history: history.filter((line) => line.kind === 'STATUS').map((line) => presentChange(line, policy)),
    flag_history: flagLines(history).map(({ status, flag, at }) => ({
      status,
      flag,
      date: formatDateTime(at),
    })),
    approval_blockers: blockers.map((blocker) => presentBlocker(blocker, policy)),
    hidden: row.hidden,
    ...(expiresAt === null ? {} : { will_expire_at: formatDateTime(expiresAt) }),
    ...presentRisk(row, subject, policy),
  }
}

/** Whoever decided with a key has no name in the contract: the decisioner is a user or nobody. */
function presentChange(line: HistoryRow, policy: Policy): ProductApplicationStatusChange {
  const reasons = line.reasons.map((id) => presentReason(id, policy))
  return {
    status: line.status,
    date: formatDateTime(line.at),
    decisioner: null,
    ...(line.comment === null ? {} : { comment: line.comment }),
    ...(reasons.length === 0 ? {} : { reasons }),
  }
}

function presentReason(id: string, policy: Policy): NamedReason {
  const reason = policy.decision_reasons.find((candidate) => candidate.id === id)
  return reason ? { id, alias: reason.alias, name: reason.name } : { id }
}

/** The end of an application that goes on: the nearest of its live passed tasks. */
function nearestExpiry(row: ApplicationRow, subject: Case): Date | null {
  if (row.status === 'REJECTED' || row.status === 'CANCELLED') return null
  const ends = subject.tasks.flatMap((task) =>
    !task.isExpired && task.state === 'COMPLETED_PASS' && row.requiredVariants.includes(task.variantId)
      ? (task.expiresAt?.getTime() ?? [])
      : [],
  )
  return ends.length === 0 ? null : new Date(Math.min(...ends))
}

/** The risk as it was last computed, where the product has a risk model. */
function presentRisk(row: ApplicationRow, subject: Case, policy: Policy): { risk?: ApplicationRisk } {
  const model = riskModelOf(policy, row.productId, subject.entityType)
  if (!model) return {}
  const score = row.risk?.score ?? null
  return {
    risk: {
      risk_model: { id: model.id },
      is_pending: row.risk === null,
      overall: {
        level: row.risk?.level ?? 'UNDETERMINED',
        ...(score === null ? {} : { score }),
      },
      thresholds: { low_medium: model.thresholds.medium, medium_high: model.thresholds.high },
    },
  }
}

function presentProduct(product: Product, policy: Policy): ProductResource {
  const person = riskModelOf(policy, product.id, 'INDIVIDUAL')
  const company = riskModelOf(policy, product.id, 'COMPANY')
  return {
    id: product.id,
    alias: product.alias,
    name: product.name,
    automatically_apply: product.automatically_apply,
    automatically_approve: product.automatically_approve,
    is_deleted: false,
    risk_models: {
      ...(person ? { INDIVIDUAL: person.id } : {}),
      ...(company ? { COMPANY: company.id } : {}),
    },
  }
}

function presentBlocker(blocker: Blocker, policy: Policy): ApprovalBlocker {
  if (blocker.kind === 'UNRESOLVED_EVENT') return { blocker_type: blocker.kind, event_id: blocker.eventId }
  if (blocker.kind !== 'INCOMPLETE_TASK') return { blocker_type: blocker.kind }
  const variant = findTaskVariant(policy, { id: blocker.variantId })
  return {
    blocker_type: 'INCOMPLETE_TASK',
    ...(variant ? { task_type: variant.task_type, task_variant: presentVariant(variant) } : {}),
  }
}
