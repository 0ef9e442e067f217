import type { Action } from '@drawbridge/policy/action.ts'
import { findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy } from '@drawbridge/policy/policy.ts'
import { settle } from '@drawbridge/policy/settle.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfile } from '../profile-root/index.ts'
import { changeTaskRow, selectTasks } from '../tasks/index.ts'
import { applyAction } from './apply-action.ts'
import { type LoadedCase, loadCase, reloadRows } from './load-case.ts'
import { writeDue } from './queries-due.ts'
import { nextDue } from './rules-due.ts'
import { expiriesByRisk } from './rules-expiry.ts'
import { verifyAssociates } from './verify-associates.ts'

/** A decision of the second run is about what only carrying out the first could tell: ids, days, new associates. */
const runsMax = 2

/** Loads a case, decides it by the policy and carries out what was decided, in this transaction. */
export async function settleCase(scope: Scope, profileId: string): Promise<void> {
  const profile = await lockProfile(scope, profileId)
  const [policy, loaded] = await Promise.all([currentPolicy(scope), loadCase(scope, profile)])
  let current = await setExpiriesByRisk(scope, profileId, loaded, policy)
  for (let run = 1; run <= runsMax; run += 1) {
    const { actions } = settle(current.subject, policy, scope.now)
    if (actions.length === 0) break
    await carryOut(scope, profileId, { actions, loaded: current, policy })
    const next = await after(scope, profileId, current, actions)
    const endedAtOnce = completeChecks(next) > completeChecks(current)
    current = await setExpiriesByRisk(scope, profileId, next, policy)
    if (!endedAtOnce && !actions.some((action) => leavesMore(action, policy))) break
  }
  await writeDue(scope, await lockProfile(scope, profileId), nextDue(current.subject, policy, scope.now))
}

async function carryOut(
  scope: Scope,
  profileId: string,
  run: { readonly actions: readonly Action[]; readonly loaded: LoadedCase; readonly policy: Policy },
): Promise<void> {
  const made = new Map<string, string>()
  for (const action of run.actions)
    if (action.kind !== 'verify-associate')
      await applyAction(scope, { profileId, policy: run.policy, made }, action)
  const verifying = run.actions.filter((action) => action.kind === 'verify-associate')
  await verifyAssociates(scope, profileId, run.loaded.listed, verifying)
}

async function after(
  scope: Scope,
  profileId: string,
  loaded: LoadedCase,
  actions: readonly Action[],
): Promise<LoadedCase> {
  const profile = await lockProfile(scope, profileId)
  if (actions.some((action) => action.kind === 'verify-associate')) return loadCase(scope, profile)
  return { ...loaded, subject: await reloadRows(scope, profile, loaded) }
}

/** A check for which no provider works ends while it is instructed. */
function completeChecks({ subject }: LoadedCase): number {
  return subject.checks.filter((check) => check.state === 'COMPLETE').length
}

function leavesMore(action: Action, policy: Policy): boolean {
  if (action.kind === 'verify-associate' || action.kind === 'pass-task') return true
  if (action.kind !== 'add-task') return false
  return findTaskVariant(policy, { id: action.variantId })?.skip_first_version === true
}

/** Sets the ends of passed tasks whose days depend on the risk. */
async function setExpiriesByRisk(
  scope: Scope,
  profileId: string,
  loaded: LoadedCase,
  policy: Policy,
): Promise<LoadedCase> {
  const due = expiriesByRisk(loaded.subject, policy)
  if (due.size === 0) return loaded
  const profile = await lockProfile(scope, profileId)
  let changed = false
  for (const task of (await selectTasks(scope, [profile])).get(profile.id) ?? []) {
    const at = due.get(task.id)
    if (at === undefined || at.getTime() === task.defaultExpiresAt?.getTime()) continue
    await changeTaskRow(scope, profile, { ...task, defaultExpiresAt: at })
    changed = true
  }
  return changed ? { ...loaded, subject: await reloadRows(scope, profile, loaded) } : loaded
}
