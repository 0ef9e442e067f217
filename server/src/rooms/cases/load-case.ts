import type { Case } from '@drawbridge/policy/case.ts'
import type { Scope } from '../../platform/scope.ts'
import { caseOf, selectApplications, selectApprovedProducts, selectHistory } from '../applications/index.ts'
import { selectChecks } from '../checks/index.ts'
import {
  fromStored,
  type ListedAssociate,
  listedAssociates,
  type StoredData,
  selectVersions,
} from '../collected-data/index.ts'
import { openStepCount } from '../collection-steps/index.ts'
import { selectEvents } from '../events/index.ts'
import { disabledCheckVariantIds } from '../policies/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { selectTasks } from '../tasks/index.ts'
import { selectDue } from './queries-due.ts'

/** Everything about a case that a decision may depend on, and what carrying out the decision needs besides. */
export interface LoadedCase {
  readonly subject: Case
  readonly stored: StoredData | undefined
  /** Those on a company's lists, in the order of `Case.associates`. */
  readonly listed: readonly ListedAssociate[]
}

/** Loads the case of a locked profile. What is asked for goes to the database together. */
export async function loadCase(scope: Scope, profile: ProfileRoot): Promise<LoadedCase> {
  const [versions, rows] = await Promise.all([selectVersions(scope, [profile]), loadRows(scope, profile)])
  const stored = versions.get(profile.id)
  const listed =
    stored && profile.entityType === 'COMPANY' ? listedAssociates(stored.associates) : ([] as const)
  const associates = await loadAssociates(scope, listed)
  const data: Case['data'] = stored ? fromStored(stored) : { entity_type: profile.entityType }
  return { subject: caseOf(profile, { ...rows, data, associates }), stored, listed }
}

/** The case after the rows of a profile that the transaction holds have changed, read from what it remembers. */
export async function reloadRows(
  scope: Scope,
  profile: ProfileRoot,
  { subject: { data, associates } }: LoadedCase,
): Promise<Case> {
  return caseOf(profile, { ...(await loadRows(scope, profile)), data, associates })
}

async function loadRows(scope: Scope, profile: ProfileRoot) {
  const profiles = [profile]
  const [applications, tasks, checks, events, steps, disabled] = await Promise.all([
    selectApplications(scope, profiles),
    selectTasks(scope, profiles),
    selectChecks(scope, profiles),
    selectEvents(scope, profiles),
    openStepCount(scope, profiles),
    disabledCheckVariantIds(scope),
    // Not looked at, but needed to write what changes; read later they would be a way to the database of their own.
    selectHistory(scope, profiles),
    selectDue(scope, profile),
  ])
  return {
    applications: applications.get(profile.id) ?? [],
    tasks: tasks.get(profile.id) ?? [],
    checks: checks.get(profile.id) ?? [],
    events: (events.get(profile.id) ?? []).map(({ changedAt, ...event }) => ({
      ...event,
      createdAt: changedAt,
    })),
    openCollectionSteps: steps.get(profile.id) ?? 0,
    disabledCheckVariantIds: disabled,
  }
}

async function loadAssociates(scope: Scope, listed: readonly ListedAssociate[]): Promise<Case['associates']> {
  const ids = listed.flatMap((associate) => associate.profileId ?? [])
  const approved = ids.length === 0 ? new Map<string, string[]>() : await selectApprovedProducts(scope, ids)
  return listed.map(({ profileId, roles, share, isFormer, taskVariantIds, removedVariantIds }) => ({
    profileId,
    roles,
    share,
    isFormer,
    taskVariantIds,
    removedVariantIds,
    approvedProductIds: (profileId === null ? undefined : approved.get(profileId)) ?? [],
  }))
}
