import type { Scope } from '../../platform/scope.ts'
import { type EnvironmentSettings, selectSettings, updateSettings } from './queries.ts'

/** Changes what is given of the environment's settings and leaves the rest. Returns what is now in force. */
export async function changeSettings(
  scope: Scope,
  changes: Partial<Omit<EnvironmentSettings, 'environment'>>,
): Promise<EnvironmentSettings> {
  const settings = { ...(await selectSettings(scope)), ...changes }
  await updateSettings(scope, settings)
  scope.record(
    {
      kind: 'account.settings-changed',
      payload: {
        accepts_query_key: settings.acceptsQueryKey,
        unique_customer_ref: settings.uniqueCustomerRef,
        unique_associate_ref: settings.uniqueAssociateRef,
        calls_per_hour: settings.callsPerHour,
      },
    },
    null,
  )
  return settings
}
