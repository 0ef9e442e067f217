import type { ListApplications, ProductApplication } from '@drawbridge/schema/application.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { getRoot } from '../profile-root/index.ts'
import { presentApplications } from './present.ts'
import { readApplications, readCase } from './read-applications.ts'

/** The applications of a profile, oldest first. Raises `profile.unknown`. */
export async function listApplications(
  scope: Scope,
  input: Input<typeof ListApplications>,
): Promise<ProductApplication[]> {
  const profile = await getRoot(scope, input.profile_id)
  const read = await readApplications(scope, [profile])
  const subject = await readCase(scope, profile, read)
  return presentApplications(profile.id, read, subject, await currentPolicy(scope))
}
