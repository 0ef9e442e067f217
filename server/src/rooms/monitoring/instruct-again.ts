import { findTaskVariant, goesBy } from '@drawbridge/policy/look-up.ts'
import type { Policy, PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import type { Actor, Scope } from '../../platform/scope.ts'
import { instructCheck } from '../checks/index.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { selectTasks } from '../tasks/index.ts'

/** Runs a check of a locked profile again, for the live tasks that go by it. Returns its id. */
export async function instructAgain(
  scope: Scope,
  profile: ProfileRoot,
  policy: Policy,
  variant: PolicyCheckVariant,
  actor: Actor = scope.actor,
): Promise<string> {
  const tasks = (await selectTasks(scope, [profile])).get(profile.id) ?? []
  const taskIds = tasks
    .filter((task) => {
      const of = findTaskVariant(policy, { id: task.variantId })
      return task.expiredAt === null && of !== undefined && goesBy(of, variant.alias)
    })
    .map((task) => task.id)
  return instructCheck(scope, profile, { variant, taskIds, isAutomatic: true }, actor)
}
