import type { CheckType } from '@drawbridge/schema/check.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { createHttpProvider } from '../../provider-kit/http-provider.ts'
import { type DataProvider, type ProviderDescription, timeoutOf } from '../../provider-kit/provider.ts'
import { demoProvider } from '../../providers/demo/index.ts'
import { environmentOf } from '../accounts/index.ts'
import { selectProviderByAlias, selectSecrets } from './queries.ts'

/** A provider that may be asked now, with all that a call to it needs. */
export interface ConfiguredProvider {
  /** Null for the one within this process. */
  readonly id: string | null
  readonly alias: string
  readonly name: string
  readonly provider: DataProvider
  readonly relationship: 'DIRECT' | 'RESOLD'
  /** Null when the contract is ours, sold on. */
  readonly credentials: Readonly<Record<string, string>> | null
  /** As set up for the environment; what a policy's check variant sets goes before it. */
  readonly config: Readonly<Record<string, unknown>>
  /** Whether this is the demo environment, where no provider is asked for anything that is real or costs. */
  readonly isDemo: boolean
  /** The most that one call may take. */
  readonly timeoutSeconds: number
}

/** The alias of the provider that is always there in the demo environment. */
export const demoAlias = 'demo'

/**
 * The provider of this alias for checks of this type; undefined when there is none that has been validated for it. The
 * alias `demo` is built in, in the demo environment. Raises `provider.demo-only` for it in the live environment: a
 * decision about a real person never rests on an invented answer.
 */
export async function configuredProvider(
  scope: Scope,
  alias: string,
  checkType: CheckType,
): Promise<ConfiguredProvider | undefined> {
  const isDemo = (await environmentOf(scope)) === 'demo'
  if (alias === demoAlias) {
    if (!isDemo) throw new Fault('provider.demo-only')
    return builtIn(checkType)
  }
  const row = await selectProviderByAlias(scope, alias)
  if (row?.state !== 'VALIDATED' || row.checkType !== checkType) return undefined
  const secrets = await selectSecrets(scope, row.id)
  if (!secrets) return undefined
  const description = row.description as ProviderDescription
  const timeoutSeconds = timeoutOf(row.timeoutSeconds, description.template)
  const { secret } = secrets
  const fetch = scope.outbound.guardedFetch
  return {
    id: row.id,
    alias,
    name: row.name,
    provider: createHttpProvider({ url: row.url, secret, description, fetch, timeoutSeconds }),
    relationship: row.relationship,
    credentials: row.relationship === 'RESOLD' ? null : (secrets.credentials ?? {}),
    config: row.config,
    isDemo,
    timeoutSeconds,
  }
}

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

function builtIn(checkType: CheckType): ConfiguredProvider {
  const provider = demoProvider(checkType)
  return {
    id: null,
    alias: demoAlias,
    name: provider.description.providerName,
    provider,
    relationship: 'DIRECT',
    credentials: {},
    config: {},
    isDemo: true,
    timeoutSeconds: timeoutOf(null, provider.description.template),
  }
}
