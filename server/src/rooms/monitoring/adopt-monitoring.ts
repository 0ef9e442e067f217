import type { CheckType } from '@drawbridge/schema/check.ts'
import type { AdoptMonitoring, ListMonitoring, MonitoringResource } from '@drawbridge/schema/monitoring.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { currentPolicy } from '../policies/index.ts'
import { getRoot, lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { configuredProvider } from '../providers/index.ts'
import { presentMonitored } from './present.ts'
import { selectMonitored } from './queries-monitored.ts'
import { watchInterval } from './rules.ts'
import { begin } from './start-monitoring.ts'

/**
 * Carries on a relation that the client has with a provider already, by the provider's own reference (R36). The
 * provider is asked at once how things are: nothing is taken over from anybody else (R37). Raises `profile.unknown`,
 * `provider.unknown`, `monitoring.not-offered`, `monitoring.already-active`.
 */
export async function adoptMonitoring(scope: Scope, input: Input<typeof AdoptMonitoring>) {
  const profile = await lockProfile(scope, input.profile_id)
  const { provider: alias, check_type: checkType, reference, provider_id, adopted_from } = input.body
  const provider = await configuredProvider(scope, alias, checkType)
  if (!provider) throw new Fault('provider.unknown', { pointer: '/provider' })
  const intervalSeconds = watchInterval(provider.provider.description.template)
  if (intervalSeconds === undefined) throw new Fault('monitoring.not-offered', { pointer: '/provider' })
  const { id, isNew } = await begin(scope, profile, {
    provider: alias,
    checkType,
    variantId: await variantAsking(scope, alias, checkType),
    checkId: null,
    relation: {
      providerId: provider_id ?? '',
      reference,
      customData: {},
      providerName: provider.name,
      adoptedFrom: adopted_from,
    },
    isBegun: true,
    nextAt: scope.now,
    intervalSeconds,
  })
  if (!isNew) throw new Fault('monitoring.already-active', { pointer: '/provider' })
  return { profile, id }
}

/** The monitored check of the policy that asks this provider; null without one. */
async function variantAsking(scope: Scope, alias: string, checkType: CheckType): Promise<string | null> {
  const { check_variants: variants } = await currentPolicy(scope)
  const asks = variants.find(
    (variant) =>
      variant.is_monitored &&
      variant.check_type === checkType &&
      variant.providers.some(({ provider }) => provider === alias),
  )
  return asks?.id ?? null
}

/** The providers that watch a profile, or did. Raises `profile.unknown`. */
export async function listMonitoring(
  scope: Scope,
  input: Input<typeof ListMonitoring>,
): Promise<MonitoringResource[]> {
  const profile = await getRoot(scope, input.profile_id)
  return (await selectMonitored(scope, profile)).map(presentMonitored)
}

/** A relation as it stands now. */
export async function showMonitoring(
  scope: Scope,
  at: { readonly profile: ProfileRoot; readonly id: string },
): Promise<MonitoringResource> {
  const row = (await selectMonitored(scope, at.profile)).find(({ id }) => id === at.id)
  if (!row) throw new Error('A relation that was begun can be shown')
  return presentMonitored(row)
}
