import type { Scope } from '../../platform/scope.ts'

/** What stands in the database for an integration's name of a check: nobody can read the name from it. */
export function referenceToken(
  scope: Pick<Scope, 'vault'>,
  integrationId: string | null,
  named: { readonly providerId: string; readonly reference: string },
): bigint {
  const { providerId, reference } = named
  return scope.vault.token('check-reference', JSON.stringify([integrationId, providerId, reference]))
}
