import type {
  CollectionStep,
  NewCollectionStep,
  ReplaceCollectionSteps,
} from '@drawbridge/schema/collection-step.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { fromStored, selectVersions } from '../collected-data/index.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { selectSteps, writeSteps } from './queries.ts'
import { openSteps } from './rules.ts'

/** Replaces all steps of a profile; those whose data is there already are gone at once. Raises `profile.unknown`. */
export async function replaceSteps(
  scope: Scope,
  input: Input<typeof ReplaceCollectionSteps>,
): Promise<ProfileRoot> {
  const profile = await lockProfile(scope, input.profile_id)
  const wanted = input.body.map((step) => withId(scope, step))
  await keepOpen(scope, profile, wanted)
  return profile
}

/** Takes away the steps of a locked profile whose data is there now; `addedId` is a document that was just added. */
export async function dropSatisfied(scope: Scope, profile: ProfileRoot, addedId?: string): Promise<void> {
  const steps = (await selectSteps(scope, [profile])).get(profile.id)
  if (steps !== undefined) await keepOpen(scope, profile, steps, addedId)
}

async function keepOpen(
  scope: Scope,
  profile: ProfileRoot,
  steps: readonly CollectionStep[],
  addedId?: string,
): Promise<void> {
  const stored = (await selectVersions(scope, [profile])).get(profile.id)
  const before = (await selectSteps(scope, [profile])).get(profile.id) ?? []
  const open = stored ? openSteps(steps, fromStored(stored), addedId) : [...steps]
  if (JSON.stringify(open) === JSON.stringify(before)) return
  await writeSteps(scope, profile, open)
  const collection_types = open.map((step) => step.collection_type)
  scope.record({ kind: 'collection-steps.replaced', payload: { collection_types } }, profile)
}

function withId(scope: Scope, step: NewCollectionStep): CollectionStep {
  if (step.collection_type === 'DOCUMENT' || step.collection_type === 'DOCUMENT_FOR_TASK')
    return { ...step, id: step.id?.toLowerCase() ?? scope.newId() }
  return step
}
