import type { ProviderLimits, ProviderResource } from '@drawbridge/schema/provider.ts'
import { UsageRefusal } from './command.ts'

const limitNames = [
  'calls_per_second',
  'calls_per_minute',
  'concurrent_calls',
  'timeout_seconds',
  'migration_percent',
  'breaker_failures',
] as const satisfies readonly (keyof ProviderLimits)[]

/** `calls-per-second=5 concurrent-calls=off` as limits to change. Raises `UsageRefusal`. */
export function readLimits(assignments: readonly string[]): Record<string, number | null> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const [word = '', value = ''] = assignment.split('=')
      const name = limitNames.find((candidate) => candidate.replaceAll('_', '-') === word)
      if (!name)
        throw new UsageRefusal(
          `There is no limit ${word}; there are ${limitNames.map((known) => known.replaceAll('_', '-')).join(', ')}`,
        )
      if (value === 'off') return [name, null]
      if (!/^\d+$/.test(value)) throw new UsageRefusal(`${word} is a whole number, or off`)
      return [name, Number(value)]
    }),
  )
}

/** The limits of a provider, one a line. */
export function limitLines({ limits, limits_url }: ProviderResource): string {
  const lines = limitNames.map((name) => `${name.replaceAll('_', '-').padEnd(18)} ${limits[name] ?? 'off'}\n`)
  return [...lines, ...(limits_url === undefined ? [] : [`told at            ${limits_url}\n`])].join('')
}

export const breakerHead = ['alias', 'breaker', 'failures', 'open until (UTC)', 'interactive', 'migration']

/** What is known of the outages of a provider and of the calls under way. */
export function breakerCells({ alias, breaker }: ProviderResource): string[] {
  return [
    alias,
    breaker.state.toLowerCase(),
    String(breaker.failures),
    breaker.open_until ?? '',
    String(breaker.interactive_calls),
    String(breaker.migration_calls),
  ]
}
