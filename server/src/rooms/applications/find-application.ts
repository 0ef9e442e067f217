import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { type ApplicationRow, selectApplications } from './queries.ts'

/** An application of the profile. Raises `application.unknown`. */
export async function findApplication(
  scope: Scope,
  profile: ProfileRoot,
  applicationId: string,
): Promise<ApplicationRow> {
  const rows = (await selectApplications(scope, [profile])).get(profile.id) ?? []
  const row = rows.find((candidate) => candidate.id === applicationId.toLowerCase())
  if (!row) throw new Fault('application.unknown')
  return row
}
