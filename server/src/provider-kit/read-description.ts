import { CheckType } from '@drawbridge/schema/check.ts'
import { z } from 'zod'
import { isPeerObject, looseNumber, looseText, looseTruth, orElse, readPeer, wholeText } from './lenient.ts'
import {
  type CheckTemplate,
  type PollingStrategy,
  type ProviderDescription,
  ProviderFailure,
  type ProviderField,
} from './provider.ts'

const TIMEOUT_SECONDS = 60
const TIMEOUT_SECONDS_MAX = 600
const WAIT_SECONDS_MAX = 30 * 24 * 3600
const POLLS_MAX = 10_000
const FIELDS_MAX = 100

/** What newer documents call the screening checks (provider protocol 1.3). */
const CHECK_TYPE_ALIASES: Readonly<Record<string, string>> = {
  INDIVIDUAL_SCREENING: 'PEPS_AND_SANCTIONS_SCREEN',
  COMPANY_SCREENING: 'COMPANY_PEPS_AND_SANCTIONS_SCREEN',
}

const seconds = orElse(looseNumber(0, TIMEOUT_SECONDS_MAX), null).transform(
  (value) => value || TIMEOUT_SECONDS,
)
const interval = looseNumber(0, WAIT_SECONDS_MAX)

const Polling = z.object({
  initial_interval: orElse(interval, 0),
  polling_interval: interval,
  max_polls: looseNumber(1, POLLS_MAX).pipe(z.int()),
})

const callbackSeconds = orElse(interval, null).transform((value) => value || TIMEOUT_SECONDS)

/** Times by the name of the call, where one of them is for all that have none. */
const Timeouts = z
  .object({ default: orElse(interval, null), start: orElse(interval, null), poll: orElse(interval, null) })
  .transform((times) => Math.max(0, ...Object.values(times).map((time) => time ?? 0)))

const FieldName = z
  .string()
  .regex(/^[\w.-]{1,100}$/)
  .refine((name) => !['__proto__', 'constructor', 'prototype'].includes(name))

const Option = z.union([
  looseText(200),
  z.looseObject({ value: looseText(200) }).transform(({ value }) => value),
])

const Field = z.object({
  type: wholeText(100),
  name: FieldName,
  label: orElse(looseText(300), ''),
  subtext: orElse(looseText(1_000), ''),
  options: z.array(Option).max(1_000).nullish(),
  items: z.looseObject({ options: z.array(Option).max(1_000).nullish() }).nullish(),
  default: z.unknown().optional(),
})

const Fields = orElse(
  z.object({ fields: orElse(z.array(Field).max(FIELDS_MAX), []) }).transform(({ fields }) => fields),
  [],
)

const CustomField = z.object({
  type: z.enum(['STRING', 'BOOLEAN', 'DECIMAL']),
  label: orElse(looseText(300), ''),
})

const Configuration = z.object({
  check_type: wholeText(100)
    .transform((name) => CHECK_TYPE_ALIASES[name] ?? name)
    .pipe(CheckType),
  check_template: z.looseObject({ type: wholeText(100) }),
  pricing: orElse(
    z.object({
      supports_reselling: orElse(looseTruth, false),
      maximum_cost: orElse(looseNumber(0, 1_000_000), null),
    }),
    { supports_reselling: false, maximum_cost: null },
  ),
  supported_countries: z
    .array(
      z
        .string()
        .transform((code) => code.toUpperCase())
        .pipe(z.string().regex(/^[A-Z]{3}$/)),
    )
    .min(1)
    .max(300),
  supported_features: orElse(z.array(wholeText(100)).max(100), []),
  credentials: Fields,
  config: Fields,
  output_custom_fields: orElse(
    z.object({ fields: orElse(z.record(FieldName, CustomField), {}) }).transform(({ fields }) => fields),
    {},
  ),
})

const Metadata = z.object({
  protocol_version: looseNumber(1, 1),
  provider_name: wholeText(200),
})

function readPolling(template: Readonly<Record<string, unknown>>): PollingStrategy {
  const nested = template.polling_strategy
  const read = readPeer(Polling, isPeerObject(nested) ? nested : template, 'The polling strategy')
  return {
    initialIntervalSeconds: read.initial_interval,
    pollingIntervalSeconds: read.polling_interval,
    pollsMax: read.max_polls,
  }
}

/** The time for any call: where the integration tells one for each, the longest. */
function timeoutFrom(
  template: Readonly<Record<string, unknown>>,
  name: 'request_timeout' | 'callback_timeout',
): number {
  const several = template[`${name}s`]
  const told = isPeerObject(several) ? readPeer(Timeouts, several, `The field ${name}s`) : template[name]
  return readPeer(name === 'request_timeout' ? seconds : callbackSeconds, told, `The field ${name}`)
}

/** Reads a template in the two forms that peers use: grouped, and all in one object (provider protocol 1.3). */
function readTemplate(template: Readonly<Record<string, unknown>> & { type: string }): CheckTemplate {
  const { type } = template
  if (type === 'ONE_TIME_SYNCHRONOUS')
    return { type, timeoutSeconds: readPeer(seconds, template.timeout, 'The field timeout') }
  const requestTimeoutSeconds = timeoutFrom(template, 'request_timeout')
  if (type === 'ONE_TIME_CALLBACK') {
    const callbackTimeoutSeconds = timeoutFrom(template, 'callback_timeout')
    return { type, requestTimeoutSeconds, callbackTimeoutSeconds }
  }
  if (type === 'ONE_TIME_POLLING') return { type, requestTimeoutSeconds, polling: readPolling(template) }
  if (type !== 'MONITORED_POLLING')
    throw new ProviderFailure(
      'reply',
      'The check template of the integration is of a type that nobody describes',
    )
  const monitoring = readPeer(
    z.object({ update_interval: interval }),
    isPeerObject(template.monitoring_strategy) ? template.monitoring_strategy : template,
    'The monitoring strategy',
  )
  const polling = readPolling(template)
  return { type, requestTimeoutSeconds, polling, updateIntervalSeconds: monitoring.update_interval }
}

function fieldOf({ items, options, subtext, ...field }: z.output<typeof Field>): ProviderField {
  const all = options ?? items?.options ?? null
  return {
    type: field.type,
    name: field.name,
    label: field.label === '' ? field.name : field.label,
    ...(subtext === '' ? {} : { subtext }),
    ...(all === null ? {} : { options: all }),
    ...(field.default === undefined || field.default === null ? {} : { default: field.default }),
  }
}

/**
 * Reads what an integration says of itself, leniently where peers differ: names, timeouts and strategies in any of
 * their forms, numbers as text, field types that nobody knows. Raises `ProviderFailure` of kind `reply` that names
 * the field, and nothing else.
 */
export function readDescription(metadata: unknown, configuration: unknown): ProviderDescription {
  const { provider_name } = readPeer(Metadata, metadata, 'The metadata of the integration')
  const read = readPeer(Configuration, configuration, 'The configuration of the integration')
  return {
    providerName: provider_name,
    checkType: read.check_type,
    template: readTemplate(read.check_template),
    supportsReselling: read.pricing.supports_reselling,
    maximumCost: read.pricing.supports_reselling ? read.pricing.maximum_cost : null,
    supportedCountries: read.supported_countries,
    supportedFeatures: read.supported_features,
    credentialFields: read.credentials.map(fieldOf),
    configFields: read.config.map(fieldOf),
    outputCustomFields: read.output_custom_fields,
  }
}
