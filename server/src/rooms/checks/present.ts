import type { Policy } from '@drawbridge/policy/policy.ts'
import type { CheckResource } from '@drawbridge/schema/check.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { type CheckContent, type CheckRow, selectContents } from './queries.ts'
import { presentError } from './rules.ts'

/** Checks of one profile as the contract shows them, with what they asked and were answered. */
export async function presentChecks(
  scope: Scope,
  profile: Subject,
  checks: readonly CheckRow[],
): Promise<CheckResource[]> {
  if (checks.length === 0) return []
  const ids = checks.map((check) => check.id)
  const [policy, contents] = await Promise.all([currentPolicy(scope), selectContents(scope, profile, ids)])
  return checks.map((check) => presentCheck(check, contents.get(check.id), policy))
}

function presentCheck(check: CheckRow, content: CheckContent | undefined, policy: Policy): CheckResource {
  const variant = policy.check_variants.find(({ id }) => id === check.variantId)
  const named = variant && { variant: { id: variant.id, alias: variant.alias, name: variant.name } }
  const resources = content?.output?.externalResources ?? []
  return {
    ...shownExtra(content),
    id: check.id,
    check_type: check.checkType,
    ...named,
    state: check.state,
    ...(check.result === null ? {} : { result: check.result }),
    ...(check.decision === null ? {} : { decision: check.decision }),
    ...dates(check),
    errors: (content?.errors ?? []).map(presentError),
    task_ids: [...check.taskIds],
    instructed_externally: check.instructedExternally,
    providers: [...check.providers],
    ...(content === undefined ? {} : { input_data: { ...content.input.data } }),
    ...(content?.output?.output ? { output_data: { ...content.output.output } } : {}),
    ...(resources.length === 0 ? {} : { external_resources: [...resources] }),
  }
}

/** What the caller gave besides the data, by the names it was given by. */
function shownExtra(content: CheckContent | undefined): Readonly<Record<string, unknown>> {
  const { placeholder_id: _, ...extra } = content?.input.extra ?? {}
  return extra
}

function dates(check: CheckRow): Partial<CheckResource> {
  const completed = check.completedAt && formatDateTime(check.completedAt)
  return {
    instructed_on: formatDateTime(check.instructedAt),
    ...(check.startedAt === null ? {} : { started_on: formatDateTime(check.startedAt) }),
    ...(completed === null ? {} : { completed_on: completed, performed_on: completed }),
  }
}

/** What a check was answered, in the contract's shape; null while it is open, and where nothing was found. */
export async function readOutput(
  scope: Scope,
  profile: Subject,
  checkId: string,
): Promise<Record<string, unknown> | null> {
  const content = (await selectContents(scope, profile, [checkId])).get(checkId)
  return content?.output?.output ? { ...content.output.output } : null
}
