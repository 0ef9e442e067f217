import type { CheckTemplate, ProviderDescription } from '../../provider-kit/provider.ts'

/** The most that a call may take, in seconds: what the integration asks for, and no more than the account allows. */
export function timeoutOf(limitSeconds: number | null, template: CheckTemplate): number {
  const own =
    template.type === 'ONE_TIME_SYNCHRONOUS' ? template.timeoutSeconds : template.requestTimeoutSeconds
  return limitSeconds === null ? own : Math.min(own, limitSeconds)
}

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
