import { pointerTo } from '@drawbridge/schema/faults.ts'
import type { ProviderChanges, ValidationCheck } from '@drawbridge/schema/provider.ts'
import { Fault } from '../../platform/fault.ts'
import type { ProviderDescription, ProviderField } from '../../provider-kit/provider.ts'
import type { Limits, ProviderRow } from './queries.ts'

/** Whether the provider can go on watching after a check (R34). */
export function canMonitor(description: Pick<ProviderDescription, 'template'> | null): boolean {
  return description?.template.type === 'MONITORED_POLLING'
}

/** The configuration that an integration begins with: every field that it declares, at its default. */
export function defaultConfig(
  description: Pick<ProviderDescription, 'configFields'>,
): Record<string, unknown> {
  return Object.fromEntries(description.configFields.map((field) => [field.name, field.default ?? null]))
}

/** What holds where nothing was agreed. */
export const defaultLimits: Limits = {
  callsPerSecond: null,
  callsPerMinute: null,
  concurrentCalls: null,
  timeoutSeconds: null,
  migrationPercent: 50,
  breakerFailures: 5,
}

/** The limits after a change; what is left out stays, null takes a limit away. */
export function changedLimits(limits: Limits, changes: NonNullable<ProviderChanges['limits']>): Limits {
  const {
    calls_per_second = limits.callsPerSecond,
    calls_per_minute = limits.callsPerMinute,
    concurrent_calls = limits.concurrentCalls,
    timeout_seconds = limits.timeoutSeconds,
    migration_percent = limits.migrationPercent,
    breaker_failures = limits.breakerFailures,
  } = changes
  return {
    callsPerSecond: calls_per_second,
    callsPerMinute: calls_per_minute,
    concurrentCalls: concurrent_calls,
    timeoutSeconds: timeout_seconds,
    migrationPercent: migration_percent,
    breakerFailures: breaker_failures,
  }
}

/** Raises `request.invalid-field` for a credential that the integration, once validated, does not ask for. */
export function assertCredentials(
  description: Pick<ProviderDescription, 'credentialFields'> | null,
  credentials: Readonly<Record<string, string>>,
): void {
  if (description === null) return
  for (const name of Object.keys(credentials))
    if (!description.credentialFields.some((field) => field.name === name))
      throw invalid(pointerTo(['credentials', name]), 'The integration asks for no such credential')
}

/** Raises `request.invalid-field` for a field that the integration does not declare, or a value of another kind. */
export function assertConfig(
  description: Pick<ProviderDescription, 'configFields'>,
  config: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(config)) {
    const field = description.configFields.find((candidate) => candidate.name === name)
    if (!field) throw invalid(pointerTo(['config', name]), 'The integration declares no such field')
    const fault = faultOfValue(field, value)
    if (fault !== null) throw invalid(pointerTo(['config', name]), fault)
  }
}

/** What is wrong with a value for a field; null when nothing is. Kinds that are not known take any value. */
function faultOfValue({ type, options }: ProviderField, value: unknown): string | null {
  if (value === null) return null
  if (type === 'boolean') return typeof value === 'boolean' ? null : 'The value must be true or false'
  if (type === 'string' || type === 'password') {
    if (typeof value !== 'string') return 'The value must be a text'
    return isOption(options, value) ? null : 'The value must be one of the options of the field'
  }
  if (type !== 'MultiSelect' && type !== 'set') return null
  if (!Array.isArray(value)) return 'The value must be a list of options'
  return value.every((entry) => typeof entry === 'string' && isOption(options, entry))
    ? null
    : 'Every entry must be one of the options of the field'
}

function isOption(options: readonly string[] | undefined, value: string): boolean {
  return options === undefined || options.length === 0 || options.includes(value)
}

function invalid(pointer: string, message: string): Fault {
  return new Fault('request.invalid-field', { pointer, message })
}

/** Whether the integration is what it was registered as; besides what the protocol demands of any. */
export function registrationChecks(
  row: Pick<ProviderRow, 'checkType' | 'relationship'>,
  description: ProviderDescription | null,
  credentials: readonly string[],
): ValidationCheck[] {
  if (description === null) return []
  const { checkType, supportsReselling, credentialFields } = description
  const mayResell = supportsReselling && !checkType.endsWith('_CUSTOM')
  const missing = credentialFields.map(({ name }) => name).filter((name) => !credentials.includes(name))
  return [
    {
      name: 'registration.check_type',
      wanted: row.checkType,
      found: checkType,
      outcome: checkType === row.checkType ? 'PASSED' : 'FAILED',
    },
    {
      name: 'registration.relationship',
      wanted: row.relationship === 'RESOLD' ? 'an integration that can be resold' : 'any integration',
      found: mayResell ? 'it can be resold' : 'it cannot be resold',
      outcome: row.relationship === 'RESOLD' && !mayResell ? 'FAILED' : 'PASSED',
    },
    {
      name: 'registration.credentials',
      wanted: 'every credential that the integration asks for is set',
      found: missing.length === 0 ? 'all are set' : `not set: ${missing.join(', ')}`,
      outcome: row.relationship === 'RESOLD' ? 'SKIPPED' : missing.length === 0 ? 'PASSED' : 'WARNED',
    },
  ]
}
