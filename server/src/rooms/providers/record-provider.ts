import type { Scope } from '../../platform/scope.ts'
import type { ProviderRow } from './queries.ts'

/** Records what became of a provider. */
export function recordProvider(
  scope: Scope,
  kind: 'provider.registered' | 'provider.changed' | 'provider.removed',
  row: Pick<ProviderRow, 'id' | 'alias' | 'name' | 'checkType'>,
): void {
  const payload = { provider_id: row.id, alias: row.alias, name: row.name, check_type: row.checkType }
  scope.record({ kind, payload }, null)
}
