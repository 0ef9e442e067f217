import { findProduct } from '@drawbridge/policy/look-up.ts'
import type { Scope } from '../../platform/scope.ts'
import { type ApplicationRow, changeApplication, selectApplications } from '../applications/index.ts'
import { currentPolicy } from '../policies/index.ts'
import { lockProfiles } from '../profile-root/index.ts'
import { selectLinksTo } from '../profiles/index.ts'
import { thePolicy } from './apply-action.ts'

const ends: Partial<Record<ApplicationRow['status'], 'REJECTED' | 'CANCELLED'>> = {
  APPLIED: 'REJECTED',
  APPROVED: 'CANCELLED',
  IN_REVIEW: 'CANCELLED',
}

/**
 * Ends what an associate applies for as one, once it is on no company's lists any more (product behaviour 1.7). One
 * that was put back meanwhile, or was erased, is let be.
 */
export async function endAssociate(scope: Scope, profileId: string): Promise<void> {
  const profile = (await lockProfiles(scope, [profileId])).get(profileId)
  if (!profile?.role.endsWith('_ASSOCIATED')) return
  if (((await selectLinksTo(scope, [profile])).get(profile.id) ?? []).length > 0) return
  const policy = await currentPolicy(scope)
  for (const row of (await selectApplications(scope, [profile])).get(profile.id) ?? []) {
    const status = ends[row.status]
    const product = findProduct(policy, { id: row.productId })
    if (status !== undefined && product?.applicants === 'ASSOCIATED')
      await changeApplication(
        scope,
        profile,
        row,
        { status },
        { actor: thePolicy, comment: null, reasons: [] },
      )
  }
}
