import type { CollectionStep, ListCollectionSteps } from '@drawbridge/schema/collection-step.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { getRoot } from '../profile-root/index.ts'
import { presentSteps } from './present.ts'

/** The data that is waited for of a profile. Raises `profile.unknown`. */
export async function listSteps(
  scope: Scope,
  input: Input<typeof ListCollectionSteps>,
): Promise<CollectionStep[]> {
  return presentSteps(scope, await getRoot(scope, input.profile_id))
}
