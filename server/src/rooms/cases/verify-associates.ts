import type { Action } from '@drawbridge/policy/action.ts'
import { EntityData } from '@drawbridge/schema/collected-data.ts'
import type { Scope } from '../../platform/scope.ts'
import {
  countryOf,
  fromStored,
  type ListedAssociate,
  selectVersions,
  storeNext,
  type Verified,
  withVerified,
  writeFirstData,
} from '../collected-data/index.ts'
import { addProfile, lockProfile } from '../profile-root/index.ts'
import { linkAssociates, lockLinked } from '../profiles/index.ts'

type Verify = Extract<Action, { kind: 'verify-associate' }>

/** Associates that one run takes up; a job goes on with the rest. */
const verifiedMax = 100

/**
 * Puts associates of a locked company on the lists of tasks: each gets a profile of its own, unless it has one, and
 * applies for what the task asks. The company's data is written once.
 */
export async function verifyAssociates(
  scope: Scope,
  companyId: string,
  listed: readonly ListedAssociate[],
  actions: readonly Verify[],
): Promise<void> {
  if (actions.length === 0) return
  const company = await lockProfile(scope, companyId)
  const before = (await selectVersions(scope, [company])).get(company.id)
  if (!before) return
  const verified = new Map<string, Verified>()
  for (const [at, wanted] of Map.groupBy(actions, (action) => action.at)) {
    const associate = listed[at]
    if (!associate || verified.size >= verifiedMax) continue
    const profileId = associate.profileId ?? (await makeProfile(scope, associate))
    const taskVariantIds = wanted.map((action) => action.variantId)
    if (profileId !== null) verified.set(associate.id, { profileId, taskVariantIds })
  }
  const stored = { ...before, associates: withVerified(before.associates, verified) }
  const linked = await lockLinked(scope, fromStored(stored), '', [])
  const written = await storeNext(scope, company, stored, before)
  await linkAssociates(scope, written, linked)
  if (verified.size >= verifiedMax)
    await scope.enqueue('settle-case', { profile_id: company.id }, { key: `settle-case/${company.id}` })
}

/** Makes the profile of an associate from what the company's list says of it; null when that is nothing. */
async function makeProfile(scope: Scope, associate: ListedAssociate): Promise<string | null> {
  const { customer_ref, customer_reference, ...said } = associate.immediateData ?? {}
  const data = EntityData.safeParse({ ...said, entity_type: associate.entityType })
  if (associate.immediateData === null || !data.success) return null
  const role = `${data.data.entity_type}_ASSOCIATED` as const
  const root = await addProfile(scope, role, data.data.entity_type, countryOf(data.data))
  scope.record({ kind: 'profile.created', payload: { role, entity_type: data.data.entity_type } }, root)
  await writeFirstData(scope, root, data.data)
  return root.id
}
