import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectSettings } from '../accounts/index.ts'
import {
  deleteReferences,
  insertReference,
  type ProfileRoot,
  selectReferenceHolder,
} from '../profile-root/index.ts'

/**
 * Moves a customer from one reference to another (R55, R56). Among the profiles in a customer role a reference is
 * unique, where the environment says so; associates stand apart. Raises `profile.customer-ref-taken` with the id
 * of the holder.
 */
export async function takeReference(
  scope: Scope,
  root: ProfileRoot,
  before: string | undefined,
  now: string | undefined,
): Promise<void> {
  if (!root.role.endsWith('_CUSTOMER') || before === now) return
  if (before !== undefined) await deleteReferences(scope, root.id)
  if (now === undefined || !(await selectSettings(scope)).uniqueCustomerRef) return
  const reference = digest(scope, now)
  if (await insertReference(scope, reference, root.id)) return
  throw new Fault('profile.customer-ref-taken', {
    message: 'Another profile has this customer reference',
    pointer: '/collected_data/customer_ref',
    info: { profile_id: await selectReferenceHolder(scope, reference) },
  })
}

/** 128 keyed bits of the reference as it stands: two references are one only when every character is. */
function digest(scope: Scope, reference: string): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeBigInt64BE(scope.vault.token('customer-reference/1', reference), 0)
  bytes.writeBigInt64BE(scope.vault.token('customer-reference/2', reference), 8)
  return bytes
}
