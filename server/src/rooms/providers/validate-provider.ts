import type { ProviderValidation } from '@drawbridge/schema/provider.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import { Fault } from '../../platform/fault.ts'
import { type Engine, type Opening, type Scope, withScope } from '../../platform/scope.ts'
import type { ProviderDescription } from '../../provider-kit/provider.ts'
import { validateIntegration } from '../../provider-kit/validate-integration.ts'
import { lockProvider, type ProviderRow, selectProvider, selectSecrets, updateProvider } from './queries.ts'
import { recordProvider } from './record-provider.ts'
import { defaultConfig, registrationChecks } from './rules.ts'

/** What an integration answered, and what it was asked about. */
export interface Examined {
  readonly asked: Pick<ProviderRow, 'url' | 'relationship'>
  readonly description: ProviderDescription | null
  readonly checks: ProviderValidation['checks']
}

/**
 * Asks the integration everything that the protocol demands, outside every transaction: demo checks only, up to some
 * minutes. Raises `provider.unknown`.
 */
export async function examineProvider(
  engine: Engine,
  opening: Opening,
  { provider_id }: { provider_id: string },
): Promise<Examined> {
  const { row, secrets } = await withScope(engine, { ...opening, readOnly: true }, async (scope) => {
    const id = provider_id.toLowerCase()
    const found = await Promise.all([selectProvider(scope, id), selectSecrets(scope, id)])
    return { row: found[0], secrets: found[1] }
  })
  if (!row || !secrets) throw new Fault('provider.unknown')
  const credentials = secrets.credentials ?? {}
  const { description, checks } = await validateIntegration({
    url: row.url,
    secret: secrets.secret,
    credentials,
    fetch: engine.outbound.guardedFetch,
  })
  const own = registrationChecks(row, description, Object.keys(credentials))
  return {
    asked: { url: row.url, relationship: row.relationship },
    description,
    checks: [...own, ...checks],
  }
}

/**
 * Keeps what the validation found: a provider that passed can be used, with the configuration at its defaults again
 * (provider protocol 1.9); one that did not is a draft. Raises `provider.unknown`, `provider.changed-meanwhile` when it is not what was asked about.
 */
export async function keepValidation(
  scope: Scope,
  { provider_id, staged }: { provider_id: string; staged: Examined },
): Promise<{ provider_id: string }> {
  const row = await lockProvider(scope, provider_id.toLowerCase())
  if (!row) throw new Fault('provider.unknown')
  const { asked, checks, description } = staged
  if (row.url !== asked.url || row.relationship !== asked.relationship)
    throw new Fault('provider.changed-meanwhile')
  const passed = description !== null && checks.every(({ outcome }) => outcome !== 'FAILED')
  const report = { passed, performed_on: formatDateTime(scope.now), checks }
  await updateProvider(scope, {
    ...row,
    report,
    state: row.state === 'DISABLED' ? 'DISABLED' : passed ? 'VALIDATED' : 'DRAFT',
    validatedAt: passed ? scope.now : null,
    ...(passed ? { description, config: defaultConfig(description) } : {}),
    changedAt: scope.now,
  })
  recordProvider(scope, 'provider.changed', row)
  return { provider_id: row.id }
}
