import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectSettings } from '../accounts/index.ts'
import {
  deleteReferences,
  insertReference,
  type ProfileRoot,
  selectReferenceHolder,
} from '../profile-root/index.ts'

/** A holder may give a reference up between our two looks at it: this often is tried again. */
const attemptsMax = 3

/**
 * Moves a profile from one reference to another (R55, R56). Among the profiles in a customer role a reference is
 * unique, and among those in an associated role, where the environment says so; the two stand apart, and an empty
 * reference is none. Where it need not be unique the first holder keeps it, so that the rule holds from the day it is
 * switched on. Raises
 * `profile.customer-ref-taken` with the id of the holder; `pointer` is where the request gave the reference.
 */
export async function takeReference(
  scope: Scope,
  root: ProfileRoot,
  before: string | undefined,
  now: string | undefined,
  pointer: string,
): Promise<void> {
  if (before === now) return
  const kind = root.role.endsWith('_CUSTOMER') ? 'customer' : 'associate'
  if (before !== undefined) await deleteReferences(scope, root.id)
  if (now === undefined || now.trim() === '') return
  const reference = digest(scope, kind, now)
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    if (await insertReference(scope, reference, root.id)) return
    const settings = await selectSettings(scope)
    if (!(kind === 'customer' ? settings.uniqueCustomerRef : settings.uniqueAssociateRef)) return
    const holder = await selectReferenceHolder(scope, reference)
    if (holder !== undefined)
      throw new Fault('profile.customer-ref-taken', {
        message: 'Another profile has this customer reference',
        pointer,
        info: { profile_id: holder },
      })
  }
  throw new Fault('service.busy', { retryAfterSeconds: 1 })
}

/** 128 keyed bits of the reference as it stands: two references are one only when every character is. */
function digest(scope: Scope, kind: 'customer' | 'associate', reference: string): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeBigInt64BE(scope.vault.token(`${kind}-reference/1`, reference), 0)
  bytes.writeBigInt64BE(scope.vault.token(`${kind}-reference/2`, reference), 8)
  return bytes
}
