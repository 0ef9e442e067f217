import type { Input } from '@drawbridge/schema/operation.ts'
import type { DeleteProfile } from '@drawbridge/schema/profile.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { deleteApplications } from '../applications/index.ts'
import { deleteChecks } from '../checks/index.ts'
import { deleteTerms, deleteVersions, displayName, selectVersions } from '../collected-data/index.ts'
import { deleteSteps } from '../collection-steps/index.ts'
import { deleteImages } from '../documents/index.ts'
import { deleteEvents } from '../events/index.ts'
import { deleteFiles } from '../files/index.ts'
import { deleteReferences, deleteRoot, lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { removeAllTags } from '../tags/index.ts'
import { deleteTasks } from '../tasks/index.ts'
import { belowOf, unflagOpened } from './link-associates.ts'
import {
  deleteKeptReplies,
  deleteLinksAround,
  insertErasure,
  selectLinksOfCompany,
  selectLinksTo,
} from './queries.ts'
import { initialsOf } from './rules.ts'

/**
 * Deletes a profile for good: its key is destroyed, so that nothing sealed under it opens again, here or in a
 * backup that is restored. Its initials and the reason stay in the institution's ledger. Raises `profile.unknown`,
 * `profile.confirm-id-mismatch`.
 */
export async function deleteProfile(scope: Scope, input: Input<typeof DeleteProfile>): Promise<void> {
  const profile = await lockProfile(scope, input.profile_id)
  if (input.body.confirm_id.toLowerCase() !== profile.id)
    throw new Fault('profile.confirm-id-mismatch', { pointer: '/confirm_id' })
  const { message } = input.body
  await eraseProfile(scope, profile, message)
}

/** Erases a locked profile and notes the erasure for the list outside the database. */
export async function eraseProfile(
  scope: Scope,
  profile: ProfileRoot,
  message: string | undefined,
): Promise<void> {
  const stored = (await selectVersions(scope, [profile])).get(profile.id)
  const initials = stored ? initialsOf(displayName(stored.data)) : ''
  const companies = ((await selectLinksTo(scope, [profile])).get(profile.id) ?? []).map(
    (link) => link.companyId,
  )
  await deleteKeptReplies(scope, [profile.id, ...companies])
  await removeAllTags(scope, profile.id)
  if (stored) await deleteTerms(scope, profile.id, stored)
  await deleteReferences(scope, profile.id)
  const below = await belowOf(scope, await selectLinksOfCompany(scope, profile.id))
  await deleteLinksAround(scope, profile.id)
  await unflagOpened(scope, below)
  await deleteImages(scope, profile.id)
  await deleteFiles(scope, profile.id)
  await deleteSteps(scope, profile.id)
  await deleteChecks(scope, profile.id)
  await deleteEvents(scope, profile.id)
  await deleteTasks(scope, profile.id)
  await deleteApplications(scope, profile.id)
  await deleteVersions(scope, profile.id)
  await deleteRoot(scope, profile)
  await insertErasure(scope, profile.id)
  const said = message === undefined ? {} : { message }
  // The profile's own key is gone: what stays is sealed by the account's.
  scope.record(
    { kind: 'profile.deleted', payload: { initials, ...said } },
    { id: profile.id, key: scope.vault.dataKey },
  )
  await scope.enqueue('finish-erasure', { profile_id: profile.id }, { key: `finish-erasure/${profile.id}` })
}
