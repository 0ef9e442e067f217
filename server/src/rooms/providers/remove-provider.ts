import type { ProviderResource } from '@drawbridge/schema/provider.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { getProvider } from './list-providers.ts'
import { deleteProvider, lockProvider } from './queries.ts'
import { recordProvider } from './record-provider.ts'

/**
 * Removes a provider with its secrets. Returns what it was. Raises `provider.unknown`, `provider.in-use` while a check
 * variant of the published policy names it.
 */
export async function removeProvider(
  scope: Scope,
  { provider_id }: { provider_id: string },
): Promise<ProviderResource> {
  const row = await lockProvider(scope, provider_id.toLowerCase())
  if (!row) throw new Fault('provider.unknown')
  const { check_variants } = await currentPolicy(scope)
  const variants = check_variants
    .filter(({ providers }) => providers.some(({ provider }) => provider === row.alias))
    .map(({ alias }) => alias)
  if (variants.length > 0)
    throw new Fault('provider.in-use', {
      message: `The published policy names ${row.alias} in ${variants.join(', ')}`,
      info: { variants },
    })
  const shown = await getProvider(scope, { provider_id: row.id })
  await deleteProvider(scope, row.id)
  recordProvider(scope, 'provider.removed', row)
  return shown
}
