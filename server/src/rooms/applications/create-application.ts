import type { CreateApplication } from '@drawbridge/schema/application.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile } from '../profile-root/index.ts'
import { apply, namedProduct } from './apply.ts'

/** Makes a profile apply for a product (R46). Raises `profile.unknown`, `product.unknown`, `product.closed`. */
export async function createApplication(scope: Scope, input: Input<typeof CreateApplication>) {
  const profile = await lockProfile(scope, input.profile_id)
  const product = await namedProduct(scope, profile, input.body, '/product')
  return {
    profileId: profile.id,
    applicationId: await apply(scope, profile, product, input.body.associated_role),
  }
}
