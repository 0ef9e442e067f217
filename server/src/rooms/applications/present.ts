import { findProduct, findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy, Product } from '@drawbridge/policy/policy.ts'
import { approvalBlockers, type Blocker } from '@drawbridge/policy/status.ts'
import type { ApprovalBlocker, ProductApplication, ProductResource } from '@drawbridge/schema/application.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { Scope } from '../../platform/scope.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { presentVariant, selectTasks, type TaskRow } from '../tasks/index.ts'
import { type ApplicationRow, type HistoryRow, selectApplications, selectHistory } from './queries.ts'
import { caseOf, flagLines } from './rules.ts'

/** What the replies about some profiles' applications are made of, read together. */
export interface ApplicationsOf {
  readonly applications: ReadonlyMap<string, readonly ApplicationRow[]>
  readonly history: ReadonlyMap<string, readonly HistoryRow[]>
  readonly tasks: ReadonlyMap<string, readonly TaskRow[]>
}

/** Reads the applications of these profiles, with their history and tasks. */
export async function readApplications(
  scope: Scope,
  profiles: readonly ProfileRoot[],
): Promise<ApplicationsOf> {
  const [applications, history, tasks] = await Promise.all([
    selectApplications(scope, profiles),
    selectHistory(scope, profiles),
    selectTasks(scope, profiles),
  ])
  return { applications, history, tasks }
}

/** The applications of a profile as the contract shows them, oldest first. */
export function presentApplications(
  profile: ProfileRoot,
  read: ApplicationsOf,
  policy: Policy,
): ProductApplication[] {
  const applications = read.applications.get(profile.id) ?? []
  const subject = caseOf(profile, { applications, tasks: read.tasks.get(profile.id) ?? [] })
  return applications.map((application) => {
    const blockers = approvalBlockers(subject, application)
    return presentApplication(application, read.history.get(application.id) ?? [], blockers, policy)
  })
}

function presentApplication(
  row: ApplicationRow,
  history: readonly HistoryRow[],
  blockers: readonly Blocker[],
  policy: Policy,
): ProductApplication {
  const product = findProduct(policy, { id: row.productId })
  return {
    id: row.id,
    product: product ? presentProduct(product) : { id: row.productId, is_deleted: true },
    ...(row.associatedRole === null ? {} : { associated_role: row.associatedRole }),
    status: row.status,
    flag: row.flag,
    required_tasks: row.requiredVariants.flatMap((id) => {
      const variant = findTaskVariant(policy, { id })
      return variant ? [presentVariant(variant)] : []
    }),
    history: history
      .filter((line) => line.kind === 'STATUS')
      .map(({ status, at, comment }) => ({
        status,
        date: formatDateTime(at),
        ...(comment === null ? {} : { comment }),
      })),
    flag_history: flagLines(history).map(({ status, flag, at }) => ({
      status,
      flag,
      date: formatDateTime(at),
    })),
    approval_blockers: blockers.map((blocker) => presentBlocker(blocker, policy)),
    hidden: row.hidden,
  }
}

function presentProduct(product: Product): ProductResource {
  return {
    id: product.id,
    alias: product.alias,
    name: product.name,
    automatically_apply: product.automatically_apply,
    automatically_approve: product.automatically_approve,
    is_deleted: false,
  }
}

function presentBlocker(blocker: Blocker, policy: Policy): ApprovalBlocker {
  if (blocker.kind !== 'INCOMPLETE_TASK') return { blocker_type: blocker.kind }
  const variant = findTaskVariant(policy, { id: blocker.variantId })
  return {
    blocker_type: 'INCOMPLETE_TASK',
    ...(variant ? { task_type: variant.task_type, task_variant: presentVariant(variant) } : {}),
  }
}
