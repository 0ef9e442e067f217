import type { ProviderResource } from '@drawbridge/schema/provider.ts'
import type { Scope } from '../platform/scope.ts'
import { listProviders } from '../rooms/providers/index.ts'
import { CommandRefusal } from './refusal.ts'

/** The provider of an alias. Raises `CommandRefusal` when the environment has none. */
export async function providerNamed(scope: Scope, alias: string): Promise<ProviderResource> {
  const found = (await listProviders(scope)).find((row) => row.alias === alias)
  if (!found)
    throw new CommandRefusal(
      `There is no provider ${alias} in this environment: drawbridge provider list shows them`,
    )
  return found
}
