import type { ProviderBreaker, ProviderResource } from '@drawbridge/schema/provider.ts'
import { ProviderValidation } from '@drawbridge/schema/provider.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import type { ProviderDescription, ProviderField } from '../../provider-kit/provider.ts'
import type { ProviderRow } from './queries.ts'
import type { BreakerRow } from './queries-places.ts'
import { canMonitor } from './rules.ts'
import { breakerStateOf } from './rules-breaker.ts'

/** A provider as the contract shows it, without the report of its validation and without any secret. */
export function presentProvider(
  row: ProviderRow,
  breaker: BreakerRow | undefined,
  now: Date,
): ProviderResource {
  return {
    id: row.id,
    alias: row.alias,
    name: row.name,
    url: row.url,
    check_type: row.checkType,
    relationship: row.relationship,
    state: row.state,
    key_id: row.keyId,
    has_credentials: row.hasCredentials,
    ...presentDescription(row.description as ProviderDescription | null),
    config: { ...row.config },
    limits: {
      calls_per_second: row.callsPerSecond,
      calls_per_minute: row.callsPerMinute,
      concurrent_calls: row.concurrentCalls,
      timeout_seconds: row.timeoutSeconds,
      migration_percent: row.migrationPercent,
      breaker_failures: row.breakerFailures,
    },
    ...(row.limitsUrl === null ? {} : { limits_url: row.limitsUrl }),
    breaker: presentBreaker(breaker, now),
    created_on: formatDateTime(row.createdAt),
    changed_on: formatDateTime(row.changedAt),
  }
}

/** The report of the last validation; empty when there was none. */
export function presentValidation(row: ProviderRow): Pick<ProviderResource, 'validation'> {
  return row.report === null ? {} : { validation: ProviderValidation.parse(row.report) }
}

function presentDescription(description: ProviderDescription | null) {
  if (description === null) return {}
  return {
    template: description.template.type,
    monitoring_available: canMonitor(description),
    supported_countries: [...description.supportedCountries],
    supported_features: [...description.supportedFeatures],
    credential_fields: description.credentialFields.map(presentField),
    config_fields: description.configFields.map(presentField),
  }
}

function presentField({ name, label, type, subtext, options }: ProviderField) {
  return {
    name,
    label,
    type,
    ...(subtext === undefined ? {} : { subtext }),
    ...(options === undefined ? {} : { options: [...options] }),
  }
}

function presentBreaker(breaker: BreakerRow | undefined, now: Date): ProviderBreaker {
  if (!breaker) return { state: 'CLOSED', failures: 0, interactive_calls: 0, migration_calls: 0 }
  const { openUntil, failures, interactiveCalls, migrationCalls } = breaker
  return {
    state: breakerStateOf(breaker, now),
    failures,
    ...(openUntil === null ? {} : { open_until: formatDateTime(openUntil) }),
    interactive_calls: interactiveCalls,
    migration_calls: migrationCalls,
  }
}
