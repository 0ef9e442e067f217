import type { Scope } from '../../platform/scope.ts'
import { selectKeys } from './queries.ts'

/** What the audit and notes call the keys with these ids. */
export async function actorNames(scope: Scope, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  return new Map((await selectKeys(scope)).map((key) => [key.id, key.name]))
}
