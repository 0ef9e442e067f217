import type { ProviderChanges } from '@drawbridge/schema/provider.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import type { ProviderDescription } from '../../provider-kit/provider.ts'
import { lockProvider, type ProviderRow, updateCredentials, updateProvider } from './queries.ts'
import { recordProvider } from './record-provider.ts'
import { assertConfig, assertCredentials, changedLimits } from './rules.ts'

/**
 * Changes what is given. Another address or relationship makes it a draft again: nothing is known of what answers
 * there. Another host is not given the credentials that were meant for the one before. Raises `provider.unknown`, `provider.not-validated` for a configuration that nobody has declared yet,
 * `request.invalid-field` for a field that the integration does not have.
 */
export async function changeProvider(
  scope: Scope,
  { provider_id, body }: { provider_id: string; body: ProviderChanges },
): Promise<{ provider_id: string }> {
  const row = await lockProvider(scope, provider_id.toLowerCase())
  if (!row) throw new Fault('provider.unknown')
  const description = row.description as ProviderDescription | null
  if (body.credentials) assertCredentials(description, body.credentials)
  const credentials = body.credentials === undefined && goesElsewhere(row, body) ? null : body.credentials
  if (credentials !== undefined) await updateCredentials(scope, row.id, credentials)
  await updateProvider(scope, { ...changed(row, body), changedAt: scope.now })
  recordProvider(scope, 'provider.changed', { ...row, name: body.name ?? row.name })
  return { provider_id: row.id }
}

function goesElsewhere(row: ProviderRow, { url }: ProviderChanges): boolean {
  return url !== undefined && new URL(url).origin !== new URL(row.url).origin
}

function changed(row: ProviderRow, body: ProviderChanges): ProviderRow {
  const next: ProviderRow = {
    ...row,
    name: body.name ?? row.name,
    url: body.url ?? row.url,
    relationship: body.relationship ?? row.relationship,
    ...changedLimits(row, body.limits ?? {}),
    limitsUrl: body.limits_url === undefined ? row.limitsUrl : body.limits_url,
    config: body.config === undefined ? row.config : changedConfig(row, body.config),
  }
  const isAnother = next.url !== row.url || next.relationship !== row.relationship
  const validatedAt = isAnother ? null : row.validatedAt
  const isDisabled = body.is_disabled ?? row.state === 'DISABLED'
  const state = isDisabled ? 'DISABLED' : validatedAt === null ? 'DRAFT' : 'VALIDATED'
  return { ...next, state, validatedAt, report: isAnother ? null : row.report }
}

function changedConfig(row: ProviderRow, config: Record<string, unknown>): Record<string, unknown> {
  const description = row.description as ProviderDescription | null
  if (description === null || row.validatedAt === null)
    throw new Fault('provider.not-validated', { pointer: '/config' })
  assertConfig(description, config)
  return { ...row.config, ...config }
}
