import type { Environment } from '@drawbridge/schema/environment.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectSettings } from './queries.ts'

const environments = new Map<string, Environment>()

/** Demo or live. An account is one of them for ever, so that the database is asked once. */
export async function environmentOf(scope: Scope): Promise<Environment> {
  const known = environments.get(scope.accountId)
  if (known) return known
  const { environment } = await selectSettings(scope)
  environments.set(scope.accountId, environment)
  return environment
}
