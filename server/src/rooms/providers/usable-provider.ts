import type { CheckType } from '@drawbridge/schema/check.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { type ConfiguredProvider, configuredProvider } from './configured-provider.ts'

/** The provider of this alias; undefined where it may not be asked in this environment, or does not exist any more. */
export async function usableProvider(
  scope: Scope,
  alias: string,
  checkType: CheckType,
): Promise<ConfiguredProvider | undefined> {
  try {
    return await configuredProvider(scope, alias, checkType)
  } catch (error) {
    if (error instanceof Fault && error.reason === 'provider.demo-only') return undefined
    throw error
  }
}
