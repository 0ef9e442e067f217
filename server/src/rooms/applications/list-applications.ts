import type { GetApplication, ListApplications, ProductApplication } from '@drawbridge/schema/application.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
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

/** One application. Raises `profile.unknown`, `application.unknown`. */
export async function getApplication(
  scope: Scope,
  input: Input<typeof GetApplication>,
): Promise<ProductApplication> {
  return showApplication(scope, { profileId: input.profile_id, applicationId: input.application_id })
}

/** An application as it stands now. */
export async function showApplication(
  scope: Scope,
  at: { profileId: string; applicationId: string },
): Promise<ProductApplication> {
  const shown = await listApplications(scope, { profile_id: at.profileId, body: undefined })
  const application = shown.find((candidate) => candidate.id === at.applicationId.toLowerCase())
  if (!application) throw new Fault('application.unknown')
  return application
}
