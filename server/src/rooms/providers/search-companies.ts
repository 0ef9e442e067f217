import type { Output } from '@drawbridge/schema/operation.ts'
import type { SearchCompanies } from '@drawbridge/schema/search.ts'
import { Fault } from '../../platform/fault.ts'
import { type Engine, type Opening, type Scope, withScope } from '../../platform/scope.ts'
import { ProviderFailure } from '../../provider-kit/provider.ts'
import { currentPolicy, disabledCheckVariantIds } from '../policies/index.ts'
import { type ConfiguredProvider, usableProvider } from './configured-provider.ts'
import { foundCompany, isForCountry, searchError } from './rules-search.ts'
import { endPlace, takePlace } from './take-place.ts'

interface Asked {
  readonly country: string
  readonly query: string
  readonly state?: string | undefined
}

type Found = Output<typeof SearchCompanies>

/** Whom to ask, and how its variant sets it up. */
interface Source {
  readonly provider: ConfiguredProvider
  readonly config: Readonly<Record<string, unknown>>
}

/**
 * Asks the source of company search that the published policy names, outside every transaction. What the source could
 * not do is told in `errors`. Raises `company-search.not-configured`, `request.missing-field` for the USA without a
 * state, whose companies are registered by state.
 */
export async function searchCompanies(engine: Engine, opening: Opening, asked: Asked): Promise<Found> {
  if (asked.country === 'USA' && asked.state === undefined)
    throw new Fault('request.missing-field', {
      pointer: '/state',
      message: '`state` is missing: companies of the USA are registered by state',
    })
  const source = await withScope(engine, opening, (scope) => sourceOf(scope, asked.country))
  const working = { ...opening, readOnly: false }
  const place = await takePlace(engine, working, source.provider, 0)
  if ('retryAt' in place)
    return refused(302, source, 'PROVIDER_CONNECTION', 'The source is busy or out of order: ask again soon')
  let outcome: 'answered' | 'failed' = 'failed'
  try {
    const { candidates, errors } = await ask(source, asked)
    outcome = 'answered'
    return {
      companies: candidates.map(foundCompany),
      errors: errors.map((error) => searchError(303, source.provider.alias, error)),
    }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return refused(302, source, 'PROVIDER_CONNECTION', error.message)
  } finally {
    await endPlace(engine, working, place.leaseId, outcome)
  }
}

async function sourceOf(scope: Scope, country: string): Promise<Source> {
  const [policy, disabled] = await Promise.all([currentPolicy(scope), disabledCheckVariantIds(scope)])
  for (const variant of policy.check_variants) {
    if (!variant.is_company_search || disabled.includes(variant.id)) continue
    for (const named of variant.providers) {
      if (!isForCountry(named.countries, country)) continue
      const provider = await usableProvider(scope, named.provider, variant.check_type)
      if (provider) return { provider, config: { ...provider.config, ...named.config } }
    }
  }
  throw new Fault('company-search.not-configured')
}

function ask({ provider, config }: Source, { query, country, state }: Asked) {
  const { relationship, credentials } = provider
  // A source outside is told that nothing real is wanted; the one within answers by the words of the query.
  const demoResult = provider.isDemo && provider.id !== null ? 'MANY_HITS' : null
  return provider.provider.search(
    { demoResult, relationship, config, credentials, query, country, state: state ?? null },
    AbortSignal.timeout(provider.timeoutSeconds * 1000),
  )
}

function refused(code: 302 | 303, source: Source, type: string, message: string): Found {
  return { companies: [], errors: [searchError(code, source.provider.alias, { type, message })] }
}
