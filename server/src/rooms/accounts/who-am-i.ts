import type { Output } from '@drawbridge/schema/operation.ts'
import type { WhoAmI } from '@drawbridge/schema/whoami.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectInstitution } from './queries.ts'

/** The institution of the key; a key has no user. */
export async function whoAmI(scope: Scope): Promise<Output<typeof WhoAmI>> {
  return { institution: await selectInstitution(scope), user: null }
}
