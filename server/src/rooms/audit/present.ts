import type { AuditAction, AuditItem } from '@drawbridge/schema/audit.ts'
import type { Fact } from '@drawbridge/schema/facts.ts'
import type { SealedFact } from './queries.ts'

/** A fact as a line of the audit. */
export function presentFact(
  profileId: string,
  { id, actorKind, actorId, at, hash }: SealedFact,
  fact: Fact,
  action: AuditAction,
  names: ReadonlyMap<string, string>,
): AuditItem {
  const name = actorId === null ? undefined : names.get(actorId)
  return {
    id,
    profileID: profileId,
    action,
    user: null,
    ...(actorKind === 'key' && name !== undefined ? { apikey: { name } } : {}),
    timestamp: Math.floor(at.getTime() / 1000),
    message: messageOf(fact),
    ref_data: referenceOf(fact),
    ...fileOf(fact),
    signature: hash === null ? null : hash.toString('hex'),
  }
}

/** What a person said with the act. */
function messageOf(fact: Fact): string | null {
  if (fact.kind === 'application.status-changed' || fact.kind === 'application.reverted')
    return fact.payload.comment ?? null
  return fact.kind === 'note.removed' ? (fact.payload.text ?? null) : null
}

/** What the line refers to. The documents before and after a change are read where they are kept, by version. */
function referenceOf(fact: Fact): Record<string, unknown> {
  if (fact.kind !== 'collected-data.replaced') return { ...fact.payload }
  const { old_data: _old, new_data: _new, ...rest } = fact.payload
  return rest
}

function fileOf(fact: Fact): Pick<AuditItem, 'filename' | 'filehash'> {
  if (fact.kind === 'file.added')
    return { filename: fact.payload.name, filehash: fact.payload.sha256 ?? null }
  if (fact.kind === 'document-image.added') return { filename: null, filehash: fact.payload.sha256 ?? null }
  return { filename: null }
}
