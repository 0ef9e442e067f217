import type { CollectionStep } from '@drawbridge/schema/collection-step.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { selectSteps } from './queries.ts'

/** The data that is waited for of one profile, as the contract shows it. */
export async function presentSteps(scope: Scope, profile: Subject): Promise<CollectionStep[]> {
  return [...((await selectSteps(scope, [profile])).get(profile.id) ?? [])]
}
