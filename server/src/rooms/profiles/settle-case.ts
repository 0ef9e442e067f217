import type { Action } from '@drawbridge/policy/decide.ts'
import { findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy } from '@drawbridge/policy/policy.ts'
import { settle } from '@drawbridge/policy/settle.ts'
import type { Actor, Scope } from '../../platform/scope.ts'
import { type ApplicationRow, caseOf, changeApplication, selectApplications } from '../applications/index.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfile, type ProfileRoot, updateCategory } from '../profile-root/index.ts'
import { addTasks, selectTasks } from '../tasks/index.ts'

const thePolicy: Actor = { kind: 'policy', id: null }

/** Loads a case, decides it by the policy and applies what was decided, in this transaction. */
export async function settleCase(scope: Scope, profileId: string): Promise<void> {
  const profile = await lockProfile(scope, profileId)
  const policy = await currentPolicy(scope)
  const [applicationsOf, tasksOf] = await Promise.all([
    selectApplications(scope, [profile]),
    selectTasks(scope, [profile]),
  ])
  const applications = applicationsOf.get(profile.id) ?? []
  const tasks = tasksOf.get(profile.id) ?? []
  const { subject, actions } = settle(caseOf(profile, { applications, tasks }), policy)
  if (actions.length === 0) return
  await addDueTasks(scope, profile, actions, policy)
  for (const application of applications) await changeDue(scope, profile, application, subject.applications)
  if (subject.category !== profile.category) await updateCategory(scope, profile, subject.category)
}

async function addDueTasks(scope: Scope, profile: ProfileRoot, actions: readonly Action[], policy: Policy) {
  const variants = actions.flatMap((action) =>
    action.kind === 'add-task' ? (findTaskVariant(policy, { id: action.variantId }) ?? []) : [],
  )
  if (variants.length > 0) await addTasks(scope, profile, variants, thePolicy)
}

async function changeDue(
  scope: Scope,
  profile: ProfileRoot,
  application: ApplicationRow,
  settled: readonly Pick<ApplicationRow, 'id' | 'status' | 'flag' | 'requiredVariants'>[],
): Promise<void> {
  const now = settled.find((candidate) => candidate.id === application.id)
  if (!now) return
  const { status, flag, requiredVariants } = now
  const same =
    status === application.status &&
    flag === application.flag &&
    requiredVariants.length === application.requiredVariants.length
  if (same) return
  await changeApplication(
    scope,
    profile,
    application,
    { status, flag, requiredVariants },
    { actor: thePolicy, comment: null, reasons: [] },
  )
}
