import { z } from 'zod'
import { CheckType } from './check.ts'
import { operation } from './operation.ts'
import { DateTime, Text, Uuid } from './scalars.ts'

/** The name by which policies refer to a provider. */
const ProviderAlias = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, 'must be lower-case letters, digits, - and _')

/** The base address of an integration. */
/** A page for people to open. */
const LimitsUrl = z.url({ protocol: /^https?$/ }).max(2000)
const BaseUrl = z
  .string()
  .max(2000)
  .regex(/^https?:\/\/[^?#]+\/$/, 'must be the base address of the integration, ending in /')

/** Whose contract with the provider it is: the account's own, or ours sold on. */
const Relationship = z.enum(['DIRECT', 'RESOLD'])

const Credentials = z.record(Text, z.string().max(10_000))
const Config = z.record(Text, z.unknown())
const atLeastOne = z.int().min(1)

/**
 * What may be sent to a provider, for all nodes together (R110); null where nothing is agreed. Of what a migration
 * does no more than `migration_percent` of the concurrent calls and of the rate is used.
 */
export const ProviderLimits = z
  .object({
    calls_per_second: atLeastOne.max(10_000).nullable(),
    calls_per_minute: atLeastOne.max(600_000).nullable(),
    concurrent_calls: atLeastOne.max(1_000).nullable(),
    timeout_seconds: atLeastOne.max(600).nullable(),
    migration_percent: atLeastOne.max(100),
    /** Failures in a row after which nothing is sent for 10 seconds, then up to 5 minutes. */
    breaker_failures: atLeastOne.max(1_000),
  })
  .meta({ id: 'ProviderLimits' })
export type ProviderLimits = z.infer<typeof ProviderLimits>

/** Whether calls go through: CLOSED all, OPEN none, HALF_OPEN one that tries. */
export const ProviderBreaker = z
  .object({
    state: z.enum(['CLOSED', 'OPEN', 'HALF_OPEN']),
    /** Failures in a row. */
    failures: z.int(),
    open_until: DateTime.optional(),
    interactive_calls: z.int(),
    migration_calls: z.int(),
  })
  .meta({ id: 'ProviderBreaker' })
export type ProviderBreaker = z.infer<typeof ProviderBreaker>

/** A field that the integration asks for. */
const FieldResource = z
  .object({
    name: z.string(),
    label: z.string(),
    type: z.string(),
    subtext: z.string().optional(),
    options: z.array(z.string()).optional(),
  })
  .meta({ id: 'ProviderField' })

/** One of the questions of a validation, and what the integration answered. */
export const ValidationCheck = z
  .object({
    name: z.string(),
    outcome: z.enum(['PASSED', 'FAILED', 'SKIPPED', 'WARNED']),
    wanted: z.string(),
    found: z.string(),
  })
  .meta({ id: 'ProviderValidationCheck' })
export type ValidationCheck = z.infer<typeof ValidationCheck>

/** What a validation found. A provider is used only when the last one passed. */
export const ProviderValidation = z
  .object({ passed: z.boolean(), performed_on: DateTime, checks: z.array(ValidationCheck) })
  .meta({ id: 'ProviderValidation' })
export type ProviderValidation = z.infer<typeof ProviderValidation>

/** A registered integration. Neither its shared secret nor its credentials are ever shown. */
export const ProviderResource = z
  .object({
    id: Uuid,
    alias: z.string(),
    name: z.string(),
    url: z.string(),
    check_type: CheckType,
    relationship: Relationship,
    /** DRAFT until it has been validated; only VALIDATED ones are asked. */
    state: z.enum(['DRAFT', 'VALIDATED', 'DISABLED']),
    /** The public part of the shared secret, which stands in every signature. */
    key_id: z.string(),
    has_credentials: z.boolean(),
    /** How it answers, such as ONE_TIME_SYNCHRONOUS; once validated. */
    template: z.string().optional(),
    /** Whether it can go on watching after a check (R34); once validated. */
    monitoring_available: z.boolean().optional(),
    supported_countries: z.array(z.string()).optional(),
    supported_features: z.array(z.string()).optional(),
    credential_fields: z.array(FieldResource).optional(),
    config_fields: z.array(FieldResource).optional(),
    config: Config,
    limits: ProviderLimits,
    /** Where the provider tells its limits (R112). */
    limits_url: z.string().optional(),
    breaker: ProviderBreaker,
    validation: ProviderValidation.optional(),
    created_on: DateTime,
    changed_on: DateTime,
  })
  .meta({ id: 'ProviderResource' })
export type ProviderResource = z.infer<typeof ProviderResource>

/** The reply of a registration: the only time that the shared secret (32 bytes in base64) is shown. */
export const RegisteredProvider = ProviderResource.extend({ secret: z.string() }).meta({
  id: 'RegisteredProvider',
})
export type RegisteredProvider = z.infer<typeof RegisteredProvider>

/** An integration to register. */
export const NewProvider = z.object({
  alias: ProviderAlias,
  name: z.string().min(1).max(200),
  url: BaseUrl,
  check_type: CheckType,
  relationship: Relationship.default('DIRECT'),
  credentials: Credentials.optional(),
  limits: ProviderLimits.partial().optional(),
  limits_url: LimitsUrl.optional(),
})
export type NewProvider = z.infer<typeof NewProvider>

/** What to change; what is left out stays. Another `url` or `relationship` makes the provider a DRAFT again. */
export const ProviderChanges = z.object({
  name: z.string().min(1).max(200).optional(),
  url: BaseUrl.optional(),
  relationship: Relationship.optional(),
  is_disabled: z.boolean().optional(),
  /** All of them; null takes them away. */
  credentials: Credentials.nullable().optional(),
  /** The fields to change, by name. */
  config: Config.optional(),
  limits: ProviderLimits.partial().optional(),
  limits_url: LimitsUrl.nullable().optional(),
})
export type ProviderChanges = z.infer<typeof ProviderChanges>

const ofProvider = z.object({ provider_id: Uuid })

export const ListProviders = operation({
  name: 'ListProviders',
  summary: 'Lists the data providers of the environment, by alias',
  method: 'GET',
  path: '/4.0/providers',
  may: 'VIEW_CONFIG',
  output: z.array(ProviderResource),
})

export const RegisterProvider = operation({
  name: 'RegisterProvider',
  summary: 'Registers an integration and shows its shared secret, this once',
  method: 'POST',
  path: '/4.0/providers',
  may: 'EDIT_CONFIG',
  body: NewProvider,
  output: RegisteredProvider,
})

export const GetProvider = operation({
  name: 'GetProvider',
  summary: 'Gets a data provider with the report of its last validation',
  method: 'GET',
  path: '/4.0/providers/{provider_id}',
  may: 'VIEW_CONFIG',
  params: ofProvider,
  output: ProviderResource,
})

export const ChangeProvider = operation({
  name: 'ChangeProvider',
  summary: 'Changes a data provider, its credentials, its configuration or its limits',
  method: 'POST',
  path: '/4.0/providers/{provider_id}',
  may: 'EDIT_CONFIG',
  params: ofProvider,
  body: ProviderChanges,
  output: ProviderResource,
})

export const ValidateProvider = operation({
  name: 'ValidateProvider',
  summary: 'Asks an integration everything that the protocol demands; when it passes, it can be used',
  method: 'POST',
  path: '/4.0/providers/{provider_id}/validate',
  may: 'EDIT_CONFIG',
  params: ofProvider,
  output: ProviderResource,
})

export const RenewProviderSecret = operation({
  name: 'RenewProviderSecret',
  summary: 'Gives a data provider another shared secret and shows it, this once; it is to be validated again',
  method: 'POST',
  path: '/4.0/providers/{provider_id}/renew_secret',
  may: 'EDIT_CONFIG',
  params: ofProvider,
  output: RegisteredProvider,
})

export const RemoveProvider = operation({
  name: 'RemoveProvider',
  summary: 'Removes a data provider that the published policy does not name',
  method: 'DELETE',
  path: '/4.0/providers/{provider_id}',
  may: 'EDIT_CONFIG',
  params: ofProvider,
  output: ProviderResource,
})
