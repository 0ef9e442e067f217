import type { Action } from '@drawbridge/policy/action.ts'
import { findCheckVariant, findTaskVariant } from '@drawbridge/policy/look-up.ts'
import type { Policy } from '@drawbridge/policy/policy.ts'
import type { Actor, Scope } from '../../platform/scope.ts'
import { type ApplicationChange, changeApplication, findApplication } from '../applications/index.ts'
import { instructCheck } from '../checks/index.ts'
import { lockProfile, updateCategory } from '../profile-root/index.ts'
import { addTasks, changeTaskState, endTask, findTask, succeedTask, type TaskRow } from '../tasks/index.ts'

/** Who decides by the policy. */
export const thePolicy: Actor = { kind: 'policy', id: null }

/** One carrying out of decisions. */
export interface Run {
  readonly profileId: string
  readonly policy: Policy
  /** The ids of what was made in this run, by the name that decisions give it: `new/<variantId>`. */
  readonly made: Map<string, string>
}

/** Every action but those that are carried out together, once for all. */
export type SingleAction = Exclude<Action, { kind: 'verify-associate' }>

type Kind = SingleAction['kind']
type Of<K extends Kind> = Extract<SingleAction, { kind: K }>
type Verbs = { readonly [K in Kind]: (scope: Scope, run: Run, action: Of<K>) => Promise<void> }

const verbs: Verbs = {
  'set-risk': (scope, run, { applicationId, risk }) => change(scope, run, applicationId, { risk }),
  'require-tasks': (scope, run, { applicationId, variantIds }) =>
    change(scope, run, applicationId, { requiredVariants: variantIds }),
  'change-status': (scope, run, { applicationId, status, because }) =>
    change(scope, run, applicationId, { status }, because),
  'change-flag': (scope, run, { applicationId, flag }) => change(scope, run, applicationId, { flag }),
  'raise-manual-action': (scope, run, { applicationId }) =>
    change(scope, run, applicationId, { isManualActionRaised: true }),
  'clear-manual-action': (scope, run, { applicationId }) =>
    change(scope, run, applicationId, { isManualActionRaised: false }),
  'change-category': async (scope, run, { category }) => {
    await updateCategory(scope, await lockProfile(scope, run.profileId), category)
  },
  'add-task': addTask,
  'new-task-version': newTaskVersion,
  'expire-task': async (scope, run, { taskId }) => {
    const profile = await lockProfile(scope, run.profileId)
    await endTask(scope, profile, await taskOf(scope, run, taskId), 'EXPIRY_PERIOD_ENDED', thePolicy)
  },
  'pass-task': (scope, run, { taskId }) => setState(scope, run, taskId, 'COMPLETED_PASS'),
  'reopen-task': (scope, run, { taskId }) => setState(scope, run, taskId, 'INCOMPLETE'),
  'run-check': runCheck,
}

/** Carries out one decision by the verb of its room; what it makes is entered in `run.made`. */
export async function applyAction(scope: Scope, run: Run, action: SingleAction): Promise<void> {
  await perform(scope, run, action.kind, action)
}

async function perform<K extends Kind>(scope: Scope, run: Run, kind: K, action: Of<K>): Promise<void> {
  await verbs[kind](scope, run, action)
}

async function change(
  scope: Scope,
  run: Run,
  applicationId: string,
  to: ApplicationChange,
  because?: Of<'change-status'>['because'],
): Promise<void> {
  const profile = await lockProfile(scope, run.profileId)
  const row = await findApplication(scope, profile, applicationId)
  const mover = { actor: thePolicy, comment: null, reasons: [] }
  await changeApplication(scope, profile, row, to, because === undefined ? mover : { ...mover, because })
}

async function addTask(scope: Scope, run: Run, { variantId }: Of<'add-task'>): Promise<void> {
  const variant = findTaskVariant(run.policy, { id: variantId })
  if (!variant) return
  const profile = await lockProfile(scope, run.profileId)
  const [id = ''] = await addTasks(scope, profile, [variant], thePolicy)
  run.made.set(`new/${variantId}`, id)
}

async function newTaskVersion(scope: Scope, run: Run, action: Of<'new-task-version'>): Promise<void> {
  const { variantId } = action
  const variant = findTaskVariant(run.policy, { id: variantId })
  if (!variant) return
  const profile = await lockProfile(scope, run.profileId)
  const task = await taskOf(scope, run, action.taskId)
  const id = await succeedTask(scope, profile, task, variant, thePolicy)
  run.made.set(`new/${variantId}`, id)
}

function realId(run: Run, id: string): string {
  return run.made.get(id) ?? id
}

async function taskOf(scope: Scope, run: Run, id: string): Promise<TaskRow> {
  return findTask(scope, await lockProfile(scope, run.profileId), realId(run, id))
}

async function setState(scope: Scope, run: Run, id: string, state: TaskRow['state']): Promise<void> {
  const task = await taskOf(scope, run, id)
  await changeTaskState(scope, await lockProfile(scope, run.profileId), task, state, thePolicy)
}

async function runCheck(scope: Scope, run: Run, { variantId, taskIds }: Of<'run-check'>): Promise<void> {
  const variant = findCheckVariant(run.policy, { id: variantId })
  if (!variant) return
  const profile = await lockProfile(scope, run.profileId)
  const order = { variant, taskIds: taskIds.map((id) => realId(run, id)), isAutomatic: true }
  await instructCheck(scope, profile, order, thePolicy)
}
