import type {
  CheckTemplate,
  ExternalResource,
  ProviderDescription,
  ProviderError,
  ProviderField,
  ProviderOutput,
} from '../provider-kit/provider.ts'

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>

/** `GET /config`: what an integration says of itself (provider protocol 1.3). */
export function configurationOf(description: ProviderDescription): Json {
  const custom = Object.keys(description.outputCustomFields).length > 0
  return {
    check_type: description.checkType,
    check_template: templateOf(description.template),
    pricing: {
      supports_reselling: description.supportsReselling,
      ...(description.maximumCost !== null && { maximum_cost: description.maximumCost }),
    },
    supported_countries: description.supportedCountries,
    supported_features: description.supportedFeatures,
    credentials: { fields: description.credentialFields.map(fieldOf) },
    config: { fields: description.configFields.map(fieldOf) },
    ...(custom && { output_custom_fields: { version: '1', fields: description.outputCustomFields } }),
  }
}

function fieldOf(field: ProviderField): Json {
  return { ...field }
}

function templateOf(template: CheckTemplate): Json {
  switch (template.type) {
    case 'ONE_TIME_SYNCHRONOUS':
      return { type: template.type, timeout: template.timeoutSeconds }
    case 'ONE_TIME_CALLBACK':
      return {
        type: template.type,
        request_timeout: template.requestTimeoutSeconds,
        callback_timeout: template.callbackTimeoutSeconds,
      }
    case 'ONE_TIME_POLLING':
      return { type: template.type, ...pollingOf(template) }
    case 'MONITORED_POLLING':
      return {
        type: template.type,
        ...pollingOf(template),
        monitoring_strategy: { type: 'UNIFORM', update_interval: template.updateIntervalSeconds },
      }
  }
}

function pollingOf({ polling, requestTimeoutSeconds }: CheckTemplate & { type: `${string}_POLLING` }): Json {
  return {
    polling_strategy: {
      type: 'UNIFORM',
      initial_interval: polling.initialIntervalSeconds,
      polling_interval: polling.pollingIntervalSeconds,
      max_polls: polling.pollsMax,
    },
    request_timeouts: { start: requestTimeoutSeconds, poll: requestTimeoutSeconds },
  }
}

/** A final answer (1.5). Where there is no output the field is left out. */
export function answerOf(output: ProviderOutput, resources: readonly ExternalResource[]): Json {
  return {
    ...(output.output !== null && { check_output: output.output }),
    ...(output.result !== null && { result: output.result }),
    ...errorsOf(output.errors),
    warnings: output.warnings,
    charges: output.charges,
    ...(resources.length > 0 && { external_resources: resources }),
    provider_data: output.providerData ?? null,
  }
}

/** The errors of an answer that has no more to say. */
export function errorsOf(errors: readonly ProviderError[]): Json {
  return {
    errors: errors.map(({ type, subType, message, data }) => ({
      type,
      ...(subType !== undefined && { sub_type: subType }),
      message,
      ...(data !== undefined && { data }),
    })),
    warnings: [],
  }
}
