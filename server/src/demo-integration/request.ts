import { z } from 'zod'
import type { ProviderOrder } from '../provider-kit/provider.ts'

const common = {
  demo_result: z.string().nullish(),
  commercial_relationship: z.enum(['DIRECT', 'PASSFORT']),
  provider_config: z.looseObject({}),
  provider_credentials: z.record(z.string(), z.string().nullish()).nullish(),
}
const customData = z.looseObject({}).nullish()

/** The body of `POST /checks` (provider protocol 1.4). */
export const StartBody = z.looseObject({ id: z.uuid(), ...common, check_input: z.looseObject({}) })

/** The body of `/poll`, `/ready` and `/complete`. */
export const StartedBody = z.looseObject({
  id: z.uuid(),
  ...common,
  provider_id: z.string(),
  reference: z.string(),
  custom_data: customData,
})

/** The body of `/monitored_checks/ready` and `/monitored_checks/poll`. */
export const MonitoredBody = z.looseObject({ reference: z.string(), ...common })

/** The body of `/search`. */
export const SearchBody = z.looseObject({
  ...common,
  search_input: z.looseObject({
    query: z.string(),
    country_of_incorporation: z.string(),
    state_of_incorporation: z.string().nullish(),
  }),
})

/** The body of `/download_file`. */
export const DownloadBody = z.looseObject({
  check_id: z.uuid(),
  file_reference: z.string(),
  download_info: z.union([
    z.looseObject({ download_type: z.literal('IMAGE'), image_type: z.string() }),
    z.looseObject({ download_type: z.literal('FILE'), file_type: z.string() }),
  ]),
  ...common,
  custom_data: customData,
})

const Common = z.looseObject(common)

/** What every order of the platform carries. */
export function orderOf(body: z.infer<typeof Common>): Omit<ProviderOrder, 'checkId'> {
  const credentials = body.provider_credentials ?? null
  const filled = Object.entries(credentials ?? {}).map(([name, value]) => [name, value ?? ''] as const)
  return {
    demoResult: body.demo_result ?? null,
    relationship: body.commercial_relationship === 'PASSFORT' ? 'RESOLD' : 'DIRECT',
    config: body.provider_config,
    credentials: credentials === null ? null : Object.fromEntries(filled),
  }
}
