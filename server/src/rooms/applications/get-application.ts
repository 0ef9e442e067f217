import type { GetApplication, ProductApplication } from '@drawbridge/schema/application.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { listApplications } from './list-applications.ts'

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
