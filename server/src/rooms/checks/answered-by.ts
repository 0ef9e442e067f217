import type { Scope, Subject } from '../../platform/scope.ts'
import { selectContents } from './queries.ts'
import { type Conversation, selectLastRun } from './queries-runs.ts'

/** Who answered a check, and how the provider names it. */
interface AnsweredBy {
  /** The provider by alias. */
  readonly provider: string
  /** Null where the provider answered at once and gave it no name. */
  readonly conversation: Conversation | null
  /** Whether whoever asked for the check wants no monitoring to follow from it. */
  readonly isMonitoringUnwanted: boolean
}

/** The provider that answered last for a check; undefined where the check was run elsewhere. */
export async function answeredBy(
  scope: Scope,
  profile: Subject,
  checkId: string,
): Promise<AnsweredBy | undefined> {
  const run = await selectLastRun(scope, profile, checkId)
  if (!run) return undefined
  const content = (await selectContents(scope, profile, [checkId])).get(checkId)
  const isMonitoringUnwanted = content?.input.extra.disable_monitoring === true
  return { provider: run.provider, conversation: run.conversation, isMonitoringUnwanted }
}
