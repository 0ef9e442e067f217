import type { KeyClass } from '@drawbridge/schema/capability.ts'
import type { Scope } from '../../platform/scope.ts'
import { makeKey } from './make-key.ts'
import { insertKey, selectSettings } from './queries.ts'
import { placesOf } from './rules.ts'

/** What a new API key is to be. */
export interface KeyRequest {
  readonly name: string
  readonly class: KeyClass
  /** When it begins to work; now when absent. */
  readonly validFrom?: Date | undefined
  /** The most requests in flight; the class's own when absent, null for no bound. */
  readonly maxInFlight?: number | null | undefined
}

/** Issues an API key (R42, R43). The text is returned this once and kept nowhere. */
export async function issueKey(scope: Scope, request: KeyRequest): Promise<{ id: string; text: string }> {
  const { environment } = await selectSettings(scope)
  const { text, prefix, hash } = makeKey(environment)
  const id = scope.newId()
  await insertKey(scope, {
    id,
    name: request.name,
    class: request.class,
    prefix,
    hash,
    createdAt: scope.now,
    validFrom: request.validFrom ?? scope.now,
    maxInFlight: request.maxInFlight === undefined ? placesOf(request.class) : request.maxInFlight,
  })
  scope.record(
    { kind: 'key.issued', payload: { key_id: id, name: request.name, key_class: request.class } },
    null,
  )
  return { id, text }
}
