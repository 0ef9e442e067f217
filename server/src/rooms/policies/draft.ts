import { Policy } from '@drawbridge/policy/policy.ts'
import { faultsOf } from '@drawbridge/schema/faults.ts'
import { Fault, Faults } from '../../platform/fault.ts'
import { ifMatchHolds, readIfMatch, Tagged } from '../../platform/http/index.ts'
import type { Scope } from '../../platform/scope.ts'
import { policyAsKept } from './current-policy.ts'
import { type DraftRow, deleteDraft, lockPolicies, selectDraft, upsertDraft } from './queries-versions.ts'
import { unknownFields, withIds } from './rules-ids.ts'

type Document = Readonly<Record<string, unknown>>

/** The draft and the ETag that it has. Raises `policy.draft-missing`. */
export async function readDraft(scope: Scope): Promise<{ row: DraftRow; policy: Policy; etag: string }> {
  const row = await selectDraft(scope)
  if (!row) throw new Fault('policy.draft-missing')
  return { row, policy: Policy.parse(row.document), etag: etagOf(row) }
}

/**
 * Saves the draft in place of the one there was: what is new gets an id, what exists keeps its own. Its shape must be
 * that of a policy; what it refers to is looked at when it is validated. Raises `policy.stale` when `If-Match` names
 * another draft, and what is wrong with the fields.
 */
export async function saveDraft(scope: Scope, document: Document, ifMatch?: string): Promise<void> {
  const condition = readIfMatch(ifMatch)
  await lockPolicies(scope)
  const row = await selectDraft(scope)
  const current = row && { body: row.document, etag: etagOf(row) }
  if (current === undefined && condition !== undefined) throw new Fault('policy.draft-missing')
  if (current && !ifMatchHolds(condition, current.etag)) throw new Fault('policy.stale', { current })
  await upsertDraft(scope, await asPolicy(scope, document, row))
}

/**
 * A document as the policy that it would be in this environment: with every id, and the version that comes next. Raises
 * what is wrong with its fields.
 */
export async function asPolicy(scope: Scope, document: Document, draft?: DraftRow): Promise<Policy> {
  const existing = { inForce: await policyAsKept(scope), draft: draft && Policy.parse(draft.document) }
  const filled = withIds(document, existing, () => scope.newId())
  return readPolicy(filled, document, existing.inForce.version + 1)
}

/** Throws the draft away. Raises `policy.draft-missing`. */
export async function discardDraft(scope: Scope): Promise<void> {
  await lockPolicies(scope)
  if (!(await deleteDraft(scope))) throw new Fault('policy.draft-missing')
}

/** The draft as a reply shows it. */
export async function showDraft(scope: Scope): Promise<Tagged<Policy>> {
  const { policy, etag } = await readDraft(scope)
  return new Tagged(policy, etag)
}

function etagOf({ digest }: DraftRow): string {
  return `W/"${digest.slice(0, 32)}"`
}

function readPolicy(filled: Document, given: Document, version: number): Policy {
  const parsed = Policy.safeParse({ ...filled, version })
  if (!parsed.success)
    throw new Faults(faultsOf(parsed.error, filled).map((fault) => new Fault(fault.reason, fault)))
  const unknown = unknownFields(given, parsed.data)
  if (unknown.length > 0)
    throw new Faults(
      unknown.map(
        (pointer) =>
          new Fault('request.invalid-field', { pointer, message: `${pointer} is not a field of a policy` }),
      ),
    )
  return parsed.data
}
