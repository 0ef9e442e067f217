import type { ProviderResource } from '@drawbridge/schema/provider.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { presentProvider, presentValidation } from './present.ts'
import { selectProvider, selectProviders } from './queries.ts'
import { selectBreakers } from './queries-places.ts'

/** The providers of the environment, by alias, without the reports of their validation. */
export async function listProviders(scope: Scope): Promise<ProviderResource[]> {
  const [rows, breakers] = await Promise.all([selectProviders(scope), selectBreakers(scope)])
  const byProvider = new Map(breakers.map((breaker) => [breaker.providerId, breaker]))
  return rows.map((row) => presentProvider(row, byProvider.get(row.id), scope.now))
}

/** A provider with the report of its last validation. Raises `provider.unknown`. */
export async function getProvider(
  scope: Scope,
  { provider_id }: { provider_id: string },
): Promise<ProviderResource> {
  const id = provider_id.toLowerCase()
  const [row, breakers] = await Promise.all([selectProvider(scope, id), selectBreakers(scope)])
  if (!row) throw new Fault('provider.unknown')
  const breaker = breakers.find(({ providerId }) => providerId === id)
  return { ...presentProvider(row, breaker, scope.now), ...presentValidation(row) }
}
