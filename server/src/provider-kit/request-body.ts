import type {
  DataProvider,
  ProviderDescription,
  ProviderField,
  ProviderOrder,
  StartOrder,
} from './provider.ts'
import { entityTypeOf } from './read-output.ts'

type Order = Omit<ProviderOrder, 'checkId'>
type StartedParts = Omit<Parameters<DataProvider['poll']>[0], 'checkId' | keyof Order>

/** What a declared field is worth when nobody has set it and it has no default. */
function emptyValueOf({ type }: ProviderField): unknown {
  if (type === 'boolean') return false
  return type === 'MultiSelect' || type === 'set' ? [] : ''
}

function filled(
  fields: readonly ProviderField[],
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const declared = fields.map((field) => {
    const set = Object.hasOwn(given, field.name) ? given[field.name] : undefined
    return [field.name, set === undefined ? (field.default ?? emptyValueOf(field)) : set]
  })
  return Object.fromEntries(declared)
}

/**
 * What every request about a check carries: whose contract it runs on, every declared field of the configuration
 * (peers refuse a request that lacks one), and the credentials where the contract is the account's own.
 */
function common(order: Order, description: ProviderDescription) {
  return {
    commercial_relationship: order.relationship === 'RESOLD' ? 'PASSFORT' : 'DIRECT',
    provider_config: filled(description.configFields, order.config),
    ...(order.relationship === 'DIRECT'
      ? { provider_credentials: filled(description.credentialFields, order.credentials ?? {}) }
      : {}),
  }
}

/** Always present, null when live (provider protocol 1.4). */
const demo = ({ demoResult }: Order) => ({ demo_result: demoResult })

/** The body of `POST /checks`. */
export function startBody(order: StartOrder, description: ProviderDescription) {
  return {
    id: order.checkId,
    ...demo(order),
    ...common(order, description),
    check_input: { entity_type: entityTypeOf(description.checkType), ...order.input },
  }
}

function identity(order: StartedParts) {
  return { provider_id: order.providerId, reference: order.reference, custom_data: order.customData }
}

/** The body of `/ready`, `/poll`, and without `demo_result` that of `/complete`. */
export function startedBody(
  order: Order & StartedParts & { readonly checkId: string },
  description: ProviderDescription,
  withDemo: boolean,
) {
  return {
    id: order.checkId,
    ...(withDemo ? demo(order) : {}),
    ...common(order, description),
    ...identity(order),
  }
}

/** The body of `/monitored_checks/ready` and `/monitored_checks/poll`. */
export function monitoredBody(order: Order & StartedParts, description: ProviderDescription) {
  return { ...demo(order), ...common(order, description), ...identity(order) }
}

/** The body of `/search`. */
export function searchBody(order: Parameters<DataProvider['search']>[0], description: ProviderDescription) {
  return {
    ...demo(order),
    ...common(order, description),
    search_input: {
      query: order.query,
      country_of_incorporation: order.country,
      ...(order.state === null ? {} : { state_of_incorporation: order.state }),
    },
  }
}

/** The body of `/download_file`. */
export function downloadBody(
  order: Parameters<DataProvider['download']>[0],
  description: ProviderDescription,
) {
  const { what } = order
  return {
    check_id: order.checkId,
    file_reference: order.fileReference,
    download_info:
      'imageType' in what
        ? { download_type: 'IMAGE', image_type: what.imageType }
        : { download_type: 'FILE', file_type: what.fileType },
    ...common(order, description),
    custom_data: order.customData,
  }
}
