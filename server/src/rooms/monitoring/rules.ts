import { isEnded } from '@drawbridge/policy/status.ts'
import type { ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { CheckTemplate } from '../../provider-kit/provider.ts'

/** The class of work: monitoring and rescreens give way to people who wait. */
export const backgroundClass = 1
/** How often a relation is looked at where its provider does not say, in seconds: daily. */
const intervalStandard = 86_400
const intervalMin = 60
const failureRestMs = 60_000

/** How often a provider with this template wants to be asked, in seconds; undefined where it watches nobody. */
export function watchInterval(template: CheckTemplate): number | undefined {
  if (template.type !== 'MONITORED_POLLING') return undefined
  const told = template.updateIntervalSeconds
  return Number.isFinite(told) && told > 0 ? Math.max(intervalMin, Math.round(told)) : intervalStandard
}

/** When to look again after a look that failed for the n-th time in a row: 1, 2, 4… minutes, no rarer than usual. */
export function afterFailure(now: Date, failures: number, intervalSeconds: number): Date {
  const restMs = failureRestMs * 2 ** Math.min(failures - 1, 20)
  return new Date(now.getTime() + Math.min(restMs, intervalSeconds * 1000))
}

/** Whether a client is to be watched: not one whose applications have all been rejected or cancelled. */
export function isWatched(applications: readonly { readonly status: ProductApplicationStatus }[]): boolean {
  return applications.length === 0 || applications.some((application) => !isEnded(application))
}

/** How many profiles one step of a rescreen reaches, and how long it rests after them, at a rate for a minute. */
export function rescreenStep(perMinute: number): { readonly profiles: number; readonly restMs: number } {
  const profiles = Math.max(1, Math.min(20, Math.floor(perMinute / 60)))
  return { profiles, restMs: Math.ceil((profiles * 60_000) / perMinute) }
}
