import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import { Policy } from '@drawbridge/policy/policy.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { PublishPolicy } from '@drawbridge/schema/policies.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { assertPublishable } from './check-policy.ts'
import { changedRuling, policyAsKept } from './current-policy.ts'
import { readDraft } from './draft.ts'
import { selectDocument } from './queries.ts'
import { deleteDraft, insertVersion, lockPolicies, selectVersions } from './queries-versions.ts'

/**
 * Puts the draft in force as the next version; returns its number. Raises `policy.draft-missing`, `policy.invalid`, and
 * `policy.draft-changed` when the draft is not the one that `draft_etag` names.
 */
export async function publishDraft(scope: Scope, input: Input<typeof PublishPolicy>): Promise<number> {
  await lockPolicies(scope)
  const { policy, etag } = await readDraft(scope)
  const wanted = input.body?.draft_etag
  if (wanted !== undefined && wanted !== etag) throw new Fault('policy.draft-changed')
  const version = await publish(scope, policy, null)
  await deleteDraft(scope)
  return version
}

/**
 * Puts the document of an older version in force again, as a new version; returns its number. A draft stays as it is.
 * Raises `policy.unknown-version`, and `policy.invalid` when this release no longer accepts the document.
 */
export async function rollBackPolicy(scope: Scope, input: { readonly version: number }): Promise<number> {
  await lockPolicies(scope)
  return publish(scope, await readVersion(scope, input.version), input.version)
}

/** The policy as it was in a version. Raises `policy.unknown-version`. */
export async function readVersion(scope: Scope, version: number): Promise<Policy> {
  const document = await selectDocument(scope, version)
  if (document !== undefined) return Policy.parse(document)
  if (version === defaultPolicy.version && (await selectVersions(scope)).length === 0) return defaultPolicy
  throw new Fault('policy.unknown-version')
}

async function publish(scope: Scope, policy: Policy, rolledBackTo: number | null): Promise<number> {
  const inForce = await policyAsKept(scope)
  await assertPublishable(scope, policy)
  await keepShipped(scope)
  const version = inForce.version + 1
  await insertVersion(scope, {
    version,
    document: { ...policy, version },
    publishedAt: scope.now,
    actorKind: scope.actor.kind,
    actorId: scope.actor.id,
    rolledBackTo,
  })
  changedRuling(scope)
  scope.record(
    {
      kind: 'policy.published',
      payload: { version, ...(rolledBackTo === null ? {} : { rolled_back_to: rolledBackTo }) },
    },
    null,
  )
  return version
}

/** The first version published keeps the shipped one, which a later release may change. */
async function keepShipped(scope: Scope): Promise<void> {
  if ((await selectVersions(scope)).length > 0) return
  await insertVersion(scope, {
    version: defaultPolicy.version,
    document: defaultPolicy,
    publishedAt: null,
    actorKind: 'system',
    actorId: null,
    rolledBackTo: null,
  })
}
