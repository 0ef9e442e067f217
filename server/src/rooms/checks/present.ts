import { namedVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy } from '@drawbridge/policy/policy.ts'
import type { CheckResource } from '@drawbridge/schema/check.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { signExternalUrl } from '../providers/index.ts'
import { type CheckContent, type CheckRow, selectContents } from './queries.ts'
import { selectLastRun } from './queries-runs.ts'
import { presentError } from './rules.ts'
import { shownOutput } from './rules-screening.ts'

/** Checks of one profile as the contract shows them, with what they asked and were answered. */
export async function presentChecks(
  scope: Scope,
  profile: Subject,
  checks: readonly CheckRow[],
): Promise<CheckResource[]> {
  if (checks.length === 0) return []
  const ids = checks.map((check) => check.id)
  const [policy, contents] = await Promise.all([currentPolicy(scope), selectContents(scope, profile, ids)])
  const shown: CheckResource[] = []
  for (const check of checks) {
    const content = contents.get(check.id)
    const pages = await externalPages(scope, profile, check, content)
    shown.push({ ...presentCheck(check, content, policy), ...pages })
  }
  return shown
}

/** The pages at the provider's that a person may open, their addresses signed for whoever looks. */
async function externalPages(
  scope: Scope,
  profile: Subject,
  check: CheckRow,
  content: CheckContent | undefined,
): Promise<Partial<CheckResource>> {
  const resources = content?.output?.externalResources ?? []
  if (resources.length === 0) return {}
  const integrationId = (await selectLastRun(scope, profile, check.id))?.integrationId ?? null
  const pages: object[] = []
  for (const resource of resources) {
    if (integrationId === null) pages.push(resource)
    else {
      const url = await signExternalUrl(scope, integrationId, String(resource.url))
      if (url !== undefined) pages.push({ ...resource, url })
    }
  }
  return { external_resources: pages }
}

function presentCheck(check: CheckRow, content: CheckContent | undefined, policy: Policy): CheckResource {
  const variant = policy.check_variants.find(({ id }) => id === check.variantId)
  return {
    ...shownExtra(content),
    id: check.id,
    check_type: check.checkType,
    ...namedVariant(variant),
    state: check.state,
    ...(check.result === null ? {} : { result: check.result }),
    ...(check.decision === null ? {} : { decision: check.decision }),
    ...dates(check),
    errors: (content?.errors ?? []).map(presentError),
    task_ids: [...check.taskIds],
    instructed_externally: check.instructedExternally,
    providers: [...check.providers],
    ...(content === undefined ? {} : { input_data: { ...content.input.data } }),
    ...(content?.output?.output ? { output_data: shownOutput(content.output.output) } : {}),
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
