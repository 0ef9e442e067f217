import type { ListApplications, ProductApplication } from '@drawbridge/schema/application.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { getRoot } from '../profile-root/index.ts'
import { presentApplications, readApplications } from './present.ts'

/** The applications of a profile, oldest first. Raises `profile.unknown`. */
export async function listApplications(
  scope: Scope,
  input: Input<typeof ListApplications>,
): Promise<ProductApplication[]> {
  const profile = await getRoot(scope, input.profile_id)
  return presentApplications(profile, await readApplications(scope, [profile]), await currentPolicy(scope))
}
