import type { CheckType } from '@drawbridge/schema/check.ts'
import { countries } from '@drawbridge/schema/countries.ts'
import type { CheckTemplate, ProviderDescription } from '../../provider-kit/provider.ts'

const everywhere = countries.map((country) => country.alpha3)

/** Whether checks of the type are answered in steps and can be monitored: those that compare with lists that change. */
export function isWatched(checkType: CheckType): boolean {
  return isScreening(checkType) || checkType === 'COMPANY_MERCHANT_FRAUD_SCREENING'
}

/** Whether the type looks for a person or company in lists, so that its answer is hits. */
export function isScreening(checkType: CheckType): boolean {
  return checkType === 'PEPS_AND_SANCTIONS_SCREEN' || checkType === 'COMPANY_PEPS_AND_SANCTIONS_SCREEN'
}

/** How the demo provider answers in this process: at once, and what is watched with the first poll, which is due at once. */
export function localTemplate(checkType: CheckType): CheckTemplate {
  if (!isWatched(checkType)) return { type: 'ONE_TIME_SYNCHRONOUS', timeoutSeconds: 60 }
  return {
    type: 'MONITORED_POLLING',
    requestTimeoutSeconds: 60,
    polling: { initialIntervalSeconds: 0, pollingIntervalSeconds: 1, pollsMax: 5 },
    updateIntervalSeconds: 120,
  }
}

/** What the demo provider says of itself for a check type. It is never resold, so it never charges. */
export function descriptionOf(checkType: CheckType, template: CheckTemplate): ProviderDescription {
  return {
    providerName: 'Demo provider',
    checkType,
    template,
    supportsReselling: false,
    maximumCost: null,
    supportedCountries: everywhere,
    supportedFeatures: featuresOf(checkType),
    credentialFields: [{ type: 'password', name: 'api_key', label: 'API key', subtext: 'Any text will do.' }],
    configFields: [],
    outputCustomFields: isCustom(checkType) ? outputCustomFields : {},
  }
}

const isCustom = (checkType: CheckType) => checkType.endsWith('_CUSTOM')

const outputCustomFields: ProviderDescription['outputCustomFields'] = {
  s_note: { type: 'STRING', label: 'Note' },
  b_seen: { type: 'BOOLEAN', label: 'Seen' },
  n_score: { type: 'DECIMAL', label: 'Score' },
}

function featuresOf(checkType: CheckType): readonly string[] {
  const external = ['EXTERNAL_LINK', 'EXTERNAL_EMBED']
  if (isScreening(checkType)) return ['PEPS', 'SANCTIONS', 'ADVERSE_MEDIA', ...external]
  if (isCustom(checkType)) return ['CUSTOM_DATA_OUTPUT', ...external]
  return checkType === 'COMPANY_DATA' ? ['COMPANY_SEARCH', 'PROVIDER_FIELD_CHECKS', ...external] : external
}
