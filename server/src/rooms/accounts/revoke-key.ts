import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { updateKeyRevoked } from './queries.ts'

/** Ends an API key, at once and for good. Raises `key.unknown` when there is no such key in use. */
export async function revokeKey(scope: Scope, id: string): Promise<void> {
  if (!(await updateKeyRevoked(scope, id)))
    throw new Fault('key.unknown', { message: `There is no key ${id} in use in this environment` })
  scope.record({ kind: 'key.revoked', payload: { key_id: id } }, null)
}
